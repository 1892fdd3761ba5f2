// RUN: hewn-opt %s --pass-pipeline='builtin.module(func.func(hewn-nn-to-linalg))' | FileCheck %s

// Indices are read through the map of their dimensions; negative ones count from the end, others are clamped.
// CHECK-DAG: #[[ROWS:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: @gather
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[I:.*]]: tensor<3xi64>
// CHECK: linalg.generic {indexing_maps = [#[[ROWS]], #[[ID]]]{{.*}}} ins(%[[I]] : tensor<3xi64>)
// CHECK: %[[GIVEN:.*]] = arith.index_cast %{{.*}} : i64 to index
// CHECK: %[[NEGATIVE:.*]] = arith.cmpi slt, %[[GIVEN]]
// CHECK: arith.select %[[NEGATIVE]]
// CHECK: arith.minsi
// CHECK: %[[ROW:.*]] = arith.maxsi
// CHECK: tensor.extract %[[X]][%[[ROW]], %{{.*}}]
func.func @gather(%x: tensor<4x8xf32>, %i: tensor<3xi64>) -> tensor<3x8xf32> {
  %0 = nn.gather %x, %i {axis = 0 : i64} : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<3x8xf32>
  return %0 : tensor<3x8xf32>
}

// CHECK-LABEL: @gather_elements
// CHECK: linalg.generic {indexing_maps = [#[[ID]], #[[ID]]]
// CHECK: tensor.extract
func.func @gather_elements(%x: tensor<2x3xf32>, %i: tensor<2x2xi32>) -> tensor<2x2xf32> {
  %0 = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<2x2xi32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// One index for each place in the vector.
// CHECK-LABEL: @gather_nd
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>, %[[I:.*]]: tensor<4x2xi64>
// CHECK: linalg.generic
// CHECK: tensor.extract %[[I]]
// CHECK: tensor.extract %[[I]]
// CHECK: tensor.extract %[[X]]
func.func @gather_nd(%x: tensor<2x3xf32>, %i: tensor<4x2xi64>) -> tensor<4xf32> {
  %0 = nn.gather_nd %x, %i {batch_dims = 0 : i64} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A copy, then the updates in order.
// CHECK-LABEL: @scatter_elements
// CHECK: %[[COPY:.*]] = linalg.generic
// CHECK: scf.for {{.*}} iter_args(%[[T:.*]] = %[[COPY]])
// CHECK: %[[OLD:.*]] = tensor.extract %[[T]]
// CHECK: %[[NEW:.*]] = arith.addf %[[OLD]]
// CHECK: tensor.insert %[[NEW]] into %[[T]]
func.func @scatter_elements(%x: tensor<4xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>) -> tensor<4xf32> {
  %0 = nn.scatter_elements %x, %i, %u {axis = 0 : i64, kind = #nn.scatter<add>}
      : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Unsigned elements compare as such; a replacement reads no old element.
// CHECK-LABEL: @scatter_unsigned
// CHECK: arith.cmpi ult
func.func @scatter_unsigned(%x: memref<4xui8>, %i: memref<2xi64>, %u: memref<2xui8>, %out: memref<4xui8>) {
  %0 = bufferization.to_tensor %x restrict : memref<4xui8> to tensor<4xui8>
  %1 = bufferization.to_tensor %i restrict : memref<2xi64> to tensor<2xi64>
  %2 = bufferization.to_tensor %u restrict : memref<2xui8> to tensor<2xui8>
  %3 = nn.scatter_elements %0, %1, %2 {axis = 0 : i64, kind = #nn.scatter<max>}
      : (tensor<4xui8>, tensor<2xi64>, tensor<2xui8>) -> tensor<4xui8>
  bufferization.materialize_in_destination %3 in restrict writable %out : (tensor<4xui8>, memref<4xui8>) -> ()
  return
}

// CHECK-LABEL: @scatter_nd
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: tensor.extract %{{.*}}[%{{.*}}, %{{.*}}] : tensor<4x2xf32>
// CHECK: tensor.insert
func.func @scatter_nd(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>, %u: tensor<3x2xf32>) -> tensor<4x2xf32> {
  %0 = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>}
      : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
