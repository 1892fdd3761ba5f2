// RUN: hewn-opt %s --hewn-conv-pads-to-pad | FileCheck %s

// CHECK-LABEL: @pads
// CHECK: %[[P:.*]] = nn.pad %{{.*}} {high = array<i64: 0, 1, 1, 0>, low = array<i64: 0, 1, 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<1x8x8x3xf32>) -> tensor<1x10x10x3xf32>
// CHECK: nn.conv %[[P]], {{.*}} pads = array<i64: 0, 0, 0, 0>
func.func @pads(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x8x8x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}

// CHECK-LABEL: @negative_nchw
// CHECK-NOT: nn.pad
// CHECK: nn.conv {{.*}} pads = array<i64: 1, 1, 1, 1>
func.func @negative_nchw(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}

// CHECK-LABEL: @negative_no_pads
// CHECK-NOT: nn.pad
// CHECK: nn.conv
func.func @negative_no_pads(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x6x6x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x6x6x4xf32>
  return %0 : tensor<1x6x6x4xf32>
}
