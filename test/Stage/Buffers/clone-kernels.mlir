// RUN: hewn-opt %s --hewn-clone-kernels --hewn-verify-buffers | FileCheck %s
// CHECK: hewn.stage = "buffers"
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
hewn.kernel private @add(%n: index, %x: tensor<?x8xf32>, %y: tensor<?x8xf32>, %out: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = nn.elementwise %x, %y {kind = #nn.kind<add>} : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  hewn.return %0 : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @main
// CHECK: hewn.launch @add__0 dims(%{{.*}}) ins(%{{.*}}, %{{.*}} : memref<?x8xf32>, memref<?x8xf32>) outs(
// CHECK: hewn.launch @add__1 dims(%{{.*}}) ins(%[[A:[a-z0-9_]+]], %{{.*}} : {{.*}}) outs(%[[A]] :
// CHECK: hewn.launch @add__0
// CHECK: hewn.launch @add__2
// CHECK: hewn.launch @add__0
// CHECK: hewn.launch @add__3
func.func @main(%x: memref<?x8xf32> {hewn.access = "read", hewn.dims = ["N", ""]}, %out: memref<?x8xf32> {hewn.access = "write", hewn.dims = ["N", ""]}, %n: index {hewn.dim = "N"}) {
  %a = memref.alloc(%n) : memref<?x8xf32>
  %w = memref.alloc(%n) : memref<?x32xf32>
  %left = memref.subview %w[0, 0] [%n, 8] [1, 1] : memref<?x32xf32> to memref<?x8xf32, strided<[32, 1]>>
  %right = memref.subview %w[0, 24] [%n, 8] [1, 1] : memref<?x32xf32> to memref<?x8xf32, strided<[32, 1], offset: 24>>
  %b = memref.alloc(%n) : memref<?x8xf32>
  %rows = memref.subview %b[0, 0] [%n, 8] [1, 1] : memref<?x8xf32> to memref<?x8xf32, strided<[8, 1]>>
  hewn.launch @add dims(%n) ins(%x, %b : memref<?x8xf32>, memref<?x8xf32>) outs(%a : memref<?x8xf32>)
  // One argument for the buffer that is read and written.
  hewn.launch @add dims(%n) ins(%a, %x : memref<?x8xf32>, memref<?x8xf32>) outs(%a : memref<?x8xf32>)
  // Offsets are no part of a signature, and strides of a contiguous buffer are none.
  hewn.launch @add dims(%n) ins(%x, %rows : memref<?x8xf32>, memref<?x8xf32, strided<[8, 1]>>) outs(%a : memref<?x8xf32>)
  hewn.launch @add dims(%n) ins(%x, %left : memref<?x8xf32>, memref<?x8xf32, strided<[32, 1]>>) outs(%right : memref<?x8xf32, strided<[32, 1], offset: 24>>)
  hewn.launch @add dims(%n) ins(%b, %x : memref<?x8xf32>, memref<?x8xf32>) outs(%out : memref<?x8xf32>)
  // The same buffer twice is another kernel: it has one pointer less.
  hewn.launch @add dims(%n) ins(%a, %a : memref<?x8xf32>, memref<?x8xf32>) outs(%b : memref<?x8xf32>)
  return
}

// The caller's memory has no alignment beyond an element's.
// CHECK-NOT: hewn.kernel private
// CHECK: func.func private @add__0
// CHECK-SAME: {hewn.access = "read", hewn.align = 4 : i64}
// CHECK-SAME: {hewn.access = "write", hewn.align = 4 : i64}
// CHECK: func.func private @add__1(%{{.*}}: index, %[[A:.*]]: memref<?x8xf32> {hewn.access = "readwrite", hewn.align = 64 : i64}, %[[B:.*]]: memref<?x8xf32> {hewn.access = "read", hewn.align = 4 : i64})
// CHECK: %[[TA:.*]] = bufferization.to_tensor %[[A]] restrict writable
// CHECK: %[[TB:.*]] = bufferization.to_tensor %[[B]] restrict :
// CHECK: %[[R:.*]] = nn.elementwise %[[TA]], %[[TB]]
// CHECK: bufferization.materialize_in_destination %[[R]] in restrict writable %[[A]]
// CHECK: func.func private @add__2
// CHECK-SAME: memref<?x8xf32, strided<[32, 1]>> {hewn.access = "read", hewn.align = 64 : i64}
// CHECK-SAME: memref<?x8xf32, strided<[32, 1]>> {hewn.access = "write", hewn.align = 32 : i64}
// CHECK: func.func private @add__3(%{{.*}}: index, %[[A:.*]]: memref<?x8xf32> {hewn.access = "read", hewn.align = 64 : i64}, %[[O:.*]]: memref<?x8xf32> {hewn.access = "write", hewn.align = 64 : i64}) attributes {hewn.kernel}
// CHECK: %[[T:.*]] = bufferization.to_tensor %[[A]] restrict
// CHECK: nn.elementwise %[[T]], %[[T]]
// CHECK-NOT: hewn.kernel private
}
