// Functions of other compilers: allocs become views where their addresses stay in the function.
// RUN: hewn-opt %s --hewn-plan-memory=foreign | FileCheck %s

// CHECK-LABEL: func.func @chain(
// CHECK-SAME: %[[ARENA:[a-z0-9]+]]: memref<?xi8> {hewn.arena}) attributes {hewn.arena_bytes = 512 : index
// CHECK-DAG: %[[A:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] : memref<?xi8> to memref<64xf32>
// CHECK-DAG: %[[B:.*]] = memref.view %[[ARENA]][%c256{{.*}}][] : memref<?xi8> to memref<64xf32>
// CHECK-DAG: %[[C:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] : memref<?xi8> to memref<64xf32>
// CHECK-NOT: memref.dealloc
func.func @chain(%x: memref<64xf32>, %y: memref<64xf32>) {
  %a = memref.alloc() : memref<64xf32>
  %b = memref.alloc() : memref<64xf32>
  %c = memref.alloc() : memref<64xf32>
  linalg.add ins(%x, %x : memref<64xf32>, memref<64xf32>) outs(%a : memref<64xf32>)
  linalg.add ins(%a, %x : memref<64xf32>, memref<64xf32>) outs(%b : memref<64xf32>)
  linalg.add ins(%b, %x : memref<64xf32>, memref<64xf32>) outs(%c : memref<64xf32>)
  linalg.add ins(%c, %x : memref<64xf32>, memref<64xf32>) outs(%y : memref<64xf32>)
  memref.dealloc %a : memref<64xf32>
  memref.dealloc %b : memref<64xf32>
  memref.dealloc %c : memref<64xf32>
  return
}

// A buffer that a loop uses lives through the whole loop, also where a view of it is used.
// CHECK-LABEL: func.func @used_in_loop(
// CHECK-SAME: hewn.arena_bytes = 128 : index
func.func @used_in_loop(%x: memref<16xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<16xf32>
  %b = memref.alloc() : memref<16xf32>
  %half = memref.subview %a[0] [8] [1] : memref<16xf32> to memref<8xf32, strided<[1]>>
  scf.for %i = %c0 to %n step %c1 {
    %v = memref.load %half[%c0] : memref<8xf32, strided<[1]>>
    memref.store %v, %b[%i] : memref<16xf32>
    memref.store %v, %a[%i] : memref<16xf32>
  }
  memref.copy %b, %x : memref<16xf32> to memref<16xf32>
  return
}

// CHECK-LABEL: func.func @negative_returned(
// CHECK: memref.alloc
// CHECK: memref.dealloc
func.func @negative_returned(%c: i1) -> memref<4xf32> {
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %either = arith.select %c, %a, %b : memref<4xf32>
  memref.dealloc %b : memref<4xf32>
  return %a : memref<4xf32>
}
