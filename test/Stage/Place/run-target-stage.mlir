// The target's own passes run on its module: for cpu, layouts change in front of grouping.
// RUN: hewn-opt %s --hewn-partition --hewn-run-target-stage="stage=kernels" | FileCheck %s
// CHECK: module @cpu
// CHECK: nn.pool {{.*}}layout = #nn.layout<nhwc>
func.func @main(%x: tensor<1x16x8x8xf32>) -> tensor<1x16x4x4xf32> {
  %0 = nn.pool %x {kind = #nn.pool<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x16x8x8xf32>) -> tensor<1x16x4x4xf32>
  return %0 : tensor<1x16x4x4xf32>
}
