// RUN: hewn-opt %s --split-input-file --verify-diagnostics

func.func @node_c1_few(%x: tensor<2xf32>) {
  // expected-error @below {{"Add" has 1 operands, not 2 (C1)}}
  %y = onnx.node "Add" since 14 (%x) : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c1_many(%x: tensor<2xf32>) {
  // expected-error @below {{"Clip" has 4 operands, not 1 to 3 (C1)}}
  %y = onnx.node "Clip" since 13 (%x, %x, %x, %x) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c1_variadic() {
  // expected-error @below {{"Concat" has 0 operands, not 1 or more (C1)}}
  %y = onnx.node "Concat" since 13 () {axis = 0 : i64} : () -> tensor<2xf32>
  return
}

// -----

func.func @node_c1_left_out(%x: tensor<2xf32>) {
  %none = onnx.none : none
  // expected-error @below {{"Add" leaves out the operand 'A', which it needs (C1)}}
  %y = onnx.node "Add" since 14 (%none, %x) : (none, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c1_results(%x: tensor<2xf32>) {
  // expected-error @below {{"Relu" has 2 results, at most 1 are allowed (C1)}}
  %y:2 = onnx.node "Relu" since 14 (%x) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @node_c2_unknown(%x: tensor<2xf32>) {
  // expected-error @below {{"Relu" has an attribute 'slope' that the operator does not have (C2)}}
  %y = onnx.node "Relu" since 14 (%x) {slope = 1.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c2_type(%x: tensor<2xf32>) {
  // expected-error @below {{"Softmax" has an attribute 'axis' that is not of type int (C2)}}
  %y = onnx.node "Softmax" since 13 (%x) {axis = 1 : i32} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c2_required(%x: tensor<2xf32>) {
  // expected-error @below {{"Cast" lacks the attribute 'to' (C2)}}
  %y = onnx.node "Cast" since 13 (%x) : (tensor<2xf32>) -> tensor<2xi64>
  return
}

// -----

func.func @node_c2_body(%x: tensor<i1>) {
  // expected-error @below {{"If" has a body 'branch' that the operator does not have (C2)}}
  onnx.node "If" since 16 (%x) bodies("branch" { onnx.yield }, "else_branch" { onnx.yield }, "then_branch" { onnx.yield }) : (tensor<i1>) -> tensor<f32>
  return
}

// -----

// The schema of the version in force decides: Clip took its bounds as attributes before version 11.
func.func @node_c2_version(%x: tensor<2xf32>) {
  %y = onnx.node "Clip" since 6 (%x) {max = 6.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  // expected-error @below {{"Clip" has an attribute 'max' that the operator does not have (C2)}}
  %z = onnx.node "Clip" since 11 (%x) {max = 6.0 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @node_c3(%x: tensor<i1>) {
  // expected-error @below {{has 1 bodies, but 0 names for them (C3)}}
  "onnx.node"(%x) <{op_type = "If", domain = "", since = 16 : i64, params = {}}> ({
    "onnx.yield"() : () -> ()
  }) : (tensor<i1>) -> ()
  return
}

// -----

func.func @deprecated(%x: tensor<2xf32>) {
  // expected-error @below {{"Upsample" is deprecated since version 10}}
  %y = onnx.node "Upsample" since 10 (%x, %x) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @no_version(%x: tensor<2xf32>) {
  // expected-error @below {{"Relu" has a version that is not positive}}
  %y = onnx.node "Relu" since 0 (%x) : (tensor<2xf32>) -> tensor<2xf32>
  return
}
