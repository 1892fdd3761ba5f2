// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_TD
#define HEWN_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChooseSchedule : Pass<"hewn-cpu-choose-schedule", "::mlir::ModuleOp"> {
  let summary = "Decide how each kernel is computed";
  let description = [{
    Writes `hewn.schedule` on every function marked `hewn.kernel`, from its nn body, its shapes and the module's `hewn.target` (vector width, cache sizes).
    Recipes: `tile` (contractions, convolutions, pools, elementwise, transpositions: register tiles of `rows` x `vectors`), `rows` (reductions along the
    innermost dimensions and what follows), `attention`, and `plain` (loops over every op in turn, any op, any type). A schedule that is already there stays.

    Example (test/Target/CPU/choose-schedule.mlir, `@relu`), before:
    ```mlir
    %0 = bufferization.to_tensor %x restrict : memref<1024xf32> to tensor<1024xf32>
    %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1024xf32>) -> tensor<1024xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<1024xf32>, memref<1024xf32>) -> ()
    ```
    after: the function has `attributes {hewn.kernel, hewn.schedule = #hewn.schedule<"tile", {...}>}`.
    Lifespan of the attribute: written here, read by `hewn-cpu-apply-schedule`, gone after it.
  }];
  let dependentDialects = ["::hewn::HewnDialect"];
}

def ApplySchedule : Pass<"hewn-cpu-apply-schedule", "::mlir::ModuleOp"> {
  let summary = "Turn each kernel into loops over a range";
  let description = [{
    Every function marked `hewn.kernel` gets a body of scf, memref, vector and arith ops, maybe a trailing scratch argument (`hewn.access = "scratch"`), and last two
    index arguments, `begin` and `end`: the range of its outermost parallel loop. Beside it stands `@NAME__extent`, which takes the kernel's index arguments and
    then, for each memref argument in turn, its dynamic sizes and its dynamic strides (those of a strided layout; an identity layout has none), and
    returns the number of iterations. Equal bits for every split of the range.

    Requires: kernels as the stage *buffers* leaves them, with a schedule. Leaves: no nn op and no tensor in them.
    Example (test/Target/CPU/apply-schedule.mlir, `@relu`), before:
    ```mlir
    %0 = bufferization.to_tensor %x restrict : memref<1024xf32> to tensor<1024xf32>
    %1 = nn.elementwise %0 {kind = #nn.kind<relu>} : (tensor<1024xf32>) -> tensor<1024xf32>
    bufferization.materialize_in_destination %1 in restrict writable %y : (tensor<1024xf32>, memref<1024xf32>) -> ()
    ```
    after: a loop from `%begin` to `%end` over `vector.load` and `vector.store`.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::affine::AffineDialect", "::mlir::scf::SCFDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::vector::VectorDialect", "::mlir::bufferization::BufferizationDialect"];
}

def LowerKernels : Pass<"hewn-cpu-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "Lowers scheduled kernels to the LLVM dialect and gives them the kernel ABI";
  let description = [{
    A scheduled kernel is a `func.func` with the attribute `hewn.kernel` on index values, memrefs and the range [%begin, %end) of its outermost parallel loop; `@NAME__extent` gives the number of
    iterations. Both become `llvm.func`s that take `hewn_kernel`'s arguments (hewn/Runtime/hewn.h): a thin wrapper loads buffers and dims and calls an internal body whose pointers are
    `noalias` and of known alignment (a pointer loaded from memory cannot carry that, and without it a matmul stores in its inner loop).

    Requires: memref arguments whose offset is 0 (the host adds it to the pointer). Each kernel is lowered in a module of its own, in parallel.
    Guarantees: no function with `hewn.kernel` is left.

    Example (test/Target/CPU/lower-kernels.mlir, `@copy`), before:
    ```mlir
    func.func private @copy(%x: memref<8xf32> {hewn.align = 64 : i64, ...}, %y: memref<8xf32>, %begin: index, %end: index) attributes {hewn.kernel}
    ```
    after:
    ```mlir
    llvm.func @copy(%arg0: !llvm.ptr, %arg1: !llvm.ptr, %arg2: i64, %arg3: i64)
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect", "::mlir::scf::SCFDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::affine::AffineDialect", "::mlir::math::MathDialect", "::mlir::arith::ArithDialect"];
}

#endif // HEWN_TARGET_CPU_PASSES_TD
