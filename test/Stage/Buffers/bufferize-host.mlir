// RUN: hewn-opt %s --hewn-bufferize-host | FileCheck %s
module attributes {hewn.target = #hewn.target<"cpu", {}>} {
hewn.kernel private @relu(%x: tensor<?x8xf32>, %out: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  hewn.return %0 : tensor<?x8xf32>
}
hewn.weight @w : tensor<4xf32> source #hewn.source<"m", 0, 16>

// Outs become allocs, a reshape a view, the last result is the caller's buffer from the start; sizes and guards stand at entry.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x8xf32> {hewn.access = "read", hewn.dims = ["N", ""], hewn.name = "x"}
// CHECK-SAME: %[[Y:[a-z0-9]+]]: memref<?x2x4xf32> {hewn.access = "write", hewn.dims = ["N", "", ""], hewn.name = "y"}
// CHECK-SAME: %[[N:[a-z0-9]+]]: index {hewn.dim = "N"})
// CHECK-NOT: memref.alloc
// CHECK: arith.cmpi
// CHECK: hewn.guard
// CHECK: %[[A:.*]] = memref.alloc(%[[N]]) : memref<?x8xf32>
// CHECK: hewn.launch @relu dims() ins(%[[X]] : memref<?x8xf32>) outs(%[[A]] : memref<?x8xf32>)
// CHECK: %[[V:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [%[[N]], 8], strides: [8, 1]
// CHECK: hewn.launch @relu dims() ins(%[[A]] : memref<?x8xf32>) outs(%[[V]] : memref<?x8xf32>)
// CHECK-NOT: launch
// CHECK: return
// CHECK: func.func @main_query(%[[M:.*]]: index {hewn.dim = "N"}) -> index attributes {hewn.query}
// CHECK-NEXT: return %[[M]]
func.func @main(%x: tensor<?x8xf32> {hewn.name = "x", hewn.dims = ["N", ""]}) -> (tensor<?x2x4xf32> {hewn.name = "y", hewn.dims = ["N", "", ""]}) {
  %c0 = arith.constant 0 : index
  %c9 = arith.constant 9 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = hewn.launch @relu dims() ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> (tensor<?x8xf32>)
  %small = arith.cmpi ult, %n, %c9 : index
  hewn.guard %small, 6004, "too many"
  %1 = hewn.launch @relu dims() ins(%0 : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> (tensor<?x8xf32>)
  %2 = nn.reshape %1, %n {static_sizes = array<i64: -9223372036854775808, 2, 4>} : (tensor<?x8xf32>, index) -> tensor<?x2x4xf32>
  return %2 : tensor<?x2x4xf32>
}

// An input, a weight, and a value returned twice are copied: the caller's memory holds every output.
// CHECK-LABEL: func.func @negative_not_ours(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?x8xf32>
// CHECK-SAME: %[[A:[a-z0-9]+]]: memref<?x8xf32> {{{[^}]*}}hewn.access = "write"
// CHECK-SAME: %[[B:[a-z0-9]+]]: memref<4xf32>
// CHECK-SAME: %[[C:[a-z0-9]+]]: memref<?x8xf32>
// CHECK-SAME: %[[D:[a-z0-9]+]]: memref<?x8xf32>
// CHECK-SAME: index {hewn.dim = "arg0_0"}
// CHECK: %[[W:.*]] = hewn.load_weight
// CHECK: hewn.launch @relu dims() ins(%[[X]] : {{.*}} outs(%[[C]]
// CHECK: hewn.launch @k_copy dims() ins(%[[X]] : {{.*}} outs(%[[A]]
// CHECK: hewn.launch @k_copy_0 dims() ins(%[[W]] : {{.*}} outs(%[[B]]
// CHECK: hewn.launch @k_copy dims() ins(%[[C]] : {{.*}} outs(%[[D]]
func.func @negative_not_ours(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<4xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x8xf32>
  %w = hewn.load_weight @w : tensor<4xf32>
  %e = tensor.empty(%n) : tensor<?x8xf32>
  %0 = hewn.launch @relu dims() ins(%x : tensor<?x8xf32>) outs(%e : tensor<?x8xf32>) -> (tensor<?x8xf32>)
  return %x, %w, %0, %0 : tensor<?x8xf32>, tensor<4xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}
// CHECK: hewn.kernel private @k_copy(
// CHECK-NEXT: nn.cast %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xf32>
}
