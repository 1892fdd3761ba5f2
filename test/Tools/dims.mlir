// Sizes of symbolic dimensions: the first of an input is a batch of 1 unless it is given, others must be given.
// RUN: not hewn run %s --interpret 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error[HWN6106]: the size of dimension 'W' is not known; give it with --dim W=VALUE;
// RUN: hewn run %s --interpret --dim W=3 | FileCheck %s
// CHECK: y: f32[1x3]
// RUN: hewn run %s --interpret --dim W=3 --dim N=2 --compare=interpreter | FileCheck %s --check-prefix=BOTH
// BOTH: y: f32[2x3]
// BOTH: y: equal within the bound
// RUN: hewn compile %s -o %t && not hewn run %t --dim W=3 --dim Q=3 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error[HWN6100]: the model has no dimension 'Q'; it has: N, W;
module attributes {hewn.stage = "graph"} {
  func.func @main(%x: tensor<?x?xf32> {hewn.name = "x", hewn.dims = ["N", "W"]}) -> (tensor<?x?xf32> {hewn.name = "y", hewn.dims = ["N", "W"]}) {
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }
}
