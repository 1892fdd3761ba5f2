// RUN: hewn-opt %s --hewn-cpu-choose-schedule | FileCheck %s

module attributes {hewn.target = #hewn.target<"cpu", {cpu = "znver4", registers = 32 : i64, vector_bits = 512 : i64}>} {
  // CHECK-LABEL: @relu
  // CHECK-SAME: hewn.schedule = #hewn.schedule<"tile", {lane = 1 : i64
  func.func private @relu(%x: memref<4x64xf32>, %y: memref<4x64xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<4x64xf32> to tensor<4x64xf32>
    %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<4x64xf32>) -> tensor<4x64xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<4x64xf32>, memref<4x64xf32>) -> ()
    return
  }

  // Panels of 32 columns are two registers; 8 rows leave no rest.
  // CHECK-LABEL: @matmul
  // CHECK-SAME: hewn.schedule = #hewn.schedule<"tile", {lane = 1 : i64, outer = array<i64: 1>, row = 0 : i64, rows = 8 : i64, vectors = 2 : i64}>
  func.func private @matmul(%x: memref<64x16xf32>, %w: memref<2x16x32xf32>, %y: memref<64x64xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<64x16xf32> to tensor<64x16xf32>
    %1 = bufferization.to_tensor %w restrict : memref<2x16x32xf32> to tensor<2x16x32xf32>
    %2 = nn.matmul %0, %1 {rhs_layout = #nn.matrix_layout<panel>, columns = 64 : i64} : (tensor<64x16xf32>, tensor<2x16x32xf32>) -> tensor<64x64xf32>
    bufferization.materialize_in_destination %2 in restrict writable %y : (tensor<64x64xf32>, memref<64x64xf32>) -> ()
    return
  }

  // CHECK-LABEL: @softmax
  // CHECK-SAME: hewn.schedule = #hewn.schedule<"rows", {columns = 1 : i64}>
  func.func private @softmax(%x: memref<?x8xf32>, %y: memref<?x8xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<?x8xf32> to tensor<?x8xf32>
    %1 = nn.softmax %0 {axis = 1 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<?x8xf32>, memref<?x8xf32>) -> ()
    return
  }

  // A softmax along another dimension has no recipe of its own.
  // CHECK-LABEL: @negative_softmax_of_columns
  // CHECK-SAME: hewn.schedule = #hewn.schedule<"plain"
  func.func private @negative_softmax_of_columns(%x: memref<4x8xf32>, %y: memref<4x8xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %x restrict : memref<4x8xf32> to tensor<4x8xf32>
    %1 = nn.softmax %0 {axis = 0 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<4x8xf32>, memref<4x8xf32>) -> ()
    return
  }

  // CHECK-LABEL: @attention
  // CHECK-SAME: hewn.schedule = #hewn.schedule<"attention", {keys = 128 : i64}>
  func.func private @attention(%q: memref<1x2x4x8xf32>, %k: memref<1x2x6x8xf32>, %v: memref<1x2x6x8xf32>, %y: memref<1x2x4x8xf32>) attributes {hewn.kernel} {
    %0 = bufferization.to_tensor %q restrict : memref<1x2x4x8xf32> to tensor<1x2x4x8xf32>
    %1 = bufferization.to_tensor %k restrict : memref<1x2x6x8xf32> to tensor<1x2x6x8xf32>
    %2 = bufferization.to_tensor %v restrict : memref<1x2x6x8xf32> to tensor<1x2x6x8xf32>
    %3 = nn.attention %0, %1, %2 {scale = 0.5 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x6x8xf32>, tensor<1x2x6x8xf32>) -> tensor<1x2x4x8xf32>
    bufferization.materialize_in_destination %3 in restrict writable %y : (tensor<1x2x4x8xf32>, memref<1x2x4x8xf32>) -> ()
    return
  }
}
