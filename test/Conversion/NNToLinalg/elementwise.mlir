// RUN: hewn-opt %s --hewn-nn-to-linalg | FileCheck %s

// CHECK-LABEL: @add
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4xf32>
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel"]} ins(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>) outs(%[[E]] : tensor<4xf32>)
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
func.func @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// Unsigned arithmetic comes from the nn op's types; the memory has no signs.
// CHECK-LABEL: @unsigned_maximum
// CHECK-SAME: memref<4xi8>
// CHECK: arith.cmpi ult, %{{.*}}, %{{.*}} : i8
func.func @unsigned_maximum(%x: memref<4xui8>, %y: memref<4xui8>) {
  %0 = bufferization.to_tensor %x restrict : memref<4xui8> to tensor<4xui8>
  %1 = nn.elementwise %0, %0 {kind = #nn.kind<max>} : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<4xui8>, memref<4xui8>) -> ()
  return
}
