// RUN: hewn-opt %s --hewn-partition="cpu=x86-64-v3" --hewn-verify-placed | FileCheck %s

// CHECK: module attributes {hewn.stage = "placed"}
// CHECK-LABEL: func.func @main
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32> {hewn.name = "x"}) -> (tensor<4xf32> {hewn.name = "y"}) attributes {hewn.invoke = @cpu::@main}
// CHECK-NEXT: %[[E:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: %[[R:.*]] = hewn.invoke @cpu::@main ins(%[[X]] : tensor<4xf32>) outs(%[[E]] : tensor<4xf32>) -> (tensor<4xf32>)
// CHECK-NEXT: return %[[R]]

// Sizes of the host's empties come from equal names of the arguments.
// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: %[[X:.*]]: tensor<2x?xf32>
// CHECK: %[[W:.*]] = tensor.dim %[[X]], %c1
// CHECK: tensor.empty(%[[W]]) : tensor<?x2xf32>

// CHECK: module @cpu attributes {hewn.target = #hewn.target<"cpu", {{.*}}cpu = "x86-64-v3"
// CHECK-NEXT: hewn.weight @w
// CHECK-NEXT: func.func @main
// CHECK-NEXT: hewn.load_weight @w
// CHECK-NEXT: nn.elementwise
// CHECK: func.func @dynamic
// CHECK-NEXT: nn.transpose
hewn.weight @w : tensor<4xf32> source #hewn.source<"m", 0, 16>
func.func @main(%x: tensor<4xf32> {hewn.name = "x"}) -> (tensor<4xf32> {hewn.name = "y"}) {
  %w = hewn.load_weight @w : tensor<4xf32>
  %0 = nn.elementwise %x, %w {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func @dynamic(%x: tensor<2x?xf32> {hewn.name = "x", hewn.dims = ["", "W"]}) -> (tensor<?x2xf32> {hewn.name = "y", hewn.dims = ["W", ""]}) {
  %0 = nn.transpose %x {perm = array<i64: 1, 0>} : (tensor<2x?xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
