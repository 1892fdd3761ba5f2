// The CPU target: schedules kernels, lowers them to LLVM, makes objects.
#ifndef HEWN_TARGET_CPU_PASSES_TD
#define HEWN_TARGET_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

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
    func.func private @copy(%x: memref<8xf32> {hewn.align = 64 : i64}, %y: memref<8xf32>, %begin: index, %end: index) attributes {hewn.kernel}
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
