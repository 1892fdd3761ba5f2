// One case per family of converters where something is decided; ONNX's node tests check the values.
// RUN: hewn-opt %s --split-input-file --onnx-to-nn --canonicalize --cse | FileCheck %s

// CHECK-LABEL: @gather_of_one_index_is_a_slice
// CHECK: %[[S:.*]] = nn.slice %arg0 {static_offsets = array<i64: 0, 4, 0>, static_sizes = array<i64: 2, 1, 3>, steps = array<i64: 1, 1, 1>}
// CHECK: nn.reshape %[[S]] {static_sizes = array<i64: 2, 3>}
func.func @gather_of_one_index_is_a_slice(%x: tensor<2x5x3xf32>) -> tensor<*xf32> {
  %i = arith.constant dense<-1> : tensor<i64>
  %0 = onnx.node "Gather" since 13 (%x, %i) {axis = 1 : i64} : (tensor<2x5x3xf32>, tensor<i64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @slice_backwards
// CHECK: nn.slice %arg0 {static_offsets = array<i64: 4>, static_sizes = array<i64: 3>, steps = array<i64: -2>}
func.func @slice_backwards(%x: tensor<5xf32>) -> tensor<*xf32> {
  %start = arith.constant dense<-1> : tensor<1xi64>
  %end = arith.constant dense<-9223372036854775807> : tensor<1xi64>
  %axis = arith.constant dense<0> : tensor<1xi64>
  %step = arith.constant dense<-2> : tensor<1xi64>
  %0 = onnx.node "Slice" since 13 (%x, %start, %end, %axis, %step) {} : (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @matmul_broadcasts_batches
// CHECK: %[[B:.*]] = nn.broadcast %arg1 {static_sizes = array<i64: 2, 3, 5, 6>}
// CHECK: nn.matmul %arg0, %[[B]]
func.func @matmul_broadcasts_batches(%a: tensor<2x3x4x5xf32>, %b: tensor<3x5x6xf32>) -> tensor<*xf32> {
  %0 = onnx.node "MatMul" since 13 (%a, %b) {} : (tensor<2x3x4x5xf32>, tensor<3x5x6xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// Without C, beta has no effect, and is no unknown attribute.
// CHECK-LABEL: @gemm_without_c
// CHECK: nn.matmul
// CHECK-NOT: nn.elementwise
// CHECK: return
func.func @gemm_without_c(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<*xf32> {
  %y = onnx.node "Gemm" since 13 (%a, %b) {beta = 2.0 : f32} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<*xf32>
  return %y : tensor<*xf32>
}

// CHECK-LABEL: @gemm(
// CHECK: %[[B:.*]] = nn.transpose %arg1 {perm = array<i64: 1, 0>}
// CHECK: %[[P:.*]] = nn.matmul %arg0, %[[B]]
// CHECK: %[[C:.*]] = nn.broadcast %arg2 {static_sizes = array<i64: 2, 4>}
// CHECK: nn.elementwise %[[P]], %[[C]] {kind = #nn.kind<add>}
func.func @gemm(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>, %c: tensor<4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Gemm" since 13 (%a, %b, %c) {transB = 1 : i64} : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @same_padding
// CHECK: nn.conv {{.*}}pads = array<i64: 0, 1, 1, 1>
func.func @same_padding(%x: tensor<1x1x6x5xf32>, %w: tensor<1x1x3x3xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Conv" since 11 (%x, %w) {auto_pad = "SAME_UPPER", strides = array<i64: 2, 2>} : (tensor<1x1x6x5xf32>, tensor<1x1x3x3xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @reshape_copies_and_infers
// CHECK: nn.reshape %arg0, %{{.*}} {static_sizes = array<i64: -9223372036854775808, 12>}
// CHECK-NOT: hewn.guard
func.func @reshape_copies_and_infers(%x: tensor<?x3x4xf32>) -> tensor<*xf32> {
  %s = arith.constant dense<[0, -1]> : tensor<2xi64>
  %0 = onnx.node "Reshape" since 14 (%x, %s) {} : (tensor<?x3x4xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}

// -----

// CHECK-LABEL: @uneven_split
// CHECK: nn.slice %arg0 {static_offsets = array<i64: 0>, static_sizes = array<i64: 3>
// CHECK: nn.slice %arg0 {static_offsets = array<i64: 3>, static_sizes = array<i64: 2>
func.func @uneven_split(%x: tensor<5xf32>) -> (tensor<*xf32>, tensor<*xf32>) {
  %0:2 = onnx.node "Split" since 18 (%x) {num_outputs = 2 : i64} : (tensor<5xf32>) -> (tensor<*xf32>, tensor<*xf32>)
  return %0#0, %0#1 : tensor<*xf32>, tensor<*xf32>
}

// -----

// A size that an ordinary result needs becomes a tensor.
// CHECK-LABEL: @shape_as_result
// CHECK: %[[D:.*]] = tensor.dim %arg0
// CHECK: %[[I:.*]] = arith.index_cast %[[D]] : index to i64
// CHECK: tensor.from_elements %[[I]], %{{.*}} : tensor<2xi64>
func.func @shape_as_result(%x: tensor<?x3xf32>) -> tensor<*xi64> {
  %0 = onnx.node "Shape" since 15 (%x) {} : (tensor<?x3xf32>) -> tensor<*xi64>
  return %0 : tensor<*xi64>
}

// -----

// CHECK-LABEL: @einsum_is_a_matrix_product
// CHECK: %[[K:.*]] = nn.transpose %arg1 {perm = array<i64: 0, 2, 1>}
// CHECK: nn.matmul %arg0, %[[K]] : (tensor<2x3x4xf32>, tensor<2x4x5xf32>)
func.func @einsum_is_a_matrix_product(%a: tensor<2x3x4xf32>, %b: tensor<2x5x4xf32>) -> tensor<*xf32> {
  %0 = onnx.node "Einsum" since 12 (%a, %b) {equation = "bid, bjd -> bij"} : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<*xf32>
  return %0 : tensor<*xf32>
}
