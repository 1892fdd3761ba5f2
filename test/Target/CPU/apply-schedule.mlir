// RUN: hewn-opt %s --hewn-cpu-choose-schedule --hewn-cpu-apply-schedule | FileCheck %s

// CHECK: func.func private @relu(%[[X:.*]]: memref<1024xf32> {{.*}}, %[[Y:.*]]: memref<1024xf32> {{.*}}, %[[BEGIN:.*]]: index, %[[END:.*]]: index)
// CHECK-NOT: hewn.schedule
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]]
// CHECK-COUNT-4: vector.store %{{.*}}, %[[Y]][%{{.*}}] : memref<1024xf32>, vector<8xf32>
// CHECK: func.func private @relu__extent() -> index
module attributes {hewn.target = #hewn.target<"cpu", {cpu = "x86-64-v3", vector_bits = 256 : i64, registers = 16 : i64}>} {
func.func private @relu(%x: memref<1024xf32> {hewn.access = "read", hewn.align = 64 : i64}, %y: memref<1024xf32> {hewn.access = "write", hewn.align = 64 : i64}) attributes {hewn.kernel} {
  %0 = bufferization.to_tensor %x restrict : memref<1024xf32> to tensor<1024xf32>
  %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1024xf32>) -> tensor<1024xf32>
  bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<1024xf32>, memref<1024xf32>) -> ()
  return
}
}
