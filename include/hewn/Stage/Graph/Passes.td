// From ONNX nodes to the canonical graph: version upgrade, onnx-to-nn, simplification.
#ifndef HEWN_STAGE_GRAPH_PASSES_TD
#define HEWN_STAGE_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

def OnnxToNN : Pass<"onnx-to-nn", "::mlir::ModuleOp"> {
  let summary = "Convert ONNX nodes to the canonical graph";
  let description = [{
    Walks each function's `onnx.node` ops in order. A registry maps (domain, operator, version) to one small function that builds nn ops; integer operators whose
    elements are sizes (Shape, Gather, Concat, ...) are computed on size expressions and vanish. Broadcasting becomes `nn.broadcast`; sizes that must agree and cannot be
    proved equal become a `hewn.guard` with code 6004.
    Requires: operators in the newest form that `onnx-upgrade` leaves; ranked function arguments.
    Guarantees: no `onnx` op is left; every size derives from `tensor.dim` of arguments. All nodes that cannot be converted are reported before the pass fails.
    Does not: fuse or fold anything beyond shapes.

    Example (test/Stage/Graph/onnx-to-nn.mlir, `@broadcast_bias`), before:
    ```mlir
    %0 = onnx.node "Add" since 14 (%x, %b) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    ```
    after:
    ```mlir
    %0 = nn.broadcast %b {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
    %1 = nn.elementwise %x, %0 {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let dependentDialects = ["::hewn::nn::NNDialect", "::hewn::HewnDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::affine::AffineDialect"];
}

#endif // HEWN_STAGE_GRAPH_PASSES_TD
