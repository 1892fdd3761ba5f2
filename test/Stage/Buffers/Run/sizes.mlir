// Sizes as tensors: the host stores them, kernels read them, one is an output.
// RUN: hewn run %s --compare=interpreter --dim N=3 --seed 1 | FileCheck %s
// RUN: hewn compile %s --emit=buffers -o - | FileCheck %s --check-prefix=BUFFERS
// CHECK: shape: {{.*}}[3 4]
// CHECK-COUNT-3: equal within the bound
// BUFFERS: memref.store %{{.*}}, %{{.*}}[%{{.*}}] : memref<2xi64>
// BUFFERS: memref.store
// BUFFERS: hewn.launch
module attributes {hewn.stage = "graph"} {
func.func @main(%x: tensor<?x4xf32> {hewn.name = "x", hewn.dims = ["N", ""]}) -> (tensor<2xi64> {hewn.name = "shape"}, tensor<2xf32> {hewn.name = "double"}, tensor<?x4xf32> {hewn.name = "y", hewn.dims = ["N", ""]}) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : i64
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %i = arith.index_cast %n : index to i64
  %0 = tensor.from_elements %i, %c4 : tensor<2xi64>
  %1 = nn.cast %0 : (tensor<2xi64>) -> tensor<2xf32>
  %2 = nn.elementwise %1, %1 {kind = #nn.kind<add>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %2, %3 : tensor<2xi64>, tensor<2xf32>, tensor<?x4xf32>
}
}
