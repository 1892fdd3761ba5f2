// RUN: hewn-opt %s | hewn-opt | FileCheck %s

// The examples of the descriptions, printed and read again.

// CHECK: hewn.weight @w : tensor<2x3xf32> source <"model.onnx", 128, 24>
// CHECK: hewn.weight @wt : tensor<3x2xf32> {
// CHECK:   hewn.load_weight @w : tensor<2x3xf32>
// CHECK:   hewn.return %{{.*}} : tensor<3x2xf32>
hewn.weight @w : tensor<2x3xf32> source #hewn.source<"model.onnx", 128, 24>
hewn.weight @wt : tensor<3x2xf32> {
  %0 = hewn.load_weight @w : tensor<2x3xf32>
  %1 = nn.transpose %0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  hewn.return %1 : tensor<3x2xf32>
}

// CHECK: hewn.kernel @relu(%[[X:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>) -> tensor<4xf32> {
// CHECK:   %[[R:.*]] = nn.elementwise %[[X]] {kind = #nn.kind<relu>}
// CHECK:   hewn.return %[[R]] : tensor<4xf32>
hewn.kernel @relu(%x: tensor<4xf32>, %out: tensor<4xf32>) -> tensor<4xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
  hewn.return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @launch
// CHECK: hewn.launch @relu dims() ins(%{{.*}} : tensor<4xf32>) outs(%{{.*}} : tensor<4xf32>) -> (tensor<4xf32>)
func.func @launch(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = hewn.launch @relu dims() ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> (tensor<4xf32>)
  return %0 : tensor<4xf32>
}

module @cpu attributes {hewn.target = #hewn.target<"cpu", {cpu = "znver4", triple = "x86_64-unknown-linux-gnu"}>} {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// CHECK-LABEL: func.func @invoke
// CHECK: hewn.invoke @cpu::@main ins(%{{.*}} : tensor<4xf32>) outs(%{{.*}} : tensor<4xf32>) -> (tensor<4xf32>)
func.func @invoke(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = hewn.invoke @cpu::@main ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> (tensor<4xf32>)
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func.func @guard
// CHECK: hewn.guard %{{.*}}, 6004, "sizes of a and b differ"
func.func @guard(%same: i1) {
  hewn.guard %same, 6004, "sizes of a and b differ"
  return
}

// A launch on memrefs has no results.
// CHECK-LABEL: func.func @launch_on_memrefs
// CHECK: hewn.launch @relu__1 dims() ins(%{{.*}} : memref<4xf32>) outs(%{{.*}} : memref<4xf32>)
func.func private @relu__1(memref<4xf32>, memref<4xf32>)
func.func @launch_on_memrefs(%x: memref<4xf32>, %y: memref<4xf32>) {
  hewn.launch @relu__1 dims() ins(%x : memref<4xf32>) outs(%y : memref<4xf32>)
  return
}
