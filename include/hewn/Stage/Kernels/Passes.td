// Groups ops into fusion groups and outlines them as kernels.
#ifndef HEWN_STAGE_KERNELS_PASSES_TD
#define HEWN_STAGE_KERNELS_PASSES_TD

include "mlir/Pass/PassBase.td"

def MergeMatMuls : Pass<"hewn-merge-matmuls", "::mlir::ModuleOp"> {
  let summary = "Products of one operand with several constant matrices become one";
  let description = [{
    Matmuls that share their left operand and have constant right matrices (and, all or none of them, a constant vector added) are replaced by one with the concatenated
    matrix, a computed weight, and slices of its result, which are views. So the projections to query, key and value are one launch.

    Requires: a target's module, weights not packed yet.
    Guarantees: values are unchanged.
    Does not: merge products with elementwise users, which would lose their place in the product's kernel.

    Example (test/Stage/Kernels/merge-matmuls.mlir, `@with_bias`), before:
    ```mlir
    %0 = nn.matmul %x, %a : (tensor<4x8xf32>, tensor<8x16xf32>) -> tensor<4x16xf32>
    %1 = nn.matmul %x, %b : (tensor<4x8xf32>, tensor<8x32xf32>) -> tensor<4x32xf32>
    ```
    after: one matmul to `tensor<4x48xf32>` and two `nn.slice`.
  }];
  let dependentDialects = ["::hewn::nn::NNDialect", "::hewn::HewnDialect", "::mlir::tensor::TensorDialect"];
}

def PrepareGroups : Pass<"hewn-prepare-groups", "::mlir::ModuleOp"> {
  let summary = "Bring sizes, broadcasts and constants into the form that grouping wants";
  let description = [{
    Four steps on each host function of a target: sizes of nn results become index arithmetic on the arguments' sizes; an elementwise op of one operand moves above a
    reshape that parts it from its root; every elementwise op gets its own copy of a broadcast that it reads; tensor constants that are not splats become computed weights.

    Requires: a target's module with nn ops.
    Guarantees: `tensor.dim` reads arguments only; a broadcast that an elementwise op reads has no other user; a tensor constant is a splat.

    Example (test/Stage/Kernels/prepare-groups.mlir, `@broadcast_per_user`), before:
    ```mlir
    func.func @broadcast_per_user(%x: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
      %0 = nn.broadcast %b {static_sizes = array<i64: 2, 3>} : (tensor<3xf32>) -> tensor<2x3xf32>
      %1 = nn.elementwise %x, %0 {kind = #nn.kind<add>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      %2 = nn.elementwise %1, %0 {kind = #nn.kind<mul>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
      return %2 : tensor<2x3xf32>
    }
    ```
  }];
  let dependentDialects = ["::hewn::HewnDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def Group : Pass<"hewn-group", "::mlir::ModuleOp"> {
  let summary = "Decide which nn ops become one kernel";
  let description = [{
    Writes `hewn.group = N` on every nn op that runs in a kernel; ops with equal numbers form a kernel. A group is a root (convolution, product, window, row
    or gather) with the elementwise ops behind it, or a row op with elementwise ops before it, or a tree of elementwise ops. A group has one result (except roots with
    several of their own), so it can neither recompute nor wait for itself. Each edge that stays unfused has its reason on the producer, `hewn.unfused`.

    Requires: `hewn-prepare-groups`.
    Guarantees: every nn op but views (`nn.reshape`, `nn.slice` with steps of 1) is in a group; no group depends on itself.
    Does not: move or clone ops.

    Example (test/Stage/Kernels/group.mlir, `@conv_bias_relu`), before:
    ```mlir
    func.func @conv_bias_relu(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x8x8x4xf32> {
      %0 = nn.conv %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 1 : i64, layout = #nn.layout<nhwc>}
          : (tensor<1x8x8x3xf32>, tensor<4x3x1x1xf32>) -> tensor<1x8x8x4xf32>
      %1 = nn.broadcast %b {static_sizes = array<i64: 1, 8, 8, 4>} : (tensor<4xf32>) -> tensor<1x8x8x4xf32>
      %2 = nn.elementwise %0, %1 {kind = #nn.kind<add>} : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
      %3 = nn.elementwise %2 {kind = #nn.kind<relu>} : (tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
      return %3 : tensor<1x8x8x4xf32>
    ```
    after: conv, add and relu carry `hewn.group = 0`.
  }];
}

def OutlineKernels : Pass<"hewn-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Make a kernel of each group and a launch in its place";
  let description = [{
    Equal kernels (same body, types and attributes) are made once. Each result goes into a fresh `tensor.empty`. A launch carries `hewn.nodes` (ONNX node
    names), `hewn.flops` where static, `hewn.unfused`, and `hewn.dissolve` for concats and zero pads.

    Requires: `hewn-group`.
    Guarantees: no nn op but views (`nn.reshape`, `nn.slice`) is left in a host function.

    Example (test/Stage/Kernels/outline.mlir, `@main`), before:
    ```mlir
    func.func @main(%x: tensor<4x8xf32>) -> tensor<32xf32> {
      %w = hewn.load_weight @w : tensor<8x8xf32>
      %v = hewn.load_weight @v : tensor<8x8xf32>
      %0 = nn.matmul %x, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32> loc("first")
      %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32> loc("act")
      %2 = nn.matmul %1, %v : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32> loc("second")
      %3 = nn.elementwise %2 {kind = #nn.kind<relu>} : (tensor<4x8xf32>) -> tensor<4x8xf32> loc("act")
    ```
    Lifespan of `hewn.group`: written by `hewn-group`, gone after this pass.
  }];
  let dependentDialects = ["::hewn::HewnDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def VerifyKernels : Pass<"hewn-verify-kernels", "::mlir::ModuleOp"> {
  let summary = "Check what the stage kernels promises, and mark the module with it";
  let description = [{
    A target's host functions hold launches, weights, views, empties, tensors of sizes (`tensor.from_elements`), index arithmetic and guards only.

    Example (test/Stage/Kernels/verify-kernels-errors.mlir), what it rejects:
    ```mlir
    %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<4xf32>) -> tensor<4xf32>
    ```
  }];
}

#endif // HEWN_STAGE_KERNELS_PASSES_TD
