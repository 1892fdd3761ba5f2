// RUN: hewn-opt %s --hewn-lower-host --split-input-file | FileCheck %s

// A launch fills the arrays of buffers and sizes: the launch's own dims, the dynamic sizes of each buffer, and the dynamic strides where the layout is not the identity.
// A buffer that is passed twice is one argument. The offset goes into the pointer.
module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
  hewn.weight @w : tensor<8xf32> source #hewn.source<"w.bin", 0, 32>
  hewn.weight @v : tensor<8xf32> source #hewn.source<"w.bin", 32, 32>
  func.func @main(%x: memref<?x8xf32> {hewn.name = "x", hewn.access = "read", hewn.dims = ["N", ""]},
                  %y: memref<?x8xf32> {hewn.name = "y", hewn.access = "write", hewn.dims = ["N", ""]},
                  %n: index {hewn.dim = "N"}, %arena: memref<?xi8> {hewn.arena}) {
    %c64 = arith.constant 64 : index
    %w = hewn.load_weight @w : memref<8xf32>
    %v = hewn.load_weight @v : memref<8xf32>
    %t = memref.view %arena[%c64][%n] : memref<?xi8> to memref<?x16xf32>
    %part = memref.subview %t[0, 8] [%n, 8] [1, 1] : memref<?x16xf32> to memref<?x8xf32, strided<[16, 1], offset: 8>>
    hewn.launch @first dims(%n) ins(%x, %w, %v : memref<?x8xf32>, memref<8xf32>, memref<8xf32>) outs(%part : memref<?x8xf32, strided<[16, 1], offset: 8>>)
    hewn.launch @tied dims() ins(%t : memref<?x16xf32>) outs(%t : memref<?x16xf32>)
    hewn.launch @last dims() ins(%part : memref<?x8xf32, strided<[16, 1], offset: 8>>) outs(%y : memref<?x8xf32>)
    return
  }
  func.func @main_query(%n: index {hewn.dim = "N"}) -> (index, index) {
    %c64 = arith.constant 64 : index
    %size = arith.muli %n, %c64 : index
    %bytes = arith.addi %size, %c64 : index
    return %bytes, %n : index, index
  }
  func.func private @first(index, memref<?x8xf32>, memref<8xf32>, memref<8xf32>, memref<?x8xf32, strided<[16, 1]>>)
  func.func private @tied(memref<?x16xf32>)
  func.func private @last(memref<?x8xf32, strided<[16, 1]>>, memref<?x8xf32>)
}
// CHECK-LABEL: module @host
// CHECK: llvm.func @hewn_host_main(%[[INPUTS:.*]]: !llvm.ptr, %[[OUTPUTS:.*]]: !llvm.ptr, %[[DIMS:.*]]: !llvm.ptr, %[[SIZES:.*]]: !llvm.ptr, %[[WEIGHTS:.*]]: !llvm.ptr, %[[ARENA:.*]]: !llvm.ptr, %[[EXEC:.*]]: !llvm.ptr, %{{.*}}: !llvm.ptr) -> i32
// CHECK: %[[FIRST:.*]] = llvm.mlir.addressof @first
// CHECK: %[[BUFFERS:.*]] = llvm.alloca {{.*}} x !llvm.ptr
// CHECK: %[[NUMBERS:.*]] = llvm.alloca {{.*}} x i64
// @w lies at byte 0 of the weights, @v at 64.
// CHECK: llvm.insertvalue %[[WEIGHTS]],
// CHECK: llvm.getelementptr %[[WEIGHTS]][64]
// Four buffers; dims are N, the size of x, the size of the part: its strides are static.
// CHECK-COUNT-4: llvm.store %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK-COUNT-3: llvm.store %{{.*}} : i64, !llvm.ptr
// CHECK: %[[EXTENT:.*]] = llvm.call @first__extent(%[[NUMBERS]])
// CHECK: llvm.call %{{.*}}(%{{.*}}, %[[FIRST]], %[[BUFFERS]], %[[NUMBERS]], %[[EXTENT]])
// One buffer, one size.
// CHECK: llvm.store %{{.*}} : !llvm.ptr, !llvm.ptr
// CHECK-NOT: : !llvm.ptr, !llvm.ptr
// CHECK: llvm.store %{{.*}} : i64, !llvm.ptr
// CHECK-NEXT: llvm.call @tied__extent
// CHECK: llvm.call @last__extent
// CHECK: llvm.return %{{.*}} : i32
// CHECK: llvm.func @hewn_host_query(
// CHECK: llvm.intr.smul.with.overflow
// CHECK: llvm.intr.sadd.with.overflow
// CHECK: llvm.mlir.constant(6007 : i32)
// CHECK: llvm.func @model_run(

// -----

// A guard that fails leaves its message and returns its code; nothing behind it runs. Without dims and query the arena is what its type says.
module @cpu attributes {hewn.target = #hewn.target<"cpu", {}>} {
  func.func @main(%x: memref<8xi1> {hewn.access = "read"}, %y: memref<8xui8> {hewn.access = "write"}, %arena: memref<128xi8> {hewn.arena}) {
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %same = arith.cmpi eq, %c1, %c2 : index
    hewn.guard %same, 6004, "one is not two"
    hewn.launch @k dims() ins(%x : memref<8xi1>) outs(%y : memref<8xui8>)
    return
  }
  func.func private @k(memref<8xi1>, memref<8xui8>)
}
// CHECK-LABEL: module @host
// CHECK: llvm.mlir.global internal constant @[[TEXT:.*]]("one is not two\00")
// CHECK: llvm.func @hewn_host_main(
// CHECK: %[[CODE:.*]] = llvm.mlir.constant(6004 : i32)
// CHECK: %[[MESSAGE:.*]] = llvm.mlir.addressof @[[TEXT]]
// CHECK: llvm.cond_br %{{.*}}, ^[[GOOD:.*]], ^[[BAD:bb[0-9]+]]
// CHECK: ^[[GOOD]]:
// CHECK: llvm.call @k__extent
// CHECK: ^[[BAD]]:
// CHECK-NEXT: llvm.store %[[MESSAGE]], %arg7
// CHECK-NEXT: llvm.return %[[CODE]]
// CHECK: llvm.func @hewn_host_query(
// CHECK: llvm.mlir.constant(128 : i64)
