// RUN: hewn-opt %s --split-input-file --hewn-const-eval | FileCheck %s

// The weight that only the slice reads stays; one that nothing reads goes.
// CHECK: hewn.weight @w : tensor<2x3xf32> source
// CHECK-NOT: @unused
// CHECK-LABEL: @transposed_weight
// CHECK-NEXT: %[[W:.*]] = hewn.load_weight @folded : tensor<3x2xf32>
// CHECK-NEXT: nn.matmul %arg0, %[[W]]
// CHECK: hewn.weight @folded : tensor<3x2xf32> {
// CHECK-NEXT: %[[S:.*]] = hewn.load_weight @w
// CHECK-NEXT: %[[T:.*]] = nn.transpose %[[S]]
// CHECK-NEXT: hewn.return %[[T]]
hewn.weight @w : tensor<2x3xf32> source #hewn.source<"m", 0, 24>
hewn.weight @unused : tensor<2x3xf32> source #hewn.source<"m", 24, 24>
func.func @transposed_weight(%x: tensor<5x3xf32>) -> tensor<5x2xf32> {
  %w = hewn.load_weight @w : tensor<2x3xf32>
  %0 = nn.transpose %w {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = nn.matmul %x, %0 : (tensor<5x3xf32>, tensor<3x2xf32>) -> tensor<5x2xf32>
  return %1 : tensor<5x2xf32>
}

// -----

// The name is the node's; a value read inside and outside is computed once.
// CHECK-LABEL: @shared_slice
// CHECK-DAG: hewn.load_weight @conv_1.folded
// CHECK-DAG: hewn.load_weight @folded
// CHECK: hewn.weight @conv_1.folded : tensor<3xf32> {
// CHECK: nn.elementwise {{.*}} {kind = #nn.kind<sqrt>}
// CHECK: hewn.weight @folded : tensor<3xf32> {
// CHECK-NEXT: hewn.load_weight @conv_1.folded
// CHECK-NEXT: nn.elementwise {{.*}} {kind = #nn.kind<neg>}
hewn.weight @v : tensor<3xf32> source #hewn.source<"m", 0, 12>
func.func @shared_slice(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %v = hewn.load_weight @v : tensor<3xf32>
  %0 = nn.elementwise %v {kind = #nn.kind<sqrt>} : (tensor<3xf32>) -> tensor<3xf32> loc("conv/1")
  %1 = nn.elementwise %0 {kind = #nn.kind<neg>} : (tensor<3xf32>) -> tensor<3xf32>
  %2 = nn.elementwise %x, %0 {kind = #nn.kind<add>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %3 = nn.elementwise %x, %1 {kind = #nn.kind<add>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %2, %3 : tensor<3xf32>, tensor<3xf32>
}

// -----

// CHECK-LABEL: @negative_broadcast_stays
// CHECK-NEXT: %[[V:.*]] = hewn.load_weight @v
// CHECK-NEXT: nn.broadcast %[[V]]
// CHECK-NOT: hewn.weight
hewn.weight @v : tensor<3xf32> source #hewn.source<"m", 0, 12>
func.func @negative_broadcast_stays(%x: tensor<100x3xf32>) -> tensor<100x3xf32> {
  %v = hewn.load_weight @v : tensor<3xf32>
  %0 = nn.broadcast %v {static_sizes = array<i64: 100, 3>} : (tensor<3xf32>) -> tensor<100x3xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<add>} : (tensor<100x3xf32>, tensor<100x3xf32>) -> tensor<100x3xf32>
  return %1 : tensor<100x3xf32>
}

// -----

// CHECK-LABEL: @negative_argument
// CHECK-NEXT: nn.transpose %arg0
func.func @negative_argument(%x: tensor<5x3xf32>) -> tensor<3x5xf32> {
  %0 = nn.transpose %x {perm = array<i64: 1, 0>} : (tensor<5x3xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}
