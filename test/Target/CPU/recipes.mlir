// RUN: hewn-opt %s --hewn-to-scheduled | FileCheck %s

module attributes {hewn.target = #hewn.target<"cpu", {cpu = "znver4", registers = 32 : i64, vector_bits = 512 : i64}>} {
  // The inner loop of a matrix product carries its tile in registers: loads, FMAs, no store.
  // CHECK-LABEL: func.func private @matmul(
  // CHECK-SAME: %[[BEGIN:[a-z0-9]+]]: index, %[[END:[a-z0-9]+]]: index) attributes {hewn.kernel, hewn.recipe = "tile"}
  // CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]]
  // CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>,
  // CHECK-NOT: vector.store
  // CHECK: arith.mulf {{.*}} fastmath<reassoc,contract> : vector<16xf32>
  // CHECK: scf.yield
  // CHECK: vector.store
  // CHECK-NOT: nn.
  // CHECK: func.func private @matmul__extent() -> index
  func.func private @matmul(%x: memref<64x16xf32>, %w: memref<2x16x32xf32>, %y: memref<64x64xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<64x16xf32> to tensor<64x16xf32>
    %1 = bufferization.to_tensor %w restrict : memref<2x16x32xf32> to tensor<2x16x32xf32>
    %2 = nn.matmul %0, %1 {rhs_layout = #nn.matrix_layout<panel>, columns = 64 : i64} : (tensor<64x16xf32>, tensor<2x16x32xf32>) -> tensor<64x64xf32>
    bufferization.materialize_in_destination %2 in restrict writable %y : (tensor<64x64xf32>, memref<64x64xf32>) -> ()
    return
  }

  // The extent takes index arguments, then dynamic sizes and the strides of strided layouts, memref by memref.
  // CHECK-LABEL: func.func private @strided__extent(
  // CHECK-SAME: %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %{{[a-z0-9]+}}: index, %[[ROWS:[a-z0-9]+]]: index) -> index
  // CHECK: arith.muli %{{.*}}, %[[ROWS]]
  func.func private @strided(%n: index, %x: memref<?x8xf32, strided<[?, 1]>>, %y: memref<?x8xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<?x8xf32, strided<[?, 1]>> to tensor<?x8xf32>
    %1 = nn.elementwise %0 {kind = #nn.kind<neg>} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
    return
  }

  // Booleans are bytes in memory: the plain recipe, one iteration.
  // CHECK-LABEL: func.func private @booleans(
  // CHECK-SAME: hewn.recipe = "plain"
  // CHECK: arith.xori
  // CHECK-LABEL: func.func private @booleans__extent
  // CHECK: %[[ONE:.*]] = arith.constant 1 : index
  // CHECK: return %[[ONE]]
  func.func private @booleans(%x: memref<8xi1>, %y: memref<8xi1>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<8xi1> to tensor<8xi1>
    %1 = nn.elementwise %0 {kind = #nn.kind<not>} : (tensor<8xi1>) -> tensor<8xi1>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<8xi1>, memref<8xi1>) -> ()
    return
  }
}
