// A stock mlir-opt runs Hewn's passes through the plugin.
// RUN: mlir-opt --load-dialect-plugin=%hewn_obj/lib/HewnPlugin.so --load-pass-plugin=%hewn_obj/lib/HewnPlugin.so %s \
// RUN:   --pass-pipeline='builtin.module(func.func(hewn-conv-pads-to-pad))' | FileCheck %s
// UNSUPPORTED: asan

// CHECK-LABEL: @pads
// CHECK: nn.pad
func.func @pads(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x8x8x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}
