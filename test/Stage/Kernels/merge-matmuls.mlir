// RUN: hewn-opt %s --hewn-merge-matmuls | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
hewn.weight @a : tensor<8x16xf32> source #hewn.source<"m", 0, 512>
hewn.weight @b : tensor<8x32xf32> source #hewn.source<"m", 512, 1024>
hewn.weight @u : tensor<16xf32> source #hewn.source<"m", 1536, 64>

// CHECK-LABEL: @plain
// CHECK: %[[W:.*]] = hewn.load_weight @merged : tensor<8x48xf32>
// CHECK: %[[M:.*]] = nn.matmul %{{.*}}, %[[W]] : (tensor<4x8xf32>, tensor<8x48xf32>) -> tensor<4x48xf32>
// CHECK: nn.slice %[[M]] {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 16>, steps = array<i64: 1, 1>}
// CHECK: nn.slice %[[M]] {static_offsets = array<i64: 0, 16>, static_sizes = array<i64: 4, 32>, steps = array<i64: 1, 1>}
// CHECK-NOT: nn.matmul
// CHECK: return
func.func @plain(%x: tensor<4x8xf32>) -> (tensor<4x16xf32>, tensor<4x32xf32>) {
  %a = hewn.load_weight @a : tensor<8x16xf32>
  %b = hewn.load_weight @b : tensor<8x32xf32>
  %0 = nn.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = nn.matmul %x, %b : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
  return %0, %1 : tensor<4x16xf32>, tensor<4x32xf32>
}

// Added vectors are concatenated too, wherever they come from; dynamic rows are those of the product.
// CHECK-LABEL: @with_bias
// CHECK: %[[M:.*]] = nn.matmul %{{.*}}, %{{.*}} : (tensor<?x8xf32>, tensor<8x48xf32>) -> tensor<?x48xf32>
// CHECK: %[[V:.*]] = hewn.load_weight @merged_{{[0-9]+}} : tensor<48xf32>
// CHECK: %[[N:.*]] = tensor.dim %[[M]]
// CHECK: %[[B:.*]] = nn.broadcast %[[V]], %[[N]] {static_sizes = array<i64: -9223372036854775808, 48>}
// CHECK: %[[S:.*]] = nn.elementwise %[[M]], %[[B]] {kind = #nn.kind<add>}
// CHECK: nn.slice %[[S]]
// CHECK: nn.slice %[[S]]
// CHECK-NOT: nn.elementwise
func.func @with_bias(%x: tensor<?x8xf32>) -> (tensor<?x16xf32>, tensor<?x32xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %a = hewn.load_weight @a : tensor<8x16xf32>
  %b = hewn.load_weight @b : tensor<8x32xf32>
  %u = hewn.load_weight @u : tensor<16xf32>
  %v = arith.constant dense<1.0> : tensor<32xf32>
  %0 = nn.matmul %x, %a : (tensor<?x8xf32>, tensor<8x16xf32>) -> tensor<?x16xf32>
  %1 = nn.broadcast %u, %n {static_sizes = array<i64: -9223372036854775808, 16>} : (tensor<16xf32>, index) -> tensor<?x16xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
  %3 = nn.matmul %x, %b : (tensor<?x8xf32>, tensor<8x32xf32>) -> tensor<?x32xf32>
  %4 = nn.broadcast %v, %n {static_sizes = array<i64: -9223372036854775808, 32>} : (tensor<32xf32>, index) -> tensor<?x32xf32>
  %5 = nn.elementwise %4, %3 {kind = #nn.kind<add>} : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  return %2, %5 : tensor<?x16xf32>, tensor<?x32xf32>
}

// CHECK-LABEL: @negative_relu_behind
// CHECK-COUNT-2: nn.matmul
func.func @negative_relu_behind(%x: tensor<4x8xf32>) -> (tensor<4x16xf32>, tensor<4x32xf32>) {
  %a = hewn.load_weight @a : tensor<8x16xf32>
  %b = hewn.load_weight @b : tensor<8x32xf32>
  %0 = nn.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = nn.matmul %x, %b : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
  %2 = nn.elementwise %1 {kind = #nn.kind<relu>} : (tensor<4x32xf32>) -> tensor<4x32xf32>
  return %0, %2 : tensor<4x16xf32>, tensor<4x32xf32>
}

// CHECK-LABEL: @negative_other_left_operand
// CHECK-COUNT-2: nn.matmul
func.func @negative_other_left_operand(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> (tensor<4x16xf32>, tensor<4x32xf32>) {
  %a = hewn.load_weight @a : tensor<8x16xf32>
  %b = hewn.load_weight @b : tensor<8x32xf32>
  %0 = nn.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = nn.matmul %y, %b : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
  return %0, %1 : tensor<4x16xf32>, tensor<4x32xf32>
}

// CHECK-LABEL: @negative_matrix_is_no_constant
// CHECK-COUNT-2: nn.matmul
func.func @negative_matrix_is_no_constant(%x: tensor<4x8xf32>, %b: tensor<8x32xf32>) -> (tensor<4x16xf32>, tensor<4x32xf32>) {
  %a = hewn.load_weight @a : tensor<8x16xf32>
  %0 = nn.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
  %1 = nn.matmul %x, %b : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
  return %0, %1 : tensor<4x16xf32>, tensor<4x32xf32>
}

// CHECK: hewn.weight @merged : tensor<8x48xf32> {
// CHECK: nn.concat %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<8x16xf32>, tensor<8x32xf32>) -> tensor<8x48xf32>
// CHECK: hewn.weight @merged_{{[0-9]+}} : tensor<48xf32> {
// CHECK: arith.constant dense<1.000000e+00> : tensor<32xf32>
// CHECK: nn.concat %{{.*}}, %{{.*}} {axis = 0 : i64}
}
