// Versions whose meaning differs and that the conversion itself takes, because it knows ranks.
// RUN: hewn-opt %s --split-input-file --onnx-to-nn --canonicalize --cse | FileCheck %s

// Before version 13 softmax runs over everything from the axis on.
// CHECK-LABEL: @softmax_11
// CHECK: %[[R:.*]] = nn.reshape %arg0 {static_sizes = array<i64: 2, 12>}
// CHECK: %[[S:.*]] = nn.softmax %[[R]] {axis = 1 : i64}
// CHECK: nn.reshape %[[S]] {static_sizes = array<i64: 2, 3, 4>}
func.func @softmax_11(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Softmax" since 11 (%x) {} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @softmax_11_last_axis
// CHECK-NEXT: nn.softmax %arg0 {axis = 2 : i64}
func.func @softmax_11_last_axis(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Softmax" since 11 (%x) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @softmax_13
// CHECK-NEXT: nn.softmax %arg0 {axis = 1 : i64}
func.func @softmax_13(%x: tensor<2x3x4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Softmax" since 13 (%x) {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @dropout_10
// CHECK-NEXT: return %arg0
func.func @dropout_10(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Dropout" since 10 (%x) {ratio = 0.5 : f32} : (tensor<2x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @dropout_13
// CHECK-NEXT: return %arg0
func.func @dropout_13(%x: tensor<2x3xf32>) -> tensor<*xf32> {
  %ratio = arith.constant dense<0.5> : tensor<f32>
  %training = arith.constant dense<false> : tensor<i1>
  %0 = onnx.node "Dropout" since 13 (%x, %ratio, %training) {} : (tensor<2x3xf32>, tensor<f32>, tensor<i1>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @batch_normalization_9
// CHECK: %[[V:.*]] = nn.elementwise %arg4, %{{.*}} {kind = #nn.kind<add>}
// CHECK: %[[D:.*]] = nn.elementwise %[[V]] {kind = #nn.kind<sqrt>}
// CHECK: %[[F:.*]] = nn.elementwise %arg1, %[[D]] {kind = #nn.kind<div>}
// CHECK: %[[M:.*]] = nn.elementwise %arg3, %[[F]] {kind = #nn.kind<mul>}
// CHECK: %[[S:.*]] = nn.elementwise %arg2, %[[M]] {kind = #nn.kind<sub>}
// CHECK: nn.elementwise %arg0, %{{.*}} {kind = #nn.kind<mul>} : (tensor<1x3x4x4xf32>
// CHECK: kind = #nn.kind<add>} : (tensor<1x3x4x4xf32>
func.func @batch_normalization_9(%x: tensor<1x3x4x4xf32>, %s: tensor<3xf32>, %b: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "BatchNormalization" since 9 (%x, %s, %b, %m, %v) {momentum = 0.9 : f32} : (tensor<1x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @resize_11
// CHECK: nn.resize %arg0 {{.*}}scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00>, static_sizes = array<i64: 1, 3, 8, 8>
func.func @resize_11(%x: tensor<1x3x4x4xf32>) -> tensor<*xf32> {
  %roi = arith.constant dense<> : tensor<0xf32>
  %scales = arith.constant dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>
  %0 = onnx.node "Resize" since 11 (%x, %roi, %scales) {coordinate_transformation_mode = "asymmetric", mode = "nearest", nearest_mode = "floor"} : (tensor<1x3x4x4xf32>, tensor<0xf32>, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// From version 18 on scales may name the axes that they are for.
// CHECK-LABEL: @resize_18_axes
// CHECK: nn.resize %arg0 {{.*}}static_sizes = array<i64: 1, 3, 8, 4>
func.func @resize_18_axes(%x: tensor<1x3x4x4xf32>) -> tensor<*xf32> {
  %none = onnx.none : none
  %scales = arith.constant dense<2.0> : tensor<1xf32>
  %0 = onnx.node "Resize" since 18 (%x, %none, %scales) {axes = array<i64: 2>, mode = "linear"} : (tensor<1x3x4x4xf32>, none, tensor<1xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @group_normalization_21
// CHECK: %[[R:.*]] = nn.reshape %arg0 {static_sizes = array<i64: 1, 2, 3, 4>}
// CHECK: nn.norm %[[R]] {axis = 2 : i64
func.func @group_normalization_21(%x: tensor<1x6x4xf32>, %s: tensor<6xf32>, %b: tensor<6xf32>) -> tensor<*xf32> {
  %0 = onnx.node "GroupNormalization" since 21 (%x, %s, %b) {num_groups = 2 : i64} : (tensor<1x6x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
