// Four buffers in a chain need the room of two.
// CHECK: func.func @chain({{.*}}%[[ARENA:[a-z0-9]+]]: memref<?xi8> {hewn.arena})
// CHECK-SAME: hewn.arena_bytes = 8192 : index
// CHECK-COUNT-4: memref.view %[[ARENA]]
// CHECK-NOT: memref.alloc
func.func @chain(%x: memref<1024xf32>, %y: memref<1024xf32>) {
  %a = memref.alloc() : memref<1024xf32>
  linalg.add ins(%x, %x : memref<1024xf32>, memref<1024xf32>) outs(%a : memref<1024xf32>)
  %b = memref.alloc() : memref<1024xf32>
  linalg.mul ins(%a, %x : memref<1024xf32>, memref<1024xf32>) outs(%b : memref<1024xf32>)
  %c = memref.alloc() : memref<1024xf32>
  linalg.add ins(%b, %x : memref<1024xf32>, memref<1024xf32>) outs(%c : memref<1024xf32>)
  %d = memref.alloc() : memref<1024xf32>
  linalg.mul ins(%c, %x : memref<1024xf32>, memref<1024xf32>) outs(%d : memref<1024xf32>)
  linalg.add ins(%d, %x : memref<1024xf32>, memref<1024xf32>) outs(%y : memref<1024xf32>)
  return
}
