// In-place kernels, merged products, views of slices and one value returned twice.
// RUN: hewn run %s --compare=interpreter --dim N=1 --seed 1 | FileCheck %s
// RUN: hewn run %s --compare=interpreter --dim N=7 --seed 2 --threads 2 | FileCheck %s
// CHECK-COUNT-4: equal within the bound
module attributes {hewn.stage = "graph"} {
hewn.weight @a : tensor<16x12xf32> {
  %s = arith.constant dense<-1.0> : tensor<f32>
  %d = arith.constant dense<0.011> : tensor<f32>
  %0 = nn.iota %s, %d {static_sizes = array<i64: 192>} : (tensor<f32>, tensor<f32>) -> tensor<192xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 16, 12>} : (tensor<192xf32>) -> tensor<16x12xf32>
  hewn.return %1 : tensor<16x12xf32>
}
hewn.weight @b : tensor<16x12xf32> {
  %s = arith.constant dense<1.0> : tensor<f32>
  %d = arith.constant dense<-0.017> : tensor<f32>
  %0 = nn.iota %s, %d {static_sizes = array<i64: 192>} : (tensor<f32>, tensor<f32>) -> tensor<192xf32>
  %1 = nn.reshape %0 {static_sizes = array<i64: 16, 12>} : (tensor<192xf32>) -> tensor<16x12xf32>
  hewn.return %1 : tensor<16x12xf32>
}
func.func @main(%x: tensor<?x16xf32> {hewn.name = "x", hewn.dims = ["N", ""]})
    -> (tensor<?x3x4xf32> {hewn.name = "p", hewn.dims = ["N", "", ""]}, tensor<?x16xf32> {hewn.name = "q", hewn.dims = ["N", ""]}, tensor<?x16xf32> {hewn.name = "r", hewn.dims = ["N", ""]},
        tensor<3x?x4xf32> {hewn.name = "s", hewn.dims = ["", "N", ""]}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x16xf32>
  %a = hewn.load_weight @a : tensor<16x12xf32>
  %b = hewn.load_weight @b : tensor<16x12xf32>
  %0 = nn.softmax %x {axis = 1 : i64} : (tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = nn.reduce %0 {kind = #nn.reduction<max>, axes = array<i64: 1>, keep_dims} : (tensor<?x16xf32>) -> tensor<?x1xf32>
  %2 = nn.broadcast %1, %n {static_sizes = array<i64: -9223372036854775808, 16>} : (tensor<?x1xf32>, index) -> tensor<?x16xf32>
  %3 = nn.elementwise %0, %2 {kind = #nn.kind<div>} : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
  %4 = nn.matmul %3, %a : (tensor<?x16xf32>, tensor<16x12xf32>) -> tensor<?x12xf32>
  %5 = nn.matmul %3, %b : (tensor<?x16xf32>, tensor<16x12xf32>) -> tensor<?x12xf32>
  %6 = nn.reshape %4, %n {static_sizes = array<i64: -9223372036854775808, 3, 4>} : (tensor<?x12xf32>, index) -> tensor<?x3x4xf32>
  %7 = nn.softmax %6 {axis = 2 : i64} : (tensor<?x3x4xf32>) -> tensor<?x3x4xf32>
  %8 = nn.reshape %5, %n {static_sizes = array<i64: -9223372036854775808, 3, 4>} : (tensor<?x12xf32>, index) -> tensor<?x3x4xf32>
  %9 = nn.transpose %8 {perm = array<i64: 1, 0, 2>} : (tensor<?x3x4xf32>) -> tensor<3x?x4xf32>
  return %7, %3, %3, %9 : tensor<?x3x4xf32>, tensor<?x16xf32>, tensor<?x16xf32>, tensor<3x?x4xf32>
}
}
