// RUN: hewn-opt %s --hewn-plan-memory --hewn-verify-planned | FileCheck %s
// CHECK: hewn.stage = "planned"
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
func.func private @k(memref<64xf32>, memref<64xf32>) attributes {hewn.kernel}
func.func private @scratchy(memref<64xf32>, memref<64xf32>, memref<512xi8> {hewn.access = "scratch"}, index, index) attributes {hewn.kernel}

// A chain needs two buffers at a time. The scratch of a kernel is a buffer of its launch, which lives for it alone.
//   a: [1, 2]   b: [2, 3]   c: [3, 4]   scratch: [3]
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<64xf32>, %[[Y:[a-z0-9]+]]: memref<64xf32>, %[[ARENA:[a-z0-9]+]]: memref<?xi8> {hewn.arena}
// CHECK-SAME: hewn.arena_bytes = 1024 : index, hewn.max_live = 1024 : index
// CHECK-NOT: memref.alloc
// CHECK: %[[A:.*]] = memref.view %[[ARENA]][%[[OA:.*]]][] : memref<?xi8> to memref<64xf32>
// CHECK: hewn.launch @k dims() ins(%[[X]] : {{.*}}) outs(%[[A]] :
// CHECK: %[[B:.*]] = memref.view %[[ARENA]][%{{.*}}][] : memref<?xi8> to memref<64xf32>
// CHECK: hewn.launch @k dims() ins(%[[A]] : {{.*}}) outs(%[[B]] :
// CHECK: %[[C:.*]] = memref.view %[[ARENA]][%{{.*}}][] : memref<?xi8> to memref<64xf32>
// CHECK: %[[S:.*]] = memref.view %[[ARENA]][%{{.*}}][] : memref<?xi8> to memref<512xi8>
// CHECK: hewn.launch @scratchy dims() ins(%[[B]] : {{.*}}) outs(%[[C]], %[[S]] : memref<64xf32>, memref<512xi8>)
// CHECK: func.func @main_query() -> index
// CHECK: arith.constant 1024 : index
func.func @main(%x: memref<64xf32>, %y: memref<64xf32>) {
  %unused = memref.alloc() : memref<1000xf32>
  %a = memref.alloc() : memref<64xf32>
  hewn.launch @k dims() ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
  %b = memref.alloc() : memref<64xf32>
  hewn.launch @k dims() ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
  %c = memref.alloc() : memref<64xf32>
  hewn.launch @scratchy dims() ins(%b : memref<64xf32>) outs(%c : memref<64xf32>)
  hewn.launch @k dims() ins(%c : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}
func.func @main_query() attributes {hewn.query} {
  return
}

// A view keeps its buffer alive: three buffers at once, although the first is not used itself any more.
// CHECK-LABEL: func.func @views
// CHECK-SAME: hewn.arena_bytes = 768 : index
func.func @views(%x: memref<64xf32>, %y: memref<64xf32>) {
  %a = memref.alloc() : memref<64xf32>
  %v = memref.reinterpret_cast %a to offset: [0], sizes: [64], strides: [1] : memref<64xf32> to memref<64xf32>
  %b = memref.alloc() : memref<64xf32>
  %c = memref.alloc() : memref<64xf32>
  hewn.launch @k dims() ins(%x : memref<64xf32>) outs(%a : memref<64xf32>)
  hewn.launch @k dims() ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
  hewn.launch @k dims() ins(%b : memref<64xf32>) outs(%c : memref<64xf32>)
  hewn.launch @k dims() ins(%c : memref<64xf32>) outs(%v : memref<64xf32>)
  hewn.launch @k dims() ins(%v : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}
}
