// RUN: hewn-opt %s --hewn-plan-memory --hewn-verify-planned | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
func.func private @k(memref<?x8xf32>, memref<?x16xf32>) attributes {hewn.kernel}
func.func private @l(memref<?x16xf32>, memref<?x8xf32>) attributes {hewn.kernel}

// Two slots: {a, c} with the larger of 32 N and 64 M bytes, and b.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[N:[a-z0-9]+]]: index {hewn.dim = "N"}, %[[M:[a-z0-9]+]]: index {hewn.dim = "M"}, %[[ARENA:[a-z0-9]+]]: memref<?xi8> {hewn.arena})
// CHECK: %[[C64:.*]] = arith.constant 64 : index
// CHECK: %[[FIRST:.*]] = arith.muli %[[C64]], %[[M]]
// CHECK: %[[C32:.*]] = arith.constant 32 : index
// CHECK: %[[SECOND:.*]] = arith.muli %[[C32]], %[[N]]
// CHECK: %[[MAX:.*]] = arith.maxui %{{.*}}, %{{.*}} : index
// CHECK: arith.andi
// CHECK: %[[A:.*]] = memref.view %[[ARENA]][%[[SAME:.*]]][%[[N]]] : memref<?xi8> to memref<?x8xf32>
// CHECK: %[[B:.*]] = memref.view %[[ARENA]][%[[OTHER:.*]]][%[[N]]] : memref<?xi8> to memref<?x16xf32>
// CHECK: %[[C:.*]] = memref.view %[[ARENA]][%[[SAME]]][%[[M]]] : memref<?xi8> to memref<?x16xf32>

// The query repeats the arithmetic, and answers the largest number where it would overflow.
// CHECK: func.func @main_query(%[[QN:.*]]: index {hewn.dim = "N"}, %[[QM:.*]]: index {hewn.dim = "M"}) -> (index, index)
// CHECK: %[[SUM:.*]] = arith.addi
// CHECK: %[[FITS:.*]] = arith.cmpf olt
// CHECK: %[[MAX:.*]] = arith.constant 9223372036854775807 : index
// CHECK: %[[BYTES:.*]] = arith.select %[[FITS]], %{{.*}}, %[[MAX]]
// CHECK: return %[[BYTES]], %[[QN]]
func.func @main(%x: memref<?x8xf32> {hewn.dims = ["N", ""]}, %y: memref<?x8xf32> {hewn.dims = ["N", ""]}, %n: index {hewn.dim = "N"}, %m: index {hewn.dim = "M"}) {
  %a = memref.alloc(%n) : memref<?x8xf32>
  %b = memref.alloc(%n) : memref<?x16xf32>
  %c = memref.alloc(%m) : memref<?x16xf32>
  hewn.launch @l dims() ins(%b : memref<?x16xf32>) outs(%a : memref<?x8xf32>)
  hewn.launch @k dims() ins(%a : memref<?x8xf32>) outs(%b : memref<?x16xf32>)
  hewn.launch @k dims() ins(%x : memref<?x8xf32>) outs(%c : memref<?x16xf32>)
  hewn.launch @l dims() ins(%c : memref<?x16xf32>) outs(%y : memref<?x8xf32>)
  hewn.launch @l dims() ins(%b : memref<?x16xf32>) outs(%y : memref<?x8xf32>)
  return
}
func.func @main_query(%n: index {hewn.dim = "N"}, %m: index {hewn.dim = "M"}) -> index attributes {hewn.query} {
  return %n : index
}
}
