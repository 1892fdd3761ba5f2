// RUN: hewn-opt %s --onnx-upgrade | FileCheck %s

// CHECK-LABEL: @squeeze_11
// CHECK: %[[AXES:.*]] = arith.constant dense<1> : tensor<1xi64>
// CHECK: onnx.node "Squeeze" since 13 (%arg0, %[[AXES]]) :
func.func @squeeze_11(%x: tensor<2x1xf32>) -> tensor<2xf32> {
  %0 = onnx.node "Squeeze" since 11 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @squeeze_11_all
// CHECK: onnx.node "Squeeze" since 13 (%arg0) :
func.func @squeeze_11_all(%x: tensor<2x1xf32>) -> tensor<2xf32> {
  %0 = onnx.node "Squeeze" since 11 (%x) {} : (tensor<2x1xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @unsqueeze_11
// CHECK: %[[AXES:.*]] = arith.constant dense<[0, 2]> : tensor<2xi64>
// CHECK: onnx.node "Unsqueeze" since 13 (%arg0, %[[AXES]]) :
func.func @unsqueeze_11(%x: tensor<2xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Unsqueeze" since 11 (%x) {axes = array<i64: 0, 2>} : (tensor<2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @reduce_sum_11
// CHECK: %[[AXES:.*]] = arith.constant dense<-1> : tensor<1xi64>
// CHECK: onnx.node "ReduceSum" since 13 (%arg0, %[[AXES]]) {keepdims = 0 : i64}
func.func @reduce_sum_11(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "ReduceSum" since 11 (%x) {axes = array<i64: -1>, keepdims = 0 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @reduce_mean_13
// CHECK: onnx.node "ReduceMean" since 18 (%arg0, %{{.*}}) :
func.func @reduce_mean_13(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "ReduceMean" since 13 (%x) {axes = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @split_11
// CHECK: %[[SIZES:.*]] = arith.constant dense<[1, 2]> : tensor<2xi64>
// CHECK: onnx.node "Split" since 13 (%arg0, %[[SIZES]]) {axis = 1 : i64}
func.func @split_11(%x: tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %0:2 = onnx.node "Split" since 11 (%x) {axis = 1 : i64, split = array<i64: 1, 2>} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0#0, %0#1 : tensor<*xf32>, tensor<*xf32>
}

// A missing lower bound leaves its input out.
// CHECK-LABEL: @clip_6
// CHECK: %[[NONE:.*]] = onnx.none
// CHECK: onnx.node "Clip" since 11 (%arg0, %[[NONE]], %{{.*}}) :
func.func @clip_6(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Clip" since 6 (%x) {max = 6.0 : f32} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @pad_2
// CHECK: onnx.node "Pad" since 11 (%arg0, %{{.*}}, %{{.*}}) {mode = "constant"}
func.func @pad_2(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Pad" since 2 (%x) {mode = "constant", pads = array<i64: 0, 1, 0, 1>, value = 1.0 : f32} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @slice_1
// CHECK: onnx.node "Slice" since 10 (%arg0, %{{.*}}, %{{.*}}, %{{.*}}) :
func.func @slice_1(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Slice" since 1 (%x) {axes = array<i64: 1>, starts = array<i64: 0>, ends = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @topk_1
// CHECK: %[[K:.*]] = arith.constant dense<2> : tensor<1xi64>
// CHECK: onnx.node "TopK" since 10 (%arg0, %[[K]]) {axis = 1 : i64}
func.func @topk_1(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0:2 = onnx.node "TopK" since 1 (%x) {axis = 1 : i64, k = 2 : i64} : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xi64>)
  return %0#0 : tensor<*xf32>
}

// CHECK-LABEL: @resize_10
// CHECK: %[[NONE:.*]] = onnx.none
// CHECK: onnx.node "Resize" since 13 (%arg0, %[[NONE]], %arg1) {coordinate_transformation_mode = "asymmetric", mode = "nearest", nearest_mode = "floor"}
func.func @resize_10(%x: tensor<1x3x4x4xf32>, %s: tensor<4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Resize" since 10 (%x, %s) {mode = "nearest"} : (tensor<1x3x4x4xf32>, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @upsample_7
// CHECK: onnx.node "Resize" since 13 (%arg0, %{{.*}}, %{{.*}}) {coordinate_transformation_mode = "asymmetric"
func.func @upsample_7(%x: tensor<1x3x4x4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Upsample" since 7 (%x) {mode = "nearest", scales = array<f32: 1.0, 1.0, 2.0, 2.0>} : (tensor<1x3x4x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @scatter_9
// CHECK: onnx.node "ScatterElements" since 11
func.func @scatter_9(%x: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Scatter" since 9 (%x, %i, %u) {} : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @negative_newest_form
// CHECK: onnx.node "Squeeze" since 13 (%arg0, %arg1) :
func.func @negative_newest_form(%x: tensor<2x1xf32>, %axes: tensor<1xi64>) -> tensor<*xf32> {
  %0 = onnx.node "Squeeze" since 13 (%x, %axes) {} : (tensor<2x1xf32>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// CHECK-LABEL: @negative_other_domain
// CHECK: onnx.node "Squeeze" of "com.example" since 1 (%arg0) {axes = array<i64: 1>}
func.func @negative_other_domain(%x: tensor<2x1xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Squeeze" of "com.example" since 1 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
