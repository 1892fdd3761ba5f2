// RUN: hewn-opt %s --hewn-prepare-groups --hewn-group --hewn-outline-kernels --cse --hewn-bufferize-host --hewn-dissolve --hewn-tie-buffers | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

// The product dies in the relu behind the reshape; so does the relu's result in the next matmul, which is not elementwise.
// CHECK-LABEL: func.func @relu_in_place(
// CHECK: hewn.launch @k_softmax dims() {{.*}} outs(%[[A:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_reduce dims() ins(%[[A]]
// CHECK: hewn.launch @k_elementwise dims() ins(%[[A]], %{{.*}} : {{.*}}) outs(%[[A]] :
// CHECK: hewn.launch @k_matmul dims() ins(%[[A]], %{{.*}} : {{.*}}) outs(%[[Y:[a-z0-9_]+]] :
func.func @relu_in_place(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x1xf32>) {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = nn.reduce %0 {kind = #nn.reduction<sum>, axes = array<i64: 1>, keep_dims} : (tensor<4x4xf32>) -> tensor<4x1xf32>
  %2 = nn.elementwise %0, %w {kind = #nn.kind<add>} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %3 = nn.matmul %2, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %3, %1 : tensor<4x4xf32>, tensor<4x1xf32>
}

// The softmax is read again later.
// CHECK-LABEL: func.func @negative_read_later(
// CHECK: hewn.launch @k_softmax dims() {{.*}} outs(%[[A:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_elementwise{{.*}} dims() ins(%[[A]] : {{.*}}) outs(%[[B:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_matmul dims() ins(%[[A]], %[[B]] :
func.func @negative_read_later(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<exp>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = nn.matmul %0, %1 : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}

// A transposition reads elsewhere than it writes.
// CHECK-LABEL: func.func @negative_transpose(
// CHECK: hewn.launch @k_softmax dims() {{.*}} outs(%[[A:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_transpose dims() ins(%[[A]] : {{.*}}) outs(%[[B:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_matmul dims() ins(%[[B]]
func.func @negative_transpose(%x: tensor<4x4xf32>, %w: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = nn.transpose %0 {perm = array<i64: 1, 0>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = nn.matmul %1, %w : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}

// The caller's input must stay as it is.
// CHECK-LABEL: func.func @negative_input(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<4x4xf32>
// CHECK: hewn.launch @k_elementwise{{.*}} dims() ins(%[[X]] : {{.*}}) outs(%[[B:[a-z0-9_]+]] :
// CHECK: hewn.launch @k_matmul dims() ins(%[[B]], %[[X]]
func.func @negative_input(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %1 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = nn.matmul %1, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return %2 : tensor<4x4xf32>
}

}
