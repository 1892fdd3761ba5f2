// RUN: hewn-opt %s --hewn-flip-layout | FileCheck %s

// CHECK-LABEL: @conv_relu
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x3x8x8xf32>
// CHECK: %[[T:.*]] = nn.transpose %[[X]] {perm = array<i64: 0, 2, 3, 1>}
// CHECK: %[[C:.*]] = nn.conv %[[T]], %{{.*}} layout = #nn.layout<nhwc>{{.*}} -> tensor<1x6x6x4xf32>
// CHECK: %[[R:.*]] = nn.elementwise %[[C]] {kind = #nn.kind<relu>} : (tensor<1x6x6x4xf32>)
// CHECK: %[[B:.*]] = nn.transpose %[[R]] {perm = array<i64: 0, 3, 1, 2>}
// CHECK: return %[[B]]
func.func @conv_relu(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  return %1 : tensor<1x4x6x6xf32>
}

// Two convolutions with a residual and a bias: only the edges are transposed.
// CHECK-LABEL: @between
// CHECK-COUNT-1: nn.transpose %{{.*}} {perm = array<i64: 0, 2, 3, 1>}
// CHECK: nn.conv
// CHECK-NOT: nn.transpose
// CHECK: nn.broadcast %{{.*}} {static_sizes = array<i64: 1, 8, 8, 3>} : (tensor<1x1x1x3xf32>)
// CHECK-NOT: nn.transpose
// CHECK: nn.conv
// CHECK: nn.elementwise
// CHECK: nn.transpose %{{.*}} {perm = array<i64: 0, 3, 1, 2>}
// CHECK-NEXT: return
func.func @between(%x: tensor<1x3x8x8xf32>, %w: tensor<3x3x1x1xf32>, %b: tensor<3x1x1xf32>) -> tensor<1x3x8x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x8x8xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x8x8xf32>
  %1 = nn.broadcast %b {static_sizes = array<i64: 1, 3, 8, 8>} : (tensor<3x1x1xf32>) -> tensor<1x3x8x8xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<1x3x8x8xf32>, tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  %3 = nn.conv %2, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x8x8xf32>, tensor<3x3x1x1xf32>) -> tensor<1x3x8x8xf32>
  %4 = nn.elementwise %3, %2 {kind = #nn.kind<add>} : (tensor<1x3x8x8xf32>, tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
  return %4 : tensor<1x3x8x8xf32>
}

// Concat, resize, pad, pool, softmax over channels, and a global mean that drops the spatial dimensions.
// CHECK-LABEL: @families
// CHECK: nn.pool {{.*}}layout = #nn.layout<nhwc>{{.*}} -> tensor<1x4x?x3xf32>
// CHECK: nn.concat {{.*}} {axis = 3 : i64}
// CHECK: nn.pad {{.*}} {high = array<i64: 0, 0, 1, 0>, low = array<i64: 0, 1, 0, 0>
// CHECK: nn.softmax {{.*}} {axis = 3 : i64}
// CHECK-NOT: nn.transpose
// CHECK: nn.reduce {{.*}} {axes = array<i64: 1, 2>, {{.*}} -> tensor<1x6xf32>
func.func @families(%x: tensor<1x3x8x?xf32>) -> tensor<1x6xf32> {
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>} : (tensor<1x3x8x?xf32>) -> tensor<1x3x4x?xf32>
  %1 = nn.concat %0, %0 {axis = 1 : i64} : (tensor<1x3x4x?xf32>, tensor<1x3x4x?xf32>) -> tensor<1x6x4x?xf32>
  %2 = nn.pad %1 {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 1>, mode = #nn.pad_mode<constant>}
      : (tensor<1x6x4x?xf32>) -> tensor<1x6x5x?xf32>
  %3 = nn.softmax %2 {axis = 1 : i64} : (tensor<1x6x5x?xf32>) -> tensor<1x6x5x?xf32>
  %4 = nn.reduce %3 {kind = #nn.reduction<mean>, axes = array<i64: 2, 3>} : (tensor<1x6x5x?xf32>) -> tensor<1x6xf32>
  return %4 : tensor<1x6xf32>
}

// Flattening after a global pool needs no transposition: only dimensions of size 1 move.
// CHECK-LABEL: @squeeze
// CHECK: nn.conv
// CHECK-NOT: nn.transpose
// CHECK: return
func.func @squeeze(%x: tensor<1x1x1x8xf32>, %w: tensor<4x8x1x1xf32>) -> tensor<1x4xf32> {
  %t = nn.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x1x1x8xf32>) -> tensor<1x8x1x1xf32>
  %0 = nn.conv %t, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x1x1xf32>, tensor<4x8x1x1xf32>) -> tensor<1x4x1x1xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 1, 4>} : (tensor<1x4x1x1xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// CHECK-LABEL: @negative_model_transpose_stays
// CHECK: nn.transpose %{{.*}} {perm = array<i64: 0, 3, 1, 2>}
// CHECK: nn.elementwise
func.func @negative_model_transpose_stays(%x: tensor<1x4x4x3xf32>) -> tensor<1x3x4x4xf32> {
  %0 = nn.transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x4x3xf32>) -> tensor<1x3x4x4xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %1 : tensor<1x3x4x4xf32>
}
