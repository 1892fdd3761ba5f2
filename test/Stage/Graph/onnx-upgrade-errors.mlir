// RUN: hewn-opt %s --split-input-file --verify-diagnostics --onnx-upgrade

func.func @bound_of_integers(%x: tensor<2x1xi32>) -> tensor<*xi32> {
  // expected-error @below {{[HWN2002]: node 'Clip' is malformed: attribute 'max' needs an input of floats}}
  %0 = onnx.node "Clip" since 6 (%x) {max = 6.0 : f32} : (tensor<2x1xi32>) -> tensor<*xi32>
  return %0 : tensor<*xi32>
}
