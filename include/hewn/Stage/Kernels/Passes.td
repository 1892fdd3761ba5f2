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

    Example (test/Stage/Kernels/prepare-groups.mlir, `@broadcast_per_user`).
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

    Example (test/Stage/Kernels/group.mlir, `@conv_bias_relu`): conv, add and relu carry `hewn.group = 0`.
  }];
}

def OutlineKernels : Pass<"hewn-outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Make a kernel of each group and a launch in its place";
  let description = [{
    Equal kernels (same body, types and attributes) are made once. Each result goes into a fresh `tensor.empty`. A launch carries `hewn.nodes` (ONNX node
    names), `hewn.flops` where static, `hewn.unfused`, and `hewn.dissolve` for concats and zero pads.

    Requires: `hewn-group`.
    Guarantees: no nn op but views (`nn.reshape`, `nn.slice`) is left in a host function.

    Example (test/Stage/Kernels/outline.mlir, `@main`).
    Lifespan of `hewn.group`: written by `hewn-group`, gone after this pass.
  }];
  let dependentDialects = ["::hewn::HewnDialect", "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def VerifyKernels : Pass<"hewn-verify-kernels", "::mlir::ModuleOp"> {
  let summary = "Check what the stage kernels promises, and mark the module with it";
  let description = [{
    A target's host functions hold launches, weights, views, empties, tensors of sizes (`tensor.from_elements`), index arithmetic and guards only.

    Example (test/Stage/Kernels/verify-kernels-errors.mlir).
  }];
}

#endif // HEWN_STAGE_KERNELS_PASSES_TD
