// The reducer keeps what the script finds interesting (here: a transposition) and drops the rest.
// RUN: hewn-reduce %s --reduction-tree='traversal-mode=0 test=%S/Inputs/has-transpose.sh' | FileCheck %s

// CHECK-NOT: @other
// CHECK: nn.transpose
func.func @kept(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %0 = nn.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}
func.func @other(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
