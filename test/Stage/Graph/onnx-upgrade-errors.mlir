// RUN: hewn-opt %s --split-input-file --verify-diagnostics --onnx-upgrade

func.func @axes_are_text(%x: tensor<2x1xf32>) -> tensor<*xf32> {
  // expected-error @below {{attribute 'axes' is not a list of integers}}
  %0 = onnx.node "Squeeze" since 11 (%x) {axes = "all"} : (tensor<2x1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @bound_is_text(%x: tensor<2x1xf32>) -> tensor<*xf32> {
  // expected-error @below {{attribute 'max' is not a number}}
  %0 = onnx.node "Clip" since 6 (%x) {max = "six"} : (tensor<2x1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @bound_of_integers(%x: tensor<2x1xi32>) -> tensor<*xi32> {
  // expected-error @below {{attribute 'max' needs an input of floats}}
  %0 = onnx.node "Clip" since 6 (%x) {max = 6.0 : f32} : (tensor<2x1xi32>) -> tensor<*xi32>
  return %0 : tensor<*xi32>
}

// -----

func.func @upsample_without_scales(%x: tensor<1x3x4x4xf32>) -> tensor<*xf32> {
  // expected-error @below {{scales are missing}}
  %0 = onnx.node "Upsample" since 7 (%x) {} : (tensor<1x3x4x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
