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
    %0 = onnx.node "Add" since 14 (%x, %b) {} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
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

class GraphPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  let dependentDialects = ["::hewn::nn::NNDialect", "::hewn::HewnDialect", "::mlir::arith::ArithDialect"];
}

def NNFuseActivations : GraphPass<"nn-fuse-activations"> {
  let summary = "Join chains that spell an activation";
  let description = [{
    gelu (erf and tanh form) and hard_swish become one elementwise op, in whichever order their factors are multiplied; powers by 0.5, 2 and 3 become square roots and
    products.
    Does not: touch x * sigmoid(x), which has no kind of its own.

    Example (test/Stage/Graph/fuse-activations.mlir, `@hard_swish`), before:
    ```mlir
    %0 = nn.elementwise %x, %three {kind = #nn.kind<add>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %1 = nn.elementwise %0, %zero, %six {kind = #nn.kind<clip>} : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %2 = nn.elementwise %x, %1 {kind = #nn.kind<mul>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %3 = nn.elementwise %2, %six {kind = #nn.kind<div>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
    after:
    ```mlir
    %0 = nn.elementwise %x {kind = #nn.kind<hard_swish>} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

def NNFuseNorms : GraphPass<"nn-fuse-norms"> {
  let summary = "Join chains that spell a layer normalisation";
  let description = [{
    `d / sqrt(mean(d * d) + epsilon)` with `d = x - mean(x)`, or without the mean (rms), over trailing axes becomes `nn.norm`; a scale and a bias of the shape of the
    normalised dimensions become its operands. Epsilon is the constant's exact value.
    Requires: powers expanded (`nn-fuse-activations`), equal subexpressions joined (CSE).

    Example (test/Stage/Graph/fuse-norms.mlir, `@layer_norm`), before:
    ```mlir
    %r = nn.elementwise %d, %sb {kind = #nn.kind<div>} : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
    after:
    ```mlir
    %r = nn.norm %x {axis = 1 : i64, epsilon = 1.0e-5 : f64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
}

def NNFuseAttention : GraphPass<"nn-fuse-attention"> {
  let summary = "Join MatMul, scale, mask, Softmax and MatMul to attention";
  let description = [{
    The scale may stand at the scores, at the query or at the key, as a product or a quotient, or be absent; the mask is added to the scores or absent. All operands have rank 4.
    Does not: look for heads that are laid out in other ranks.

    Example (test/Stage/Graph/fuse-attention.mlir, `@scaled_scores`), before:
    ```mlir
    %1 = nn.elementwise %0, %cb {kind = #nn.kind<div>} : (!s, !s) -> !s
    %2 = nn.softmax %1 {axis = 3 : i64} : (!s) -> !s
    %3 = nn.matmul %2, %v : (!s, !k) -> !q
    ```
    after:
    ```mlir
    %3 = nn.attention %q, %kt, %v {key_transposed, scale = 0.5 : f64} : (!q, !kt, !k) -> !q
    ```
  }];
}

def NNFoldScales : GraphPass<"nn-fold-scales"> {
  let summary = "Fold per-channel constants behind convolutions and matrix products into the weights";
  let description = [{
    A multiplication or addition of a constant that varies along the output channels only (batch normalisation is one of each) changes filter and bias instead, as nn ops on
    the weights that `hewn-const-eval` computes.
    Requires: attention fused first, which takes scales as its own.
    Does not: fold where the convolution has another user, or where filter or bias are not constant.

    Example (test/Stage/Graph/fold-scales.mlir, `@scale_of_conv`), before:
    ```mlir
    %1 = nn.broadcast %s, %n {static_sizes = array<i64: -9223372036854775808, 4, 6, 6>} : (tensor<4x1x1xf32>, index) -> !y
    %2 = nn.elementwise %0, %1 {kind = #nn.kind<mul>} : (!y, !y) -> !y
    ```
    after:
    ```mlir
    %c = nn.reshape %s {static_sizes = array<i64: 4, 1, 1, 1>} : (tensor<4x1x1xf32>) -> tensor<4x1x1x1xf32>
    %b = nn.broadcast %c {static_sizes = array<i64: 4, 3, 3, 3>} : (tensor<4x1x1x1xf32>) -> tensor<4x3x3x3xf32>
    %ws = nn.elementwise %w, %b {kind = #nn.kind<mul>} : (tensor<4x3x3x3xf32>, tensor<4x3x3x3xf32>) -> tensor<4x3x3x3xf32>
    %0 = nn.conv %x, %ws {strides = array<i64: 1, 1>, ...}
    ```
  }];
}

def HewnConstEval : GraphPass<"hewn-const-eval"> {
  let summary = "Outline what is computed from weights alone into computed weights";
  let description = [{
    Each maximal slice of nn ops whose operands are weights and constants becomes the region of a `hewn.weight`, evaluated by the interpreter once, when the artifact is
    written. Broadcasts at the end of a slice stay in the graph. Weights that nothing reads are removed.

    Example (test/Stage/Graph/const-eval.mlir, `@transposed_weight`), before:
    ```mlir
    %w = hewn.load_weight @w : tensor<2x3xf32>
    %0 = nn.transpose %w {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    ```
    after:
    ```mlir
    %0 = hewn.load_weight @folded : tensor<3x2xf32>
    ```
  }];
}

def HewnVerifyGraph : Pass<"hewn-verify-graph", "::mlir::ModuleOp"> {
  let summary = "Check the border of the stage graph";
  let description = [{
    Functions hold nn ops, arith, scf, tensor.dim, tensor.from_elements, tensor.extract, affine.apply, hewn.load_weight and hewn.guard; anything else is an error HWN2004.

    Example (test/Stage/Graph/verify-graph.mlir, `@graph`):
    ```mlir
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

#endif // HEWN_STAGE_GRAPH_PASSES_TD
