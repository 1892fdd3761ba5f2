// RUN: hewn-opt %s --nn-fuse-activations --canonicalize | FileCheck %s

// CHECK-LABEL: @hard_swish
// CHECK-NEXT: %[[Y:.*]] = nn.elementwise %arg0 {kind = #nn.kind<hard_swish>}
// CHECK-NEXT: return %[[Y]]
func.func @hard_swish(%x: tensor<4xf32>) -> tensor<4xf32> {
  %three = arith.constant dense<3.0> : tensor<4xf32>
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %six = arith.constant dense<6.0> : tensor<4xf32>
  %0 = nn.elementwise %x, %three {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0, %zero, %six {kind = #nn.kind<clip>} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.elementwise %x, %1 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.elementwise %2, %six {kind = #nn.kind<div>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// CHECK-LABEL: @hard_swish_of_hard_sigmoid
// CHECK-NEXT: nn.elementwise %arg0 {kind = #nn.kind<hard_swish>}
// CHECK-NEXT: return
func.func @hard_swish_of_hard_sigmoid(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<hard_sigmoid>, alpha = 0.1666666716337204 : f64, beta = 0.5 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @negative_hard_sigmoid_of_slope_a_fifth
// CHECK: kind = #nn.kind<mul>
func.func @negative_hard_sigmoid_of_slope_a_fifth(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<hard_sigmoid>, alpha = 0.2 : f64, beta = 0.5 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @negative_gate_of_another_value
// CHECK: kind = #nn.kind<mul>
func.func @negative_gate_of_another_value(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %y {kind = #nn.kind<hard_sigmoid>, alpha = 0.1666666716337204 : f64, beta = 0.5 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @gelu
// CHECK-NEXT: nn.elementwise %arg0 {kind = #nn.kind<gelu>}
// CHECK-NEXT: return
func.func @gelu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = arith.constant dense<1.41421354> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %half = arith.constant dense<0.5> : tensor<f32>
  %sb = nn.broadcast %s {static_sizes = array<i64: 4>} : (tensor<f32>) -> tensor<4xf32>
  %0 = nn.elementwise %x, %sb {kind = #nn.kind<div>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<erf>} : (tensor<4xf32>) -> tensor<4xf32>
  %ob = nn.broadcast %one {static_sizes = array<i64: 4>} : (tensor<f32>) -> tensor<4xf32>
  %2 = nn.elementwise %1, %ob {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.elementwise %x, %2 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %hb = nn.broadcast %half {static_sizes = array<i64: 4>} : (tensor<f32>) -> tensor<4xf32>
  %4 = nn.elementwise %3, %hb {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// The half stands at x, and the factors come in another order.
// CHECK-LABEL: @gelu_half_first
// CHECK-NEXT: nn.elementwise %arg0 {kind = #nn.kind<gelu>}
// CHECK-NEXT: return
func.func @gelu_half_first(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = arith.constant dense<0.707106769> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<4xf32>
  %h = nn.elementwise %x, %half {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %0 = nn.elementwise %x, %s {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<erf>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.elementwise %one, %1 {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.elementwise %2, %h {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// CHECK-LABEL: @gelu_tanh
// CHECK-NEXT: nn.elementwise %arg0 {kind = #nn.kind<gelu_tanh>}
// CHECK-NEXT: return
func.func @gelu_tanh(%x: tensor<4xf32>) -> tensor<4xf32> {
  %three = arith.constant dense<3.0> : tensor<4xf32>
  %c = arith.constant dense<4.471500e-02> : tensor<4xf32>
  %s = arith.constant dense<0.797884583> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<4xf32>
  %0 = nn.elementwise %x, %three {kind = #nn.kind<pow>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0, %c {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.elementwise %x, %1 {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.elementwise %2, %s {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.elementwise %3 {kind = #nn.kind<tanh>} : (tensor<4xf32>) -> tensor<4xf32>
  %5 = nn.elementwise %4, %one {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %6 = nn.elementwise %x, %5 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %7 = nn.elementwise %6, %half {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %7 : tensor<4xf32>
}

// CHECK-LABEL: @negative_gelu_of_another_scale
// CHECK: kind = #nn.kind<erf>
func.func @negative_gelu_of_another_scale(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s = arith.constant dense<0.7> : tensor<4xf32>
  %one = arith.constant dense<1.0> : tensor<4xf32>
  %half = arith.constant dense<0.5> : tensor<4xf32>
  %0 = nn.elementwise %x, %s {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<erf>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.elementwise %one, %1 {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = nn.elementwise %2, %x {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = nn.elementwise %3, %half {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// CHECK-LABEL: @powers
// CHECK-NEXT: %[[R:.*]] = nn.elementwise %arg0 {kind = #nn.kind<sqrt>}
// CHECK-NEXT: %[[S:.*]] = nn.elementwise %[[R]], %[[R]] {kind = #nn.kind<mul>}
// CHECK-NEXT: return %[[S]]
func.func @powers(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = arith.constant dense<0.5> : tensor<4xf32>
  %two = arith.constant dense<2.0> : tensor<4xf32>
  %0 = nn.elementwise %x, %half {kind = #nn.kind<pow>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %0, %two {kind = #nn.kind<pow>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @negative_other_power
// CHECK: kind = #nn.kind<pow>
func.func @negative_other_power(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = arith.constant dense<2.5> : tensor<4xf32>
  %0 = nn.elementwise %x, %e {kind = #nn.kind<pow>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
