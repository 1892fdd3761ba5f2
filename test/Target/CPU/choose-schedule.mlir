// RUN: hewn-opt %s --hewn-cpu-choose-schedule | FileCheck %s

// Eight lanes of 256 bits, four vectors in flight.
// CHECK: func.func private @relu
// CHECK-SAME: attributes {hewn.kernel, hewn.schedule = #hewn.schedule<"tile", {{.*}}vectors = 4 : i64
module attributes {hewn.target = #hewn.target<"cpu", {cpu = "x86-64-v3", vector_bits = 256 : i64, registers = 16 : i64}>} {
func.func private @relu(%x: memref<1024xf32> {hewn.access = "read", hewn.align = 64 : i64}, %y: memref<1024xf32> {hewn.access = "write", hewn.align = 64 : i64}) attributes {hewn.kernel} {
  %0 = bufferization.to_tensor %x restrict : memref<1024xf32> to tensor<1024xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1024xf32>) -> tensor<1024xf32>
  bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<1024xf32>, memref<1024xf32>) -> ()
  return
}
}
