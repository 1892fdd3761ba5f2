// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_TD
#define HEWN_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def CPUChooseSchedule : Pass<"hewn-cpu-choose-schedule", "::mlir::ModuleOp"> {
  let summary = "Decide how each kernel is computed";
  let description = [{
    Writes `hewn.schedule` on every function marked `hewn.kernel`, from its nn body, its shapes and the module's `hewn.target` (vector width, cache sizes).
    Recipes: `tile` (contractions, convolutions, pools, elementwise, transpositions: register tiles of `rows` x `vectors`), `rows` (reductions along the
    innermost dimensions and what follows), `attention`, and `plain` (loops over every op in turn, any op, any type). A schedule that is already there stays.

    Example (test/Target/CPU/choose-schedule.mlir, `@relu`): `attributes {hewn.kernel, hewn.schedule = #hewn.schedule<"tile", {...}>}`.
    Lifespan of the attribute: written here, read by `hewn-cpu-apply-schedule`, gone after it.
  }];
  let dependentDialects = ["::hewn::HewnDialect"];
}

def CPUApplySchedule : Pass<"hewn-cpu-apply-schedule", "::mlir::ModuleOp"> {
  let summary = "Turn each kernel into loops over a range";
  let description = [{
    Every function marked `hewn.kernel` gets a body of scf, memref, vector and arith ops, maybe a trailing scratch argument (`hewn.access = "scratch"`), and last two
    index arguments, `begin` and `end`: the range of its outermost parallel loop. Beside it stands `@NAME__extent`, which takes the kernel's index arguments and
    then, for each memref argument in turn, its dynamic sizes and its dynamic strides (those of a strided layout; an identity layout has none), and
    returns the number of iterations. Equal bits for every split of the range.

    Requires: kernels as the stage *buffers* leaves them, with a schedule. Leaves: no nn op and no tensor in them.
    Example: test/Target/CPU/apply-schedule.mlir.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::vector::VectorDialect", "::mlir::bufferization::BufferizationDialect"];
}

def CPULowerKernels : Pass<"hewn-cpu-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "Lower scheduled kernels to the LLVM dialect with the kernel ABI";
  let description = [{
    `@k` becomes `llvm.func @k(ptr buffers, ptr dims, i64 begin, i64 end)` (hewn_kernel of Runtime/hewn.h), a thin wrapper of an internal, not inlined
    `@k__body` whose pointer arguments carry `noalias` and their alignment; `@k__extent` becomes `llvm.func @k__extent(ptr dims) -> i64`. Dims come in the order
    of `hewn-cpu-apply-schedule`. Requires: affine, scf and strided metadata already lowered.

    Example: test/Target/CPU/lower-kernels.mlir.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // HEWN_TARGET_CPU_PASSES_TD
