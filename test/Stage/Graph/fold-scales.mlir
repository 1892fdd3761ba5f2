// RUN: hewn-opt %s --nn-fold-scales --canonicalize | FileCheck %s

hewn.weight @w : tensor<4x3x3x3xf32> source #hewn.source<"m", 0, 432>
hewn.weight @wt : tensor<3x4x2x2xf32> source #hewn.source<"m", 0, 192>
hewn.weight @s : tensor<4x1x1xf32> source #hewn.source<"m", 432, 16>
hewn.weight @b : tensor<4xf32> source #hewn.source<"m", 448, 16>
hewn.weight @m : tensor<8x4xf32> source #hewn.source<"m", 464, 128>
!y = tensor<?x4x6x6xf32>

// CHECK-LABEL: @scale_of_conv
// CHECK-DAG: %[[W:.*]] = hewn.load_weight @w
// CHECK-DAG: %[[S:.*]] = hewn.load_weight @s
// CHECK: %[[C:.*]] = nn.reshape %[[S]] {static_sizes = array<i64: 4, 1, 1, 1>}
// CHECK: %[[B:.*]] = nn.broadcast %[[C]] {static_sizes = array<i64: 4, 3, 3, 3>}
// CHECK: %[[WS:.*]] = nn.elementwise %[[W]], %[[B]] {kind = #nn.kind<mul>}
// CHECK: %[[Y:.*]] = nn.conv %arg0, %[[WS]] {
// CHECK-NEXT: return %[[Y]]
func.func @scale_of_conv(%x: tensor<?x3x8x8xf32>, %n: index) -> !y {
  %w = hewn.load_weight @w : tensor<4x3x3x3xf32>
  %s = hewn.load_weight @s : tensor<4x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64} : (tensor<?x3x8x8xf32>, tensor<4x3x3x3xf32>) -> !y
  %1 = nn.broadcast %s, %n {static_sizes = array<i64: -9223372036854775808, 4, 6, 6>} : (tensor<4x1x1xf32>, index) -> !y
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (!y, !y) -> !y
  return %2 : !y
}

// Scale and shift behind a convolution with a bias: filter * s, bias * s + t.
// CHECK-LABEL: @scale_and_shift
// CHECK: %[[B:.*]] = hewn.load_weight @b
// CHECK: %[[BS:.*]] = nn.elementwise %[[B]], %{{.*}} {kind = #nn.kind<mul>} : (tensor<4xf32>
// CHECK: %[[BST:.*]] = nn.elementwise %[[BS]], %{{.*}} {kind = #nn.kind<add>} : (tensor<4xf32>
// CHECK: %[[Y:.*]] = nn.conv %arg0, %{{.*}}, %[[BST]] {
// CHECK-NEXT: return %[[Y]]
func.func @scale_and_shift(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x6x6xf32> {
  %w = hewn.load_weight @w : tensor<4x3x3x3xf32>
  %s = hewn.load_weight @s : tensor<4x1x1xf32>
  %b = hewn.load_weight @b : tensor<4xf32>
  %0 = nn.conv %x, %w, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = nn.broadcast %s {static_sizes = array<i64: 1, 4, 6, 6>} : (tensor<4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  %3 = nn.elementwise %1, %2 {kind = #nn.kind<add>} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  return %3 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @scale_of_conv_transpose
// CHECK: nn.broadcast %{{.*}} {static_sizes = array<i64: 3, 4, 2, 2>}
// CHECK: %[[Y:.*]] = nn.conv_transpose
// CHECK-NEXT: return %[[Y]]
func.func @scale_of_conv_transpose(%x: tensor<1x3x4x4xf32>) -> tensor<1x4x8x8xf32> {
  %w = hewn.load_weight @wt : tensor<3x4x2x2xf32>
  %s = hewn.load_weight @s : tensor<4x1x1xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, output_padding = array<i64: 0, 0>, groups = 1 : i64} : (tensor<1x3x4x4xf32>, tensor<3x4x2x2xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.broadcast %s {static_sizes = array<i64: 1, 4, 8, 8>} : (tensor<4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}

// (x M + b) * s = x (M * s) + b * s
// CHECK-LABEL: @scale_of_linear
// CHECK: %[[MS:.*]] = nn.elementwise %{{.*}}, %{{.*}} {kind = #nn.kind<mul>} : (tensor<8x4xf32>
// CHECK: %[[P:.*]] = nn.matmul %arg0, %[[MS]]
// CHECK: nn.elementwise %[[P]], %{{.*}} {kind = #nn.kind<add>}
// CHECK-NEXT: return
func.func @scale_of_linear(%x: tensor<2x8xf32>, %n: index) -> tensor<2x4xf32> {
  %m = hewn.load_weight @m : tensor<8x4xf32>
  %b = hewn.load_weight @b : tensor<4xf32>
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %0 = nn.matmul %x, %m : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
  %1 = nn.broadcast %b {static_sizes = array<i64: 2, 4>} : (tensor<4xf32>) -> tensor<2x4xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = nn.broadcast %c {static_sizes = array<i64: 2, 4>} : (tensor<4xf32>) -> tensor<2x4xf32>
  %4 = nn.elementwise %2, %3 {kind = #nn.kind<mul>} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

// CHECK-LABEL: @negative_factor_is_an_argument
// CHECK: kind = #nn.kind<mul>
func.func @negative_factor_is_an_argument(%x: tensor<1x3x8x8xf32>, %s: tensor<4x1x1xf32>) -> tensor<1x4x6x6xf32> {
  %w = hewn.load_weight @w : tensor<4x3x3x3xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = nn.broadcast %s {static_sizes = array<i64: 1, 4, 6, 6>} : (tensor<4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  return %2 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @negative_conv_has_two_users
// CHECK: kind = #nn.kind<mul>
func.func @negative_conv_has_two_users(%x: tensor<1x3x8x8xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) {
  %w = hewn.load_weight @w : tensor<4x3x3x3xf32>
  %s = hewn.load_weight @s : tensor<4x1x1xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = nn.broadcast %s {static_sizes = array<i64: 1, 4, 6, 6>} : (tensor<4x1x1xf32>) -> tensor<1x4x6x6xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  return %2, %0 : tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>
}

// CHECK-LABEL: @negative_factor_per_position
// CHECK: nn.conv %arg0
// CHECK: kind = #nn.kind<mul>
func.func @negative_factor_per_position(%x: tensor<1x3x8x8xf32>) -> tensor<1x4x6x6xf32> {
  %w = hewn.load_weight @w : tensor<4x3x3x3xf32>
  %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]> : tensor<6xf32>
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %1 = nn.broadcast %c {static_sizes = array<i64: 1, 4, 6, 6>} : (tensor<6xf32>) -> tensor<1x4x6x6xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<1x4x6x6xf32>, tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
  return %2 : tensor<1x4x6x6xf32>
}
