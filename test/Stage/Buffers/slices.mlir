// Slices are views; so are reshapes of them that keep what is not contiguous.
// RUN: hewn-opt %s --hewn-prepare-groups --hewn-group --hewn-outline-kernels --cse --hewn-verify-kernels --hewn-bufferize-host --hewn-dissolve | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

// CHECK-LABEL: func.func @heads(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x8xf32>
// CHECK-SAME: %[[N:[a-z0-9]+]]: index {hewn.dim = "N"}
// CHECK: %[[A:.*]] = memref.alloc(%[[N]]) : memref<?x8xf32>
// CHECK: memref.subview %[[A]][0, 4] [%[[N]], 4] [1, 1] : memref<?x8xf32> to memref<?x4xf32, strided<[8, 1], offset: 4>>
// CHECK: %[[V:.*]] = memref.reinterpret_cast %[[A]] to offset: [4], sizes: [%[[N]], 2, 2], strides: [8, 2, 1] : memref<?x8xf32> to memref<?x2x2xf32, strided<[8, 2, 1], offset: 4>>
// CHECK: hewn.launch @k_transpose dims() ins(%[[V]] :
func.func @heads(%x: tensor<?x8xf32> {hewn.dims = ["N", ""]}) -> (tensor<2x?x2xf32> {hewn.dims = ["", "N", ""]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %1 = nn.slice %0 sizes(%n) {static_offsets = array<i64: 0, 4>, static_sizes = array<i64: -9223372036854775808, 4>, steps = array<i64: 1, 1>}
      : (tensor<?x8xf32>, index) -> tensor<?x4xf32>
  %2 = nn.reshape %1, %n {static_sizes = array<i64: -9223372036854775808, 2, 2>} : (tensor<?x4xf32>, index) -> tensor<?x2x2xf32>
  %3 = nn.transpose %2 {perm = array<i64: 1, 0, 2>} : (tensor<?x2x2xf32>) -> tensor<2x?x2xf32>
  return %3 : tensor<2x?x2xf32>
}

// Rows that lie apart cannot be joined in place; a part of a buffer is no output: both are copied.
// CHECK-LABEL: func.func @negative_copies(
// CHECK-SAME: memref<4x8xf32>
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<16xf32>
// CHECK-SAME: %[[Z:[a-z0-9]+]]: memref<2x8xf32>
// CHECK: hewn.launch @k_softmax{{.*}} outs(%[[A:[a-z0-9_]+]] :
// CHECK: %[[S:.*]] = memref.subview %[[A]][0, 0] [4, 4] [1, 1]
// CHECK: %[[C:.*]] = memref.alloc() : memref<4x4xf32>
// CHECK: hewn.launch @k_copy dims() ins(%[[S]] : {{.*}}) outs(%[[C]] :
// CHECK: %[[R:.*]] = memref.reinterpret_cast %[[C]] to offset: [0], sizes: [16], strides: [1]
// CHECK: %[[T:.*]] = memref.subview %[[A]][1, 0] [2, 8] [1, 1]
// CHECK: hewn.launch @k_elementwise dims() ins(%[[R]] : {{.*}}) outs(%[[Y]] :
// CHECK: hewn.launch @k_copy_{{[0-9]+}} dims() ins(%[[T]] : {{.*}}) outs(%[[Z]] :
func.func @negative_copies(%x: tensor<4x8xf32>) -> (tensor<16xf32>, tensor<2x8xf32>) {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.slice %0 {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 4>, steps = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<4x4xf32>
  %2 = nn.reshape %1 {static_sizes = array<i64: 16>} : (tensor<4x4xf32>) -> tensor<16xf32>
  %3 = nn.slice %0 {static_offsets = array<i64: 1, 0>, static_sizes = array<i64: 2, 8>, steps = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<2x8xf32>
  %4 = nn.elementwise %2 {kind = #nn.kind<exp>} : (tensor<16xf32>) -> tensor<16xf32>
  return %4, %3 : tensor<16xf32>, tensor<2x8xf32>
}

// Steps need a kernel.
// CHECK-LABEL: func.func @negative_steps(
// CHECK: hewn.launch @k_slice
func.func @negative_steps(%x: tensor<4x8xf32>) -> tensor<4x4xf32> {
  %0 = nn.slice %x {static_offsets = array<i64: 0, 0>, static_sizes = array<i64: 4, 4>, steps = array<i64: 1, 2>} : (tensor<4x8xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

//  a part that is sliced moves into the whole with its slice
// CHECK-LABEL: func.func @slice_of_part(
// CHECK-SAME: memref<4x8xf32>
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<8x8xf32>
// CHECK: %[[P:.*]] = memref.subview %[[Y]][0, 0] [4, 8] [1, 1]
// CHECK: memref.subview %[[P]][2, 0] [2, 8] [1, 1]
// CHECK-NOT: launch @k_concat
func.func @slice_of_part(%x: tensor<4x8xf32>) -> (tensor<8x8xf32>, tensor<2x8xf32>) {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.slice %0 {static_offsets = array<i64: 2, 0>, static_sizes = array<i64: 2, 8>, steps = array<i64: 1, 1>} : (tensor<4x8xf32>) -> tensor<2x8xf32>
  %2 = nn.softmax %1 {axis = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = nn.concat %0, %x {axis = 0 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
  return %3, %2 : tensor<8x8xf32>, tensor<2x8xf32>
}
}
