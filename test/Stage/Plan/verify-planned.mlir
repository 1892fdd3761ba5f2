// Nominal shapes that no input has prove nothing against a plan: with one row, the window of three leaves -1 rows.
// RUN: hewn-opt %s --hewn-plan-memory --hewn-verify-planned | FileCheck %s
// CHECK: hewn.stage = "planned"
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
func.func private @k(memref<?x4xf32>, memref<?x4xf32>) attributes {hewn.kernel}
// CHECK: func.func @main(
// CHECK: memref.view
func.func @main(%x: memref<?x4xf32> {hewn.dims = ["", "n"]}, %y: memref<?x4xf32>, %n: index {hewn.dim = "n"}) {
  %c2 = arith.constant 2 : index
  %rows = arith.subi %n, %c2 : index
  %a = memref.alloc(%rows) : memref<?x4xf32>
  hewn.launch @k dims() ins(%x : memref<?x4xf32>) outs(%a : memref<?x4xf32>)
  hewn.launch @k dims() ins(%a : memref<?x4xf32>) outs(%y : memref<?x4xf32>)
  return
}
func.func @main_query(%n: index {hewn.dim = "n"}) attributes {hewn.query} {
  return
}
}
