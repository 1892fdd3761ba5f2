// RUN: hewn-opt %s --split-input-file --verify-diagnostics --onnx-to-nn

// All of a function's nodes are reported, the ones behind them are not.
func.func @every_unsupported_node(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @below {{[HWN2001]: operator 'NonZero' is not supported: no conversion is registered for it}}
  %0 = onnx.node "NonZero" since 13 (%x) {} : (tensor<2x3xf32>) -> tensor<*xi64>
  // expected-error @below {{[HWN2001]: operator 'com.example.Foo' is not supported}}
  %1 = onnx.node "Foo" of "com.example" since 1 (%x) {} : (tensor<2x3xf32>) -> tensor<*xf32>
  %2 = onnx.node "Relu" since 14 (%1) {} : (tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// -----

func.func @old_version(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @below {{operator 'Reshape' is not supported: version 1 of the operator has no conversion}}
  %0 = onnx.node "Reshape" since 1 (%x) {} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @sizes_that_do_not_broadcast(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) -> tensor<*xf32> {
  // expected-error @below {{[HWN2002]: node 'Add' is malformed: sizes of dimension 1 do not broadcast (3 and 4)}}
  %0 = onnx.node "Add" since 14 (%x, %y) {} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @missing_operand(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @below {{"Add" has 1 operands, not 2 (C1)}}
  %0 = onnx.node "Add" since 14 (%x) {} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @attribute_of_another_type(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  // expected-error @below {{"Softmax" has an attribute 'axis' that is not of type int (C2)}}
  %0 = onnx.node "Softmax" since 13 (%x) {axis = "last"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

func.func @data_dependent_shape(%x: tensor<2x3xf32>, %s: tensor<2xi64>) -> tensor<*xf32> {
  // expected-error @below {{operator 'Reshape' is not supported: operand 1 depends on the data, not on shapes only}}
  %0 = onnx.node "Reshape" since 14 (%x, %s) {} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// expected-error @below {{[HWN2003]: input 0 is not a tensor of known rank}}
func.func @unranked_input(%x: tensor<*xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Relu" since 14 (%x) {} : (tensor<*xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
