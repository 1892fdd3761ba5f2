// RUN: hewn-opt %s --hewn-verify-graph | FileCheck %s

// CHECK-LABEL: @graph
// CHECK: nn.elementwise
func.func @graph(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
