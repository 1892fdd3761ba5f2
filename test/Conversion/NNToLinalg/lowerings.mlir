// RUN: hewn-opt %s --hewn-nn-to-linalg | FileCheck %s

// CHECK: #[[PANEL:.*]] = affine_map<(d0, d1, d2) -> (d1 floordiv 32, d2, d1 mod 32)>

// CHECK-LABEL: @add
// CHECK: linalg.generic
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
func.func @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Signedness goes into the operations.
// CHECK-LABEL: @unsigned
// CHECK-SAME: memref<4xi8>
// CHECK: arith.cmpi ult
func.func @unsigned(%x: memref<4xui8>, %y: memref<4xui8>, %z: memref<4xi1>) {
  %0 = bufferization.to_tensor %x restrict : memref<4xui8> to tensor<4xui8>
  %1 = bufferization.to_tensor %y restrict : memref<4xui8> to tensor<4xui8>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<less>} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  bufferization.materialize_in_destination %2 in restrict writable %z : (tensor<4xi1>, memref<4xi1>) -> ()
  return
}

// Sums may be contracted and reassociated, nothing else is relaxed; column n of a panel lies at [n / 32, k, n mod 32].
// CHECK-LABEL: @panel
// CHECK: indexing_maps = [#{{.*}}, #[[PANEL]], #{{.*}}]
// CHECK: arith.addf {{.*}} fastmath<reassoc,contract>
func.func @panel(%x: tensor<4x8xf32>, %w: tensor<2x8x32xf32>) -> tensor<4x40xf32> {
  %0 = nn.matmul %x, %w {rhs_layout = #nn.matrix_layout<panel>, columns = 40 : i64} : (tensor<4x8xf32>, tensor<2x8x32xf32>) -> tensor<4x40xf32>
  return %0 : tensor<4x40xf32>
}

// Half precision: sums in f32, rounded once.
// CHECK-LABEL: @half
// CHECK: arith.addf {{.*}} : f32
// CHECK: arith.truncf {{.*}} : f32 to f16
func.func @half(%x: tensor<4x8xf16>) -> tensor<4xf16> {
  %0 = nn.reduce %x {kind = #nn.reduction<sum>, axes = array<i64: 1>} : (tensor<4x8xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// A division by zero or by -1 never reaches the instruction.
// CHECK-LABEL: @integer_division
// CHECK: %[[SAFE:.*]] = arith.select
// CHECK: arith.divsi %{{.*}}, %[[SAFE]]
func.func @integer_division(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi32> {
  %0 = nn.elementwise %x, %y {kind = #nn.kind<div>} : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}
