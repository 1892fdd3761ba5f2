// RUN: hewn-opt %s --hewn-cpu-split-conv-transpose | FileCheck %s

// CHECK-LABEL: @two_by_two
// CHECK: nn.conv {{.*}} : (tensor<1x4x5x3xf32>, tensor<16x3x1x1xf32>) -> tensor<1x4x5x16xf32>
// CHECK: nn.reshape {{.*}} -> tensor<1x4x5x2x2x4xf32>
// CHECK: nn.transpose {{.*}}perm = array<i64: 0, 1, 3, 2, 4, 5>
// CHECK: nn.reshape {{.*}} -> tensor<1x8x10x4xf32>
func.func @two_by_two(%x: tensor<1x4x5x3xf32>, %w: tensor<3x4x2x2xf32>) -> tensor<1x8x10x4xf32> {
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, groups = 1 : i64, layout = #nn.layout<nhwc>} : (tensor<1x4x5x3xf32>, tensor<3x4x2x2xf32>) -> tensor<1x8x10x4xf32>
  return %0 : tensor<1x8x10x4xf32>
}

// Windows of 3 at a stride of 2 overlap.
// CHECK-LABEL: @negative_overlap
// CHECK: nn.conv_transpose
func.func @negative_overlap(%x: tensor<1x4x5x3xf32>, %w: tensor<3x4x3x3xf32>) -> tensor<1x9x11x4xf32> {
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, groups = 1 : i64, layout = #nn.layout<nhwc>} : (tensor<1x4x5x3xf32>, tensor<3x4x3x3xf32>) -> tensor<1x9x11x4xf32>
  return %0 : tensor<1x9x11x4xf32>
}
