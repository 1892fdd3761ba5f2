// RUN: hewn-opt %s --hewn-prepare-groups --hewn-group | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

//      conv - add - relu        one kernel
//              |
//          broadcast(bias)
// CHECK-LABEL: @conv_bias_relu
// CHECK: nn.conv {{.*}}hewn.group = 0
// CHECK: nn.broadcast {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0 : i64, kind = #nn.kind<add>
// CHECK: nn.elementwise {{.*}}hewn.group = 0 : i64, kind = #nn.kind<relu>
func.func @conv_bias_relu(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x8x8x4xf32> {
  %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64, layout = #nn.layout<nhwc>}
      : (tensor<1x8x8x3xf32>, tensor<4x3x1x1xf32>) -> tensor<1x8x8x4xf32>
  %1 = nn.broadcast %b {static_sizes = array<i64: 1, 8, 8, 4>} : (tensor<4xf32>) -> tensor<1x8x8x4xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  %3 = nn.elementwise %2 {kind = #nn.kind<relu>} : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %3 : tensor<1x8x8x4xf32>
}

// x * sigmoid(x) behind a matmul: two users of one value, both in the group.
// CHECK-LABEL: @silu
// CHECK: nn.matmul {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0
func.func @silu(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<sigmoid>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// The sum of two products goes to the later one; the earlier product is its operand.
// CHECK-LABEL: @residual
// CHECK: nn.matmul {{.*}}hewn.group = 0 : i64, hewn.unfused = ["matmul -> elementwise: the user belongs to the kernel of another producer"]
// CHECK: nn.matmul {{.*}}hewn.group = 1
// CHECK: nn.elementwise {{.*}}hewn.group = 1
func.func @residual(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %v: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.matmul %x, %v : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// CHECK-LABEL: @prologue_of_softmax
// CHECK: nn.elementwise {{.*}}hewn.group = 0
// CHECK: nn.softmax {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0
func.func @prologue_of_softmax(%x: tensor<4x8xf32>, %m: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.elementwise %x, %m {kind = #nn.kind<add>} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.softmax %0 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.elementwise %1 {kind = #nn.kind<neg>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

//     x -- exp -- add -- out       a diamond of elementwise ops
//       \_ neg _/
// CHECK-LABEL: @elementwise_tree
// CHECK: nn.elementwise {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0
// CHECK: nn.elementwise {{.*}}hewn.group = 0
func.func @elementwise_tree(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<exp>} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = nn.elementwise %x {kind = #nn.kind<neg>} : (tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// The product is read by someone else too: fusing would need it twice.
// CHECK-LABEL: @negative_value_has_other_users
// CHECK: nn.matmul {{.*}}hewn.group = 0 : i64, hewn.unfused = ["matmul -> elementwise: the value has other users"]
// CHECK: nn.elementwise {{.*}}hewn.group = 1
func.func @negative_value_has_other_users(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0, %1 : tensor<4x8xf32>, tensor<4x8xf32>
}

//     matmul ------ add     The add reads the product directly and through a softmax, which lies outside the group:
//        \_ softmax _/      the group would wait for itself.
// CHECK-LABEL: @negative_group_would_depend_on_itself
// CHECK: nn.matmul {{.*}}hewn.group = 0
// CHECK: nn.softmax {{.*}}hewn.group = 1
// CHECK: nn.elementwise {{.*}}hewn.group = 1
func.func @negative_group_would_depend_on_itself(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.softmax %0 {axis = 1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// A row's sum spread over the row again is not elementwise in the sum.
// CHECK-LABEL: @negative_broadcast_of_own_value
// CHECK: nn.reduce {{.*}}hewn.group = 0 : i64, {{.*}}hewn.unfused = ["reduce -> broadcast: a broadcast reads each element many times"]
// CHECK: nn.broadcast {{.*}}hewn.group = 1
// CHECK: nn.elementwise {{.*}}hewn.group = 1
func.func @negative_broadcast_of_own_value(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.reduce %x {kind = #nn.reduction<sum>, axes = array<i64: 1>, keep_dims} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  %1 = nn.broadcast %0 {static_sizes = array<i64: 4, 8>} : (tensor<4x1xf32>) -> tensor<4x8xf32>
  %2 = nn.elementwise %x, %1 {kind = #nn.kind<div>} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}

// A contraction reads its operand many times: no prologue.
// CHECK-LABEL: @negative_prologue_of_matmul
// CHECK: nn.elementwise {{.*}}hewn.group = 0 : i64, hewn.unfused = ["elementwise -> matmul: the user reads elements more than once or out of order"]
// CHECK: nn.matmul {{.*}}hewn.group = 1
func.func @negative_prologue_of_matmul(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = nn.matmul %0, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// Scale and bias of a norm are read for every row.
// CHECK-LABEL: @negative_prologue_of_scale
// CHECK: nn.elementwise {{.*}}hewn.group = 0
// CHECK: nn.norm {{.*}}hewn.group = 1
func.func @negative_prologue_of_scale(%x: tensor<4x8xf32>, %s: tensor<8xf32>) -> tensor<4x8xf32> {
  %0 = nn.elementwise %s {kind = #nn.kind<exp>} : (tensor<8xf32>) -> tensor<8xf32>
  %1 = nn.norm %x scale(%0) bias(%s) {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<4x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// CHECK-LABEL: @negative_reshape_is_a_view
// CHECK: nn.matmul {{.*}}hewn.unfused = ["matmul -> reshape: the user is a view between kernels"]
// CHECK: nn.reshape
// CHECK-NOT: hewn.group
// CHECK-SAME: tensor<32xf32>
// CHECK: nn.elementwise {{.*}}hewn.group = 1
func.func @negative_reshape_is_a_view(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>, %y: tensor<32xf32>) -> tensor<32xf32> {
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 32>} : (tensor<4x8xf32>) -> tensor<32xf32>
  %2 = nn.elementwise %1, %y {kind = #nn.kind<add>} : (tensor<32xf32>, tensor<32xf32>) -> tensor<32xf32>
  return %2 : tensor<32xf32>
}

}
