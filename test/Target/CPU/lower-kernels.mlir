// RUN: hewn-opt %s --hewn-cpu-lower-kernels --split-input-file | FileCheck %s

// CHECK-LABEL: llvm.func internal @copy__body
// CHECK-SAME: !llvm.ptr {llvm.align = 64 : i64, llvm.noalias, llvm.readonly}, %{{.*}}: !llvm.ptr {llvm.noalias}, %{{.*}}: i64, %{{.*}}: i64
// CHECK-SAME: passthrough = ["noinline"]
// CHECK: llvm.func @copy(%[[BUFFERS:.*]]: !llvm.ptr, %[[DIMS:.*]]: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64)
// CHECK: %[[A0:.*]] = llvm.getelementptr %[[BUFFERS]][0]
// CHECK: %[[P0:.*]] = llvm.load %[[A0]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[A1:.*]] = llvm.getelementptr %[[BUFFERS]][1]
// CHECK: %[[P1:.*]] = llvm.load %[[A1]] : !llvm.ptr -> !llvm.ptr
// CHECK: llvm.call @copy__body(%[[P0]], %[[P1]], %[[BEGIN]], %[[END]])
// CHECK: llvm.func @copy__extent(%{{.*}}: !llvm.ptr) -> i64
func.func private @copy(%x: memref<8xf32> {hewn.align = 64 : i64, hewn.access = "read"}, %y: memref<8xf32>, %begin: index, %end: index)
    attributes {hewn.kernel} {
  %c1 = arith.constant 1 : index
  scf.for %i = %begin to %end step %c1 {
    %v = memref.load %x[%i] : memref<8xf32>
    memref.store %v, %y[%i] : memref<8xf32>
  }
  return
}
func.func private @copy__extent() -> index {
  %c8 = arith.constant 8 : index
  return %c8 : index
}

// -----

// Dims: the launch's own, then per memref its dynamic sizes and, unless its layout is the identity, its dynamic strides.
// CHECK: llvm.func @strided(
// CHECK-COUNT-4: llvm.getelementptr %arg1[
// CHECK-NOT: llvm.getelementptr %arg1[
// CHECK: llvm.call @strided__body
func.func private @strided(%d: index, %x: memref<?x4xf32>, %y: memref<?x4xf32, strided<[?, 1], offset: ?>>, %begin: index, %end: index)
    attributes {hewn.kernel} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %begin to %end step %c1 {
    %f = arith.constant 0.0 : f32
    %v = vector.transfer_read %x[%i, %c0], %f {in_bounds = [true]} : memref<?x4xf32>, vector<4xf32>
    vector.transfer_write %v, %y[%i, %c0] {in_bounds = [true]} : vector<4xf32>, memref<?x4xf32, strided<[?, 1], offset: ?>>
  }
  return
}
func.func private @strided__extent(%d: index, %x0: index, %y0: index, %ys: index) -> index {
  return %x0 : index
}
