// RUN: hewn-opt %s --hewn-prepare-groups --hewn-group --hewn-outline-kernels --cse --hewn-bufferize-host --hewn-dissolve | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

//   softmax -> [0, 8)  \
//                       one buffer of 16 columns, the caller's
//   exp     -> [8, 16) /
// CHECK-LABEL: func.func @concat_of_two(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<4x8xf32>
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<4x16xf32>
// CHECK-NOT: memref.alloc
// CHECK: %[[A:.*]] = memref.subview %[[Y]][0, 0] [4, 8] [1, 1] : memref<4x16xf32> to memref<4x8xf32, strided<[16, 1]>>
// CHECK: hewn.launch @k_softmax dims() ins(%[[X]] : {{.*}}) outs(%[[A]] :
// CHECK: %[[B:.*]] = memref.subview %[[Y]][0, 8] [4, 8] [1, 1] : memref<4x16xf32> to memref<4x8xf32, strided<[16, 1], offset: 8>>
// CHECK: hewn.launch @k_elementwise dims() ins(%[[X]] : {{.*}}) outs(%[[B]] :
// CHECK-NOT: launch
func.func @concat_of_two(%x: tensor<4x8xf32>) -> tensor<4x16xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.concat %0, %1 {axis = 1 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
  return %2 : tensor<4x16xf32>
}

// A concat whose parts are concats: everything is a box of one buffer. Dynamic outer sizes make dynamic strides.
// CHECK-LABEL: func.func @concat_of_concats(
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<?x2x24xf32>
// CHECK-NOT: launch @k_concat
// CHECK-NOT: memref.alloc
// CHECK: %[[P:.*]] = memref.subview %[[Y]][0, 0, 0] [%{{.*}}, 2, 16] [1, 1, 1]
// CHECK: memref.subview %[[P]][0, 0, 0] [%{{.*}}, 2, 8] [1, 1, 1]
// CHECK: memref.subview %[[P]][0, 0, 8] [%{{.*}}, 2, 8] [1, 1, 1]
// CHECK: memref.subview %[[Y]][0, 0, 16] [%{{.*}}, 2, 8] [1, 1, 1]
// CHECK-NOT: launch @k_concat
// CHECK: return
func.func @concat_of_concats(%x: tensor<?x2x8xf32>) -> tensor<?x2x24xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  %1 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  %2 = nn.concat %0, %1 {axis = 2 : i64} : (tensor<?x2x8xf32>, tensor<?x2x8xf32>) -> tensor<?x2x16xf32>
  %3 = nn.softmax %x {axis = 2 : i64} : (tensor<?x2x8xf32>) -> tensor<?x2x8xf32>
  %4 = nn.concat %2, %3 {axis = 2 : i64} : (tensor<?x2x16xf32>, tensor<?x2x8xf32>) -> tensor<?x2x24xf32>
  return %4 : tensor<?x2x24xf32>
}

// The input cannot move, and no value can lie in two places: both are copied.
// CHECK-LABEL: func.func @negative_parts_that_stay(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<4x8xf32>
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<12x8xf32>
// CHECK: %[[A:.*]] = memref.subview %[[Y]][4, 0] [4, 8] [1, 1]
// CHECK: hewn.launch @k_softmax dims() ins(%[[X]] : {{.*}}) outs(%[[A]] :
// CHECK: %[[B:.*]] = memref.subview %[[Y]][0, 0] [4, 8] [1, 1]
// CHECK: hewn.launch @k_copy dims() ins(%[[X]] : {{.*}}) outs(%[[B]] :
// CHECK: %[[C:.*]] = memref.subview %[[Y]][8, 0] [4, 8] [1, 1]
// CHECK: hewn.launch @k_copy dims() ins(%[[A]] : {{.*}}) outs(%[[C]] :
func.func @negative_parts_that_stay(%x: tensor<4x8xf32>) -> tensor<12x8xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.concat %x, %0, %0 {axis = 0 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<12x8xf32>
  return %1 : tensor<12x8xf32>
}

// No part can move: the launch stays.
// CHECK-LABEL: func.func @negative_inputs_only(
// CHECK: hewn.launch @k_concat_{{[0-9]+}} dims()
func.func @negative_inputs_only(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<8x8xf32> {
  %0 = nn.concat %x, %y {axis = 0 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// A reshape needs contiguous memory.
// CHECK-LABEL: func.func @negative_reshape_of_part(
// CHECK: memref.alloc() : memref<4x8xf32>
// CHECK: hewn.launch @k_concat{{.*}} dims()
func.func @negative_reshape_of_part(%x: tensor<4x8xf32>) -> (tensor<4x16xf32>, tensor<32xf32>) {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 32>} : (tensor<4x8xf32>) -> tensor<32xf32>
  %2 = nn.concat %0, %x {axis = 1 : i64} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x16xf32>
  %3 = nn.elementwise %1 {kind = #nn.kind<exp>} : (tensor<32xf32>) -> tensor<32xf32>
  return %2, %3 : tensor<4x16xf32>, tensor<32xf32>
}

//     0 0 0 0 0 0
//     0 x x x x 0      rows of 6 * 4 elements: fill 24 at 0 and at 72; in each of the 4 rows fill 4 at 0 and at 20
//     0 x x x x 0
//     0 0 0 0 0 0
// CHECK-LABEL: func.func @pad(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<1x2x4x4xf32>
// CHECK: %[[P:.*]] = memref.alloc() : memref<1x4x6x4xf32>
// CHECK: %[[I:.*]] = memref.subview %[[P]][0, 1, 1, 0] [1, 2, 4, 4] [1, 1, 1, 1] : memref<1x4x6x4xf32> to memref<1x2x4x4xf32, strided<[96, 24, 4, 1], offset: 28>>
// CHECK: memref.reinterpret_cast %[[P]] to offset: [%{{.*}}], sizes: [%{{.*}}, %{{.*}}], strides: [%{{.*}}, 1] : memref<1x4x6x4xf32> to memref<?x?xf32, strided<[?, 1], offset: ?>>
// CHECK-COUNT-4: hewn.launch @k_fill
// CHECK: hewn.launch @k_softmax{{.*}} dims() ins(%[[X]] : {{.*}}) outs(%[[I]] :
// CHECK-NOT: launch @k_pad
// CHECK: hewn.launch @k_pool dims() ins(%[[P]] :
func.func @pad(%x: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = nn.softmax %x {axis = 3 : i64} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = nn.pad %0 {low = array<i64: 0, 1, 1, 0>, high = array<i64: 0, 1, 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<1x2x4x4xf32>) -> tensor<1x4x6x4xf32>
  %2 = nn.pool %1 {kind = #nn.pool<max>, kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, layout = #nn.layout<nhwc>}
      : (tensor<1x4x6x4xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// The input of the function is the caller's: it has no border.
// CHECK-LABEL: func.func @negative_pad_of_input(
// CHECK-NOT: @k_fill
// CHECK: hewn.launch @k_pad
func.func @negative_pad_of_input(%x: tensor<4x8xf32>) -> tensor<6x8xf32> {
  %0 = nn.pad %x {low = array<i64: 1, 0>, high = array<i64: 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<4x8xf32>) -> tensor<6x8xf32>
  %1 = nn.softmax %0 {axis = 1 : i64} : (tensor<6x8xf32>) -> tensor<6x8xf32>
  return %1 : tensor<6x8xf32>
}

// Fills write zeros: another value stays a launch.
// CHECK-LABEL: func.func @negative_pad_with_ones(
// CHECK-NOT: @k_fill
// CHECK: hewn.launch @k_pad
func.func @negative_pad_with_ones(%x: tensor<4x8xf32>) -> tensor<6x8xf32> {
  %one = arith.constant dense<1.0> : tensor<f32>
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.pad %0, %one {low = array<i64: 1, 0>, high = array<i64: 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<4x8xf32>, tensor<f32>) -> tensor<6x8xf32>
  %2 = nn.softmax %1 {axis = 1 : i64} : (tensor<6x8xf32>) -> tensor<6x8xf32>
  return %2 : tensor<6x8xf32>
}

}
