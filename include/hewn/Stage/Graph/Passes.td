// From ONNX nodes to the canonical graph: version upgrade, onnx-to-nn, simplification.
#ifndef HEWN_STAGE_GRAPH_PASSES_TD
#define HEWN_STAGE_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

def OnnxUpgrade : Pass<"onnx-upgrade", "::mlir::ModuleOp"> {
  let summary = "Bring ONNX nodes to the newest form of their operators";
  let description = [{
    Registered rules (operator, range of versions) rewrite nodes whose form changed: attributes that became inputs (axes of Squeeze, Unsqueeze and the reductions, sizes of
    Split, bounds of Clip, pads of Pad), operators that were replaced (Upsample, Scatter). Versions that differ in meaning only within one converter's reach (Softmax before
    13, Dropout, BatchNormalization) are left to `onnx-to-nn`, which knows ranks.
    Guarantees: a node with a rule has the version that `onnx-to-nn` takes.

    Example (test/Stage/Graph/onnx-upgrade.mlir, `@squeeze_11`), before:
    ```mlir
    %0 = onnx.node "Squeeze" since 11 (%x) {axes = array<i64: 1>} : (tensor<2x1xf32>) -> tensor<2xf32>
    ```
    after:
    ```mlir
    %axes = arith.constant dense<1> : tensor<1xi64>
    %0 = onnx.node "Squeeze" since 13 (%x, %axes) : (tensor<2x1xf32>, tensor<1xi64>) -> tensor<2xf32>
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

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
