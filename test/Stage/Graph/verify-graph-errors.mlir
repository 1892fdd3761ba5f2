// RUN: hewn-opt %s --split-input-file --verify-diagnostics --hewn-verify-graph

func.func @onnx_is_left(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{[HWN2004]: onnx.node is left after the stage graph}}
  %0 = onnx.node "Relu" since 14 (%x) {} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

func.func @upstream_op_of_a_later_stage(%n: index) -> tensor<?xf32> {
  // expected-error @below {{[HWN2004]: tensor.empty is left after the stage graph}}
  %0 = tensor.empty(%n) : tensor<?xf32>
  return %0 : tensor<?xf32>
}
