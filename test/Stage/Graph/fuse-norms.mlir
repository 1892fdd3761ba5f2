// RUN: hewn-opt %s --nn-fuse-norms --canonicalize | FileCheck %s

// CHECK-LABEL: @layer_norm
// CHECK-NEXT: nn.norm %arg0 {axis = 1 : i64, epsilon = 9.9999997473787516E-6 : f64}
// CHECK-NEXT: return
func.func @layer_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = arith.constant dense<9.99999974E-6> : tensor<2x1xf32>
  %m = nn.reduce %x {kind = #nn.reduction<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %mb = nn.broadcast %m {static_sizes = array<i64: 2, 8>} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %d = nn.elementwise %x, %mb {kind = #nn.kind<sub>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %q = nn.elementwise %d, %d {kind = #nn.kind<mul>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce %q {kind = #nn.reduction<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %a = nn.elementwise %v, %eps {kind = #nn.kind<add>} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %s = nn.elementwise %a {kind = #nn.kind<sqrt>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %sb = nn.broadcast %s {static_sizes = array<i64: 2, 8>} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %r = nn.elementwise %d, %sb {kind = #nn.kind<div>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %r : tensor<2x8xf32>
}

// The reciprocal form of a root mean square norm.
// CHECK-LABEL: @rms_norm
// CHECK-NEXT: nn.norm %arg0 {axis = 1 : i64, epsilon = 5.000000e-01 : f64, rms}
// CHECK-NEXT: return
func.func @rms_norm(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = arith.constant dense<0.5> : tensor<2x1xf32>
  %q = nn.elementwise %x, %x {kind = #nn.kind<mul>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce %q {kind = #nn.reduction<mean>, axes = array<i64: 1>, keep_dims} : (tensor<2x8xf32>) -> tensor<2x1xf32>
  %a = nn.elementwise %v, %eps {kind = #nn.kind<add>} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %s = nn.elementwise %a {kind = #nn.kind<sqrt>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %i = nn.elementwise %s {kind = #nn.kind<reciprocal>} : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %ib = nn.broadcast %i {static_sizes = array<i64: 2, 8>} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %r = nn.elementwise %x, %ib {kind = #nn.kind<mul>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %r : tensor<2x8xf32>
}

// CHECK-LABEL: @parameters
// CHECK-NEXT: nn.norm %arg0 scale(%arg1) bias(%arg2) {axis = 1 : i64
// CHECK-NEXT: return
func.func @parameters(%x: tensor<?x8xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>, %n: index) -> tensor<?x8xf32> {
  %0 = nn.norm %x {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %sb = nn.broadcast %s, %n {static_sizes = array<i64: -9223372036854775808, 8>} : (tensor<8xf32>, index) -> tensor<?x8xf32>
  %1 = nn.elementwise %0, %sb {kind = #nn.kind<mul>} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %bb = nn.broadcast %b, %n {static_sizes = array<i64: -9223372036854775808, 8>} : (tensor<8xf32>, index) -> tensor<?x8xf32>
  %2 = nn.elementwise %bb, %1 {kind = #nn.kind<add>} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %2 : tensor<?x8xf32>
}

// CHECK-LABEL: @negative_scale_per_row
// CHECK: nn.norm %arg0 {axis = 1
// CHECK: kind = #nn.kind<mul>
func.func @negative_scale_per_row(%x: tensor<2x8xf32>, %s: tensor<2x1xf32>) -> tensor<2x8xf32> {
  %0 = nn.norm %x {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %sb = nn.broadcast %s {static_sizes = array<i64: 2, 8>} : (tensor<2x1xf32>) -> tensor<2x8xf32>
  %1 = nn.elementwise %0, %sb {kind = #nn.kind<mul>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %1 : tensor<2x8xf32>
}

// CHECK-LABEL: @negative_leading_axis
// CHECK-NOT: nn.norm
// CHECK: kind = #nn.kind<div>
func.func @negative_leading_axis(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = arith.constant dense<9.99999974E-6> : tensor<1x8xf32>
  %m = nn.reduce %x {kind = #nn.reduction<mean>, axes = array<i64: 0>, keep_dims} : (tensor<2x8xf32>) -> tensor<1x8xf32>
  %mb = nn.broadcast %m {static_sizes = array<i64: 2, 8>} : (tensor<1x8xf32>) -> tensor<2x8xf32>
  %d = nn.elementwise %x, %mb {kind = #nn.kind<sub>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %q = nn.elementwise %d, %d {kind = #nn.kind<mul>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %v = nn.reduce %q {kind = #nn.reduction<mean>, axes = array<i64: 0>, keep_dims} : (tensor<2x8xf32>) -> tensor<1x8xf32>
  %a = nn.elementwise %v, %eps {kind = #nn.kind<add>} : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
  %s = nn.elementwise %a {kind = #nn.kind<sqrt>} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %sb = nn.broadcast %s {static_sizes = array<i64: 2, 8>} : (tensor<1x8xf32>) -> tensor<2x8xf32>
  %r = nn.elementwise %d, %sb {kind = #nn.kind<div>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %r : tensor<2x8xf32>
}
