// --emit and --from: a file says its stage and version; text and bytecode hold the same module.
// RUN: hewn compile %s --emit=graph -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: hewn compile %s --emit=graph -o %t.mlirbc
// RUN: hewn compile %t.mlirbc --emit=graph -o %t.2.mlir
// RUN: sed s/hewn.folder.*hewn.stage// %t.mlir > %t.a
// RUN: sed s/hewn.folder.*hewn.stage// %t.2.mlir > %t.b
// RUN: diff %t.a %t.b
// CHECK: module attributes {{.*}}hewn.stage = "graph"{{.*}}hewn.version =
// CHECK: nn.elementwise

// RUN: rm -rf %t.stages && hewn compile %s --emit=graph -o %t.mlir --dump-stages=%t.stages -v 2>&1 | FileCheck %s --check-prefix=PROGRESS
// RUN: FileCheck %s < %t.stages/1-graph.mlir
// PROGRESS: reading
// PROGRESS: writing

// RUN: not hewn compile %s --emit=onnx 2>&1 | FileCheck %s --check-prefix=BACK
// BACK: error[HWN6105]: '{{.*}}stages.mlir': is already at stage graph, past onnx
// RUN: not hewn compile %s --emit=nothing 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error[HWN6100]: unknown stage 'nothing'
// RUN: sed s/0.1.0/0.0.9/ %t.mlir > %t.old.mlir
// RUN: not hewn compile %t.old.mlir --emit=graph 2>&1 | FileCheck %s --check-prefix=VERSION
// VERSION: error[HWN6105]: '{{.*}}old.mlir': written by hewn 0.0.9, this is
// RUN: echo 'func.func @main() { return }' > %t.nostage.mlir
// RUN: not hewn compile %t.nostage.mlir 2>&1 | FileCheck %s --check-prefix=NOSTAGE
// NOSTAGE: error[HWN6105]: {{.*}}does not say its stage; give the stage of the file with --from
// RUN: not hewn compile %s --target=nothing -o %t.d 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: error[HWN3001]: unknown target 'nothing'
module attributes {hewn.stage = "graph"} {
  func.func @main(%x: tensor<4xf32> {hewn.name = "x"}) -> (tensor<4xf32> {hewn.name = "y"}) {
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
