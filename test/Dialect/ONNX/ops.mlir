// RUN: hewn-opt %s | FileCheck %s
// RUN: hewn-opt %s | hewn-opt | FileCheck %s
// RUN: hewn-opt %s --emit-bytecode | hewn-opt | FileCheck %s

// CHECK-LABEL: @none
func.func @none() {
  // CHECK: onnx.none : none
  %none = onnx.none : none
  return
}

// CHECK-LABEL: @conv
func.func @conv(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) {
  // CHECK: onnx.node "Conv" since 11 (%{{.*}}, %{{.*}}) {strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x3x3xf32>
  %y = onnx.node "Conv" since 11 (%x, %w) {strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x3x3xf32>
  return
}

// A value whose type the file does not state, an operand and a result that are left out.
// CHECK-LABEL: @unknown
func.func @unknown(%x: tensor<?xf32>) {
  %none = onnx.none : none
  // CHECK: onnx.node "Clip" since 13 (%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<?xf32>, none, tensor<?xf32>) -> tensor<*xf32>
  %y = onnx.node "Clip" since 13 (%x, %none, %x) : (tensor<?xf32>, none, tensor<?xf32>) -> tensor<*xf32>
  // CHECK: %{{.*}}:2 = onnx.node "Dropout" since 13 (%{{.*}}) : (tensor<*xf32>) -> (none, tensor<*xi1>)
  %z:2 = onnx.node "Dropout" since 13 (%y) : (tensor<*xf32>) -> (none, tensor<*xi1>)
  return
}

// Operators that ONNX does not know are kept as they are.
// CHECK-LABEL: @custom
func.func @custom(%x: tensor<2xf32>) {
  // CHECK: onnx.node "Foo" of "com.example" since 3 (%{{.*}}) {"odd name" = "v", words = ["a", "b"]} : (tensor<2xf32>) -> ()
  onnx.node "Foo" of "com.example" since 3 (%x) {"odd name" = "v", words = ["a", "b"]} : (tensor<2xf32>) -> ()
  return
}

// CHECK-LABEL: @if
func.func @if(%c: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {
  // CHECK: onnx.node "If" since 16 (%{{.*}}) bodies("else_branch" {
  // CHECK-NEXT: onnx.yield %[[X:.*]] : tensor<2xf32>
  // CHECK-NEXT: }, "then_branch" {
  // CHECK-NEXT: onnx.node "Relu" since 14 (%[[X]])
  %y = onnx.node "If" since 16 (%c) bodies("else_branch" {
    onnx.yield %x : tensor<2xf32>
  }, "then_branch" {
    %0 = onnx.node "Relu" since 14 (%x) : (tensor<2xf32>) -> tensor<2xf32>
    onnx.yield %0 : tensor<2xf32>
  }) : (tensor<i1>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// A large tensor among the params is a weight; names that begin with two underscores are an exporter's own.
hewn.weight @w : tensor<100xf32> source #hewn.source<"model.onnx", 0, 400>
// CHECK-LABEL: @params
func.func @params(%x: tensor<2xi64>) {
  // CHECK: onnx.node "ConstantOfShape" since 9 (%{{.*}}) {__note = 1 : i64, value = @w}
  %y = onnx.node "ConstantOfShape" since 9 (%x) {__note = 1 : i64, value = @w} : (tensor<2xi64>) -> tensor<*xf32>
  return
}
