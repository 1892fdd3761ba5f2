// RUN: hewn-opt %s --hewn-prepare-groups --hewn-group --hewn-outline-kernels --cse --hewn-verify-kernels | FileCheck %s
// CHECK: hewn.stage = "kernels"
module attributes {hewn.target = #hewn.target<"cpu", {}>} {

// Two equal groups on different weights are one kernel.
// CHECK-LABEL: func.func @main
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
// CHECK: %[[W:.*]] = hewn.load_weight @w
// CHECK: %[[V:.*]] = hewn.load_weight @v
// CHECK: %[[E:.*]] = tensor.empty() : tensor<4x8xf32>
// CHECK: %[[A:.*]] = hewn.launch @k_matmul dims() ins(%[[X]], %[[W]] : {{.*}}) outs(%[[E]] : {{.*}}) {hewn.flops = 544 : i64, hewn.nodes = ["first", "act"], hewn.unfused = ["elementwise -> matmul: the user reads elements more than once or out of order"]} -> (tensor<4x8xf32>)
// CHECK: %[[B:.*]] = hewn.launch @k_matmul dims() ins(%[[A]], %[[V]] : {{.*}}hewn.nodes = ["second", "act"]
// CHECK: %[[R:.*]] = nn.reshape %[[B]]
// CHECK: return %[[R]]
hewn.weight @w : tensor<8x8xf32> source #hewn.source<"m", 0, 256>
hewn.weight @v : tensor<8x8xf32> source #hewn.source<"m", 256, 256>
func.func @main(%x: tensor<4x8xf32>) -> tensor<32xf32> {
  %w = hewn.load_weight @w : tensor<8x8xf32>
  %v = hewn.load_weight @v : tensor<8x8xf32>
  %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32> loc("first")
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32> loc("act")
  %2 = nn.matmul %1, %v : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32> loc("second")
  %3 = nn.elementwise %2 {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32> loc("act")
  %4 = nn.reshape %3 {static_sizes = array<i64: 32>} : (tensor<4x8xf32>) -> tensor<32xf32>
  return %4 : tensor<32xf32>
}

// Another attribute is another kernel. Sizes that the body needs are dims; constants live in the kernel.
// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: %[[X:.*]]: tensor<?x8xf32>
// CHECK: %[[N:.*]] = tensor.dim %[[X]], %c0
// CHECK: %[[E:.*]] = tensor.empty(%[[N]]) : tensor<?x8xf32>
// CHECK: hewn.launch @k_elementwise dims(%[[N]]) ins(%[[X]] : tensor<?x8xf32>) outs(%[[E]] : tensor<?x8xf32>)
// CHECK: hewn.launch @k_softmax dims() {{.*}}
// CHECK: hewn.launch @k_softmax_0 dims() {{.*}}
// CHECK: hewn.launch @k_concat dims() {{.*}} {hewn.dissolve = "concat"
// CHECK: hewn.launch @k_pad dims() {{.*}} {hewn.dissolve = "pad"
// CHECK: hewn.launch @k_pad_1 dims()
// CHECK-NOT: hewn.dissolve
// CHECK: return
func.func @dynamic(%x: tensor<?x8xf32>) -> (tensor<?x18xf32>, tensor<?x18xf32>) {
  %c0 = arith.constant 0 : index
  %c = arith.constant dense<2.0> : tensor<f32>
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %0 = nn.broadcast %c, %n {static_sizes = array<i64: -9223372036854775808, 8>} : (tensor<f32>, index) -> tensor<?x8xf32>
  %1 = nn.elementwise %x, %0 {kind = #nn.kind<mul>} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = nn.softmax %1 {axis = 1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %3 = nn.softmax %1 {axis = 1 : i64, log} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %4 = nn.concat %2, %3 {axis = 1 : i64} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x16xf32>
  %5 = nn.pad %4 {low = array<i64: 0, 1>, high = array<i64: 0, 1>, mode = #nn.pad_mode<constant>} : (tensor<?x16xf32>) -> tensor<?x18xf32>
  %6 = nn.pad %4 {low = array<i64: 0, 1>, high = array<i64: 0, 1>, mode = #nn.pad_mode<edge>} : (tensor<?x16xf32>) -> tensor<?x18xf32>
  return %5, %6 : tensor<?x18xf32>, tensor<?x18xf32>
}

// CHECK: hewn.kernel private @k_matmul(%[[A:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<8x8xf32>, %{{.*}}: tensor<4x8xf32>) -> tensor<4x8xf32> {
// CHECK-NEXT: %[[M:.*]] = nn.matmul %[[A]], %[[B]]
// CHECK-NEXT: %[[R:.*]] = nn.elementwise %[[M]]
// CHECK-NEXT: hewn.return %[[R]]
// CHECK: hewn.kernel private @k_elementwise(%[[N:.*]]: index, %[[X:.*]]: tensor<?x8xf32>, %{{.*}}: tensor<?x8xf32>)
// CHECK: arith.constant dense<2.000000e+00>
// CHECK: nn.broadcast %{{.*}}, %[[N]]

}
