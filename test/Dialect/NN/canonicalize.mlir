// RUN: hewn-opt %s --canonicalize | FileCheck %s

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// CHECK-LABEL: @times_one
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @times_one(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %one = arith.constant dense<1.0> : tensor<2x3xf32>
  %0 = nn.elementwise %x, %one {kind = #nn.kind<mul>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = nn.elementwise %one, %0 {kind = #nn.kind<mul>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = nn.elementwise %1, %one {kind = #nn.kind<div>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = nn.elementwise %2, %one {kind = #nn.kind<pow>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %3 : tensor<2x3xf32>
}

// CHECK-LABEL: @broadcast_one_is_one
// CHECK-NEXT: return %arg0
func.func @broadcast_one_is_one(%x: tensor<?x3xf32>, %n: index) -> tensor<?x3xf32> {
  %one = arith.constant dense<1.0> : tensor<f32>
  %b = nn.broadcast %one, %n {static_sizes = array<i64: -9223372036854775808, 3>} : (tensor<f32>, index) -> tensor<?x3xf32>
  %0 = nn.elementwise %x, %b {kind = #nn.kind<mul>} : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: @minus_zero
// CHECK-NEXT: return %arg0
func.func @minus_zero(%x: tensor<3xf32>) -> tensor<3xf32> {
  %zero = arith.constant dense<0.0> : tensor<3xf32>
  %negative = arith.constant dense<-0.0> : tensor<3xf32>
  %0 = nn.elementwise %x, %zero {kind = #nn.kind<sub>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = nn.elementwise %0, %negative {kind = #nn.kind<add>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// -0.0 + 0.0 is 0.0, and -0.0 - -0.0 too.
// CHECK-LABEL: @negative_plus_zero_is_not_x
// CHECK: nn.elementwise {{.*}}add
// CHECK: nn.elementwise {{.*}}sub
func.func @negative_plus_zero_is_not_x(%x: tensor<3xf32>) -> tensor<3xf32> {
  %zero = arith.constant dense<0.0> : tensor<3xf32>
  %negative = arith.constant dense<-0.0> : tensor<3xf32>
  %0 = nn.elementwise %x, %zero {kind = #nn.kind<add>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = nn.elementwise %0, %negative {kind = #nn.kind<sub>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// CHECK-LABEL: @integer_plus_zero
// CHECK-NEXT: return %arg0
func.func @integer_plus_zero(%x: tensor<3xi64>) -> tensor<3xi64> {
  %zero = arith.constant dense<0> : tensor<3xi64>
  %0 = nn.elementwise %zero, %x {kind = #nn.kind<add>} : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

// CHECK-LABEL: @identities
// CHECK-NEXT: return %arg0
func.func @identities(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = nn.cast %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = nn.broadcast %1 {static_sizes = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = nn.transpose %2 {perm = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = nn.slice %3 {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 2, 3>, steps = array<i64: 1, 1>}
      : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = nn.concat %4 {axis = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = nn.pad %5 {low = array<i64: 0, 0>, high = array<i64: 0, 0>, mode = #nn.pad_mode<edge>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %6 : tensor<2x3xf32>
}

// CHECK-LABEL: @whole_dynamic_slice
// CHECK: return %arg0
func.func @whole_dynamic_slice(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x3xf32>
  %0 = nn.slice %x sizes(%n) {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: -9223372036854775808, 3>,
      steps = array<i64: 1, 1>} : (tensor<?x3xf32>, index) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: @empty_slice_at_the_end
// CHECK: nn.slice %arg0 {static_offsets = array<i64: 0>, static_sizes = array<i64: 0>
func.func @empty_slice_at_the_end(%x: tensor<3xf32>) -> tensor<0xf32> {
  %0 = nn.slice %x {static_offsets = array<i64: 3>, static_sizes = array<i64: 0>, steps = array<i64: 1>} : (tensor<3xf32>) -> tensor<0xf32>
  return %0 : tensor<0xf32>
}

// CHECK-LABEL: @negative_slice_of_other_size
// CHECK: nn.slice
func.func @negative_slice_of_other_size(%x: tensor<?x3xf32>, %n: index) -> tensor<?x3xf32> {
  %0 = nn.slice %x sizes(%n) {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: -9223372036854775808, 3>,
      steps = array<i64: 1, 1>} : (tensor<?x3xf32>, index) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: @negative_reversed_slice
// CHECK: nn.slice
func.func @negative_reversed_slice(%x: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %0 = nn.slice %x {static_offsets = array<i64: 0, 2>, static_sizes = array<i64: 1, 3>, steps = array<i64: 1, -1>}
      : (tensor<1x3xf32>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// Two dynamic sizes may change places.
// CHECK-LABEL: @negative_reshape_with_two_dynamic_sizes
// CHECK: nn.reshape
func.func @negative_reshape_with_two_dynamic_sizes(%x: tensor<?x?xf32>, %n: index, %m: index) -> tensor<?x?xf32> {
  %0 = nn.reshape %x, %n, %m {static_sizes = array<i64: -9223372036854775808, -9223372036854775808>}
      : (tensor<?x?xf32>, index, index) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: @reshape_of_reshape
// CHECK: nn.reshape %arg0 {static_sizes = array<i64: 6>} : (tensor<2x3xf32>) -> tensor<6xf32>
// CHECK-NEXT: return
func.func @reshape_of_reshape(%x: tensor<2x3xf32>) -> tensor<6xf32> {
  %0 = nn.reshape %x {static_sizes = array<i64: 3, 2>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 6>} : (tensor<3x2xf32>) -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// CHECK-LABEL: @broadcast_of_broadcast
// CHECK: nn.broadcast %arg0 {static_sizes = array<i64: 4, 2, 3>} : (tensor<3xf32>) -> tensor<4x2x3xf32>
// CHECK-NEXT: return
func.func @broadcast_of_broadcast(%x: tensor<3xf32>) -> tensor<4x2x3xf32> {
  %0 = nn.broadcast %x {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
  %1 = nn.broadcast %0 {static_sizes = array<i64: 4, 2, 3>} : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}

// CHECK-LABEL: @transpose_of_transpose
// CHECK: nn.transpose %arg0 {perm = array<i64: 1, 0, 2>} : (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>
// CHECK-NEXT: return
func.func @transpose_of_transpose(%x: tensor<2x3x4xf32>) -> tensor<3x2x4xf32> {
  %0 = nn.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = nn.transpose %0 {perm = array<i64: 2, 1, 0>} : (tensor<4x2x3xf32>) -> tensor<3x2x4xf32>
  return %1 : tensor<3x2x4xf32>
}

// CHECK-LABEL: @inverse_transposes
// CHECK-NEXT: return %arg0
func.func @inverse_transposes(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  %0 = nn.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = nn.transpose %0 {perm = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// CHECK-LABEL: @empty_parts_leave_a_concat
// CHECK: nn.concat %arg0, %arg0
func.func @empty_parts_leave_a_concat(%x: tensor<2x3xf32>, %e: tensor<0x3xf32>) -> tensor<4x3xf32> {
  %0 = nn.concat %x, %e, %x {axis = 0 : i64} : (tensor<2x3xf32>, tensor<0x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

//===----------------------------------------------------------------------===//
// Constants, folded by the interpreter
//===----------------------------------------------------------------------===//

// CHECK-LABEL: @shape_arithmetic
// CHECK-NEXT: %[[R:.*]] = arith.constant dense<[12, 4, 5]> : tensor<3xi64>
// CHECK-NEXT: return %[[R]]
func.func @shape_arithmetic() -> tensor<3xi64> {
  %shape = arith.constant dense<[2, 3, 4, 5]> : tensor<4xi64>
  %two = arith.constant dense<2> : tensor<1xi64>
  %indices = arith.constant dense<[2, -1]> : tensor<2xi64>
  %0 = nn.slice %shape {static_offsets = array<i64: 0>, static_sizes = array<i64: 2>, steps = array<i64: 1>} : (tensor<4xi64>) -> tensor<2xi64>
  %1 = nn.reduce %0 {kind = #nn.reduction<prod>, axes = array<i64: 0>, keep_dims} : (tensor<2xi64>) -> tensor<1xi64>
  %2 = nn.elementwise %1, %two {kind = #nn.kind<mul>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %3 = nn.gather %shape, %indices {axis = 0 : i64} : (tensor<4xi64>, tensor<2xi64>) -> tensor<2xi64>
  %4 = nn.concat %2, %3 {axis = 0 : i64} : (tensor<1xi64>, tensor<2xi64>) -> tensor<3xi64>
  return %4 : tensor<3xi64>
}

// CHECK-LABEL: @comparison_and_select
// CHECK-NEXT: %[[R:.*]] = arith.constant dense<[1.000000e+00, 2.500000e+00]> : tensor<2xf32>
// CHECK-NEXT: return %[[R]]
func.func @comparison_and_select() -> tensor<2xf32> {
  %a = arith.constant dense<[1.0, 4.0]> : tensor<2xf32>
  %b = arith.constant dense<2.5> : tensor<2xf32>
  %0 = nn.elementwise %a, %b {kind = #nn.kind<less>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
  %1 = nn.elementwise %0, %a, %b {kind = #nn.kind<select>} : (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: @both_results
// CHECK-DAG: arith.constant dense<[9, 7]> : tensor<2xi32>
// CHECK-DAG: arith.constant dense<[1, 0]> : tensor<2xi64>
// CHECK-NOT: nn.topk
func.func @both_results() -> (tensor<2xi32>, tensor<2xi64>) {
  %x = arith.constant dense<[7, 9, 3]> : tensor<3xi32>
  %v, %i = nn.topk %x {axis = 0 : i64, k = 2 : i64, largest} : (tensor<3xi32>) -> (tensor<2xi32>, tensor<2xi64>)
  return %v, %i : tensor<2xi32>, tensor<2xi64>
}

// What the interpreter refuses stays, without a message.
// CHECK-LABEL: @negative_index_out_of_range
// CHECK: nn.gather
func.func @negative_index_out_of_range() -> tensor<1xi64> {
  %x = arith.constant dense<[2, 3]> : tensor<2xi64>
  %i = arith.constant dense<[2]> : tensor<1xi64>
  %0 = nn.gather %x, %i {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<1xi64>
  return %0 : tensor<1xi64>
}

// CHECK-LABEL: @negative_large_constant
// CHECK: nn.broadcast
func.func @negative_large_constant() -> tensor<1025xf32> {
  %x = arith.constant dense<1.0> : tensor<f32>
  %0 = nn.broadcast %x {static_sizes = array<i64: 1025>} : (tensor<f32>) -> tensor<1025xf32>
  return %0 : tensor<1025xf32>
}

// arith.constant takes no unsigned elements.
// CHECK-LABEL: @negative_unsigned
// CHECK: nn.cast
func.func @negative_unsigned() -> tensor<2xui8> {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %0 = nn.cast %x : (tensor<2xi32>) -> tensor<2xui8>
  return %0 : tensor<2xui8>
}
