// Concats of concats, pads of concats, slices of parts, copies: compiled code equals the interpreter, for several shapes.
// RUN: hewn run %s --compare=interpreter --dim N=1 --dim W=5 --seed 1 | FileCheck %s
// RUN: hewn run %s --compare=interpreter --dim N=2 --dim W=9 --seed 2 | FileCheck %s
// RUN: hewn run %s --compare=interpreter --dim N=3 --dim W=1 --seed 3 --threads 2 | FileCheck %s
// CHECK-COUNT-4: equal within the bound
module attributes {hewn.stage = "graph"} {
func.func @main(%x: tensor<?x4x?x8xf32> {hewn.name = "x", hewn.dims = ["N", "", "W", ""]}, %y: tensor<?x4x?x4xf32> {hewn.name = "y", hewn.dims = ["N", "", "W", ""]})
    -> (tensor<?x6x?x20xf32> {hewn.name = "padded", hewn.dims = ["N", "", "W2", ""]}, tensor<?x4x?x8xf32> {hewn.name = "smooth", hewn.dims = ["N", "", "W", ""]},
        tensor<?x4x?x4xf32> {hewn.name = "same", hewn.dims = ["N", "", "W", ""]}, tensor<?x8x?x8xf32> {hewn.name = "rows", hewn.dims = ["N", "", "W", ""]}) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c0 : tensor<?x4x?x8xf32>
  %w = tensor.dim %x, %c2 : tensor<?x4x?x8xf32>
  %0 = nn.softmax %x {axis = 3 : i64} : (tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %1 = nn.elementwise %x {kind = #nn.kind<tanh>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %2 = nn.concat %0, %1 {axis = 3 : i64} : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x16xf32>
  %3 = nn.concat %2, %y {axis = 3 : i64} : (tensor<?x4x?x16xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x20xf32>
  %4 = nn.softmax %3 {axis = 1 : i64} : (tensor<?x4x?x20xf32>) -> tensor<?x4x?x20xf32>
  %5 = nn.pad %4 {low = array<i64: 0, 1, 2, 0>, high = array<i64: 0, 1, 1, 0>, mode = #nn.pad_mode<constant>} : (tensor<?x4x?x20xf32>) -> tensor<?x6x?x20xf32>
  %6 = nn.softmax %5 {axis = 3 : i64} : (tensor<?x6x?x20xf32>) -> tensor<?x6x?x20xf32>
  %7 = nn.slice %2 sizes(%n, %w) {static_offsets = array<i64: 0, 0, 0, 4>, static_sizes = array<i64: -9223372036854775808, 4, -9223372036854775808, 8>, steps = array<i64: 1, 1, 1, 1>}
      : (tensor<?x4x?x16xf32>, index, index) -> tensor<?x4x?x8xf32>
  %8 = nn.reduce %3 {kind = #nn.reduction<max>, axes = array<i64: 3>, keep_dims} : (tensor<?x4x?x20xf32>) -> tensor<?x4x?x1xf32>
  %9 = nn.broadcast %8, %n, %w {static_sizes = array<i64: -9223372036854775808, 4, -9223372036854775808, 8>} : (tensor<?x4x?x1xf32>, index, index) -> tensor<?x4x?x8xf32>
  %10 = nn.elementwise %7, %9 {kind = #nn.kind<sub>} : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %11 = nn.concat %10, %0 {axis = 1 : i64} : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x8x?x8xf32>
  return %6, %10, %y, %11 : tensor<?x6x?x20xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x4xf32>, tensor<?x8x?x8xf32>
}
}
