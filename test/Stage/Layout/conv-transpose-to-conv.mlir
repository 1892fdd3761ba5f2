// RUN: hewn-opt %s --hewn-conv-transpose-to-conv | FileCheck %s

// CHECK: hewn.weight @w_blocks : tensor<20x3x1x1xf32> {
// CHECK: nn.transpose {{.*}} {perm = array<i64: 2, 3, 1, 0>}
// CHECK: nn.reshape {{.*}} -> tensor<20x3x1x1xf32>
hewn.weight @w : tensor<3x5x2x2xf32> source #hewn.source<"m.onnx", 0, 240>

// CHECK-LABEL: @upsample
// CHECK: nn.conv {{.*}} -> tensor<1x4x4x20xf32>
// CHECK: nn.reshape {{.*}} -> tensor<1x4x4x2x2x5xf32>
// CHECK: nn.transpose {{.*}} {perm = array<i64: 0, 1, 3, 2, 4, 5>}
// CHECK: nn.reshape {{.*}} -> tensor<1x8x8x5xf32>
// CHECK: nn.broadcast %{{.*}} {static_sizes = array<i64: 1, 8, 8, 5>}
// CHECK: nn.elementwise {{.*}} {kind = #nn.kind<add>}
// CHECK-NOT: nn.conv_transpose
func.func @upsample(%x: tensor<1x4x4x3xf32>, %b: tensor<5xf32>) -> tensor<1x8x8x5xf32> {
  %w = hewn.load_weight @w : tensor<3x5x2x2xf32>
  %0 = nn.conv_transpose %x, %w, %b {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, layout = #nn.layout<nhwc>} : (tensor<1x4x4x3xf32>, tensor<3x5x2x2xf32>, tensor<5xf32>) -> tensor<1x8x8x5xf32>
  return %0 : tensor<1x8x8x5xf32>
}

// CHECK-LABEL: @dynamic
// CHECK: nn.conv
// CHECK: nn.reshape {{.*}} -> tensor<?x4x?x2x2x5xf32>
// CHECK: nn.reshape {{.*}} -> tensor<?x8x?x5xf32>
func.func @dynamic(%x: tensor<?x4x?x3xf32>) -> tensor<?x8x?x5xf32> {
  %w = hewn.load_weight @w : tensor<3x5x2x2xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, layout = #nn.layout<nhwc>} : (tensor<?x4x?x3xf32>, tensor<3x5x2x2xf32>) -> tensor<?x8x?x5xf32>
  return %0 : tensor<?x8x?x5xf32>
}

// CHECK-LABEL: @negative_overlap
// CHECK: nn.conv_transpose
func.func @negative_overlap(%x: tensor<1x4x4x3xf32>) -> tensor<1x5x5x5xf32> {
  %w = hewn.load_weight @w : tensor<3x5x2x2xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>, layout = #nn.layout<nhwc>} : (tensor<1x4x4x3xf32>, tensor<3x5x2x2xf32>) -> tensor<1x5x5x5xf32>
  return %0 : tensor<1x5x5x5xf32>
}

// CHECK-LABEL: @negative_padded
// CHECK: nn.conv_transpose
func.func @negative_padded(%x: tensor<1x4x4x3xf32>) -> tensor<1x6x6x5xf32> {
  %w = hewn.load_weight @w : tensor<3x5x2x2xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
      output_padding = array<i64: 0, 0>, layout = #nn.layout<nhwc>} : (tensor<1x4x4x3xf32>, tensor<3x5x2x2xf32>) -> tensor<1x6x6x5xf32>
  return %0 : tensor<1x6x6x5xf32>
}

// CHECK-LABEL: @negative_nchw
// CHECK: nn.conv_transpose
func.func @negative_nchw(%x: tensor<1x3x4x4xf32>) -> tensor<1x5x8x8xf32> {
  %w = hewn.load_weight @w : tensor<3x5x2x2xf32>
  %0 = nn.conv_transpose %x, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      output_padding = array<i64: 0, 0>} : (tensor<1x3x4x4xf32>, tensor<3x5x2x2xf32>) -> tensor<1x5x8x8xf32>
  return %0 : tensor<1x5x8x8xf32>
}
