// RUN: hewn-opt %s --split-input-file --onnx-to-nn --canonicalize --cse | FileCheck %s

// CHECK-LABEL: @broadcast_bias
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<2x3xf32>, %[[B:[a-z0-9]+]]: tensor<3xf32>
// CHECK: %[[W:.*]] = nn.broadcast %[[B]] {static_sizes = array<i64: 2, 3>}
// CHECK: nn.elementwise %[[X]], %[[W]] {kind = #nn.kind<add>}
func.func @broadcast_bias(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = onnx.node "Add" since 14 (%x, %b) {} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// Sizes computed by Shape, Slice and Concat are the sizes themselves; what they feed needs no guard.
// CHECK-LABEL: @shape_arithmetic_vanishes
// CHECK-SAME: -> (tensor<?x4x?xf32> {hewn.dims = ["a", "", "c"]})
// CHECK-DAG: %[[W:.*]] = tensor.dim %arg0, %c3
// CHECK-DAG: %[[N:.*]] = tensor.dim %arg0, %c0
// CHECK: %[[Y:.*]] = nn.conv
// CHECK-NOT: hewn.guard
// CHECK-NOT: tensor.from_elements
// CHECK: %[[L:.*]] = affine.apply {{.*}}[%[[W]]]
// CHECK: %[[R:.*]] = nn.reshape %[[Y]], %[[N]], %[[L]]
// CHECK: %[[S:.*]] = nn.softmax %[[R]] {axis = 2 : i64}
// CHECK: nn.elementwise %[[S]], %[[R]] {kind = #nn.kind<add>}
func.func @shape_arithmetic_vanishes(%x: tensor<?x3x48x?xf32> {hewn.name = "x", hewn.dims = ["N", "", "", "W"]},
    %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>) -> (tensor<*xf32> {hewn.dims = ["a", "b", "c"]}) {
  %y = onnx.node "Conv" since 11 (%x, %w, %b) {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<?x3x48x?xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  %s = onnx.node "Shape" since 1 (%y) {} : (tensor<*xf32>) -> tensor<*xi64>
  %z = arith.constant dense<0> : tensor<1xi64>
  %one = arith.constant dense<1> : tensor<1xi64>
  %n = onnx.node "Slice" since 13 (%s, %z, %one) {} : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xi64>
  %m = arith.constant dense<[4, -1]> : tensor<2xi64>
  %sh = onnx.node "Concat" since 13 (%n, %m) {axis = 0 : i64} : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %r = onnx.node "Reshape" since 13 (%y, %sh) {} : (tensor<*xf32>, tensor<*xi64>) -> tensor<*xf32>
  %p = onnx.node "Softmax" since 13 (%r) {axis = -1 : i64} : (tensor<*xf32>) -> tensor<*xf32>
  %a = onnx.node "Add" since 14 (%p, %r) {} : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %a : tensor<*xf32>
}

// -----

// Two sizes that nothing proves equal are guarded once.
// CHECK-LABEL: @unrelated_sizes_are_guarded
// CHECK-DAG: %[[A:.*]] = tensor.dim %arg0
// CHECK-DAG: %[[B:.*]] = tensor.dim %arg1
// CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[A]], %[[B]]
// CHECK: hewn.guard %[[SAME]], 6004
// CHECK-NOT: hewn.guard
// CHECK: return
func.func @unrelated_sizes_are_guarded(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Add" since 14 (%x, %y) {} : (tensor<?xf32>, tensor<?xf32>) -> tensor<*xf32>
  %1 = onnx.node "Mul" since 14 (%0, %y) {} : (tensor<*xf32>, tensor<?xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// A window may be larger than a dynamic input.
// CHECK-LABEL: @too_small_inputs_are_guarded
// CHECK: %[[SIZE:.*]] = affine.apply {{.*}}[%{{.*}}]
// CHECK: %[[FITS:.*]] = arith.cmpi sge, %[[SIZE]], %c0
// CHECK: hewn.guard %[[FITS]], 6004, "'MaxPool': its input is too small"
func.func @too_small_inputs_are_guarded(%x: tensor<1x3x8x?xf32>) -> tensor<*xf32> {
  %0 = onnx.node "MaxPool" since 12 (%x) {kernel_shape = array<i64: 3, 3>} : (tensor<1x3x8x?xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
