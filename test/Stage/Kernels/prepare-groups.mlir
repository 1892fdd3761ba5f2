// RUN: hewn-opt %s --hewn-prepare-groups | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

// CHECK: hewn.weight @constant_0 : tensor<2xi64> {
// CHECK: arith.constant dense<[3, 4]> : tensor<2xi64>
// CHECK: hewn.weight @constant : tensor<2xf32> {

// CHECK-LABEL: @broadcast_per_user
// CHECK: %[[A:.*]] = nn.broadcast
// CHECK-NEXT: %[[S:.*]] = nn.elementwise %{{.*}}, %[[A]] {kind = #nn.kind<add>}
// CHECK: %[[B:.*]] = nn.broadcast
// CHECK-NEXT: nn.elementwise %[[S]], %[[B]] {kind = #nn.kind<mul>}
func.func @broadcast_per_user(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = nn.broadcast %b {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = nn.elementwise %1, %0 {kind = #nn.kind<mul>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}

// A matmul wants its operand in memory: it shares the broadcast that the function returns.
// CHECK-LABEL: @negative_broadcast_of_matmul
// CHECK-COUNT-1: nn.broadcast
// CHECK-NOT: nn.broadcast
// CHECK: return
func.func @negative_broadcast_of_matmul(%x: tensor<2x3xf32>, %b: tensor<2xf32>) -> (tensor<2x2xf32>, tensor<3x2xf32>) {
  %0 = nn.broadcast %b {static_sizes = array<i64: 3, 2>} : (tensor<2xf32>) -> tensor<3x2xf32>
  %1 = nn.matmul %x, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  return %1, %0 : tensor<2x2xf32>, tensor<3x2xf32>
}

// Sizes of results become arithmetic on sizes of arguments.
// CHECK-LABEL: @sizes
// CHECK-SAME: %[[X:.*]]: tensor<1x3x8x?xf32>
// CHECK: %[[W:.*]] = tensor.dim %[[X]], %{{.*}} : tensor<1x3x8x?xf32>
// CHECK: %[[S:.*]] = affine.apply {{.*}}%[[W]]
// CHECK: nn.broadcast %{{.*}}, %[[S]]
func.func @sizes(%x: tensor<1x3x8x?xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<1xf32>) -> tensor<1x4x4x?xf32> {
  %c3 = arith.constant 3 : index
  %0 = nn.conv %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, groups = 1 : i64}
      : (tensor<1x3x8x?xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x4x?xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1x4x4x?xf32>) -> tensor<1x4x4x?xf32>
  %d = tensor.dim %1, %c3 : tensor<1x4x4x?xf32>
  %2 = nn.broadcast %b, %d {static_sizes = array<i64: 1, 4, 4, -9223372036854775808>} : (tensor<1xf32>, index) -> tensor<1x4x4x?xf32>
  %3 = nn.elementwise %1, %2 {kind = #nn.kind<add>} : (tensor<1x4x4x?xf32>, tensor<1x4x4x?xf32>) -> tensor<1x4x4x?xf32>
  return %3 : tensor<1x4x4x?xf32>
}

// A splat that elementwise ops read stays; other constants become weights.
// CHECK-LABEL: @constants
// CHECK: arith.constant dense<2.000000e+00> : tensor<2xf32>
// CHECK: hewn.load_weight @constant : tensor<2xf32>
// CHECK: hewn.load_weight @constant_0 : tensor<2xi64>
func.func @constants(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi64>) {
  %c = arith.constant dense<2.0> : tensor<2xf32>
  %d = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %i = arith.constant dense<[3, 4]> : tensor<2xi64>
  %0 = nn.elementwise %x, %c {kind = #nn.kind<mul>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = nn.elementwise %0, %d {kind = #nn.kind<add>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1, %i : tensor<2xf32>, tensor<2xi64>
}

// A view would part the product from its epilogue.
// CHECK-LABEL: @elementwise_above_reshape
// CHECK: %[[M:.*]] = nn.matmul
// CHECK: %[[E:.*]] = nn.elementwise %[[M]] {kind = #nn.kind<relu>} : (tensor<4x6xf32>) -> tensor<4x6xf32>
// CHECK: nn.reshape %[[E]] {static_sizes = array<i64: 24>}
func.func @elementwise_above_reshape(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> tensor<24xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 24>} : (tensor<4x6xf32>) -> tensor<24xf32>
  %2 = nn.elementwise %1 {kind = #nn.kind<relu>} : (tensor<24xf32>) -> tensor<24xf32>
  return %2 : tensor<24xf32>
}

// It would leave the kernel of what follows.
// CHECK-LABEL: @negative_elementwise_follows
// CHECK: nn.matmul
// CHECK: nn.reshape
// CHECK: nn.elementwise
func.func @negative_elementwise_follows(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %y: tensor<24xf32>) -> tensor<24xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 24>} : (tensor<4x6xf32>) -> tensor<24xf32>
  %2 = nn.elementwise %1 {kind = #nn.kind<relu>} : (tensor<24xf32>) -> tensor<24xf32>
  %3 = nn.elementwise %2, %y {kind = #nn.kind<add>} : (tensor<24xf32>, tensor<24xf32>) -> tensor<24xf32>
  return %3 : tensor<24xf32>
}

// The product is read elsewhere too.
// CHECK-LABEL: @negative_root_has_other_users
// CHECK: nn.matmul
// CHECK: nn.reshape
// CHECK: nn.elementwise
func.func @negative_root_has_other_users(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>) -> (tensor<24xf32>, tensor<4x6xf32>) {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 24>} : (tensor<4x6xf32>) -> tensor<24xf32>
  %2 = nn.elementwise %1 {kind = #nn.kind<relu>} : (tensor<24xf32>) -> tensor<24xf32>
  return %2, %0 : tensor<24xf32>, tensor<4x6xf32>
}

}
