// From a target's module to the files of an artifact.
#ifndef HEWN_STAGE_PACKAGE_PASSES_TD
#define HEWN_STAGE_PACKAGE_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerHost : Pass<"hewn-lower-host", "::mlir::ModuleOp"> {
  let summary = "Show the host function as the artifact writer lowers it";
  let description = [{
    Replaces the host functions of each target's module by `module @host`: `hewn_host_main` and `hewn_host_query` in the LLVM dialect, the model's data, and its public
    functions. A launch fills an array of pointers and one of sizes, asks the kernel for its extent, and calls the executor; a guard returns its status; in the query each
    sum and product is checked for overflow.

    `hewn compile` does the same while it writes an artifact; this pass is for tests and for looking. Weights are placed one behind the other, in the order of
    their first use.

    Requires: the stage *planned* or *target*.
    Guarantees: `module @host` holds LLVM dialect only.

    Example (test/Stage/Package/lower-host.mlir, `@main`), before:
    ```mlir
    hewn.launch @tied dims() ins(%t : memref<?x16xf32>) outs(%t : memref<?x16xf32>)
    ```
    after:
    ```mlir
    %extent = llvm.call @tied__extent(%sizes) : (!llvm.ptr) -> i64
    llvm.call %parallel_for(%self, %tied, %buffers, %sizes, %extent) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr, i64) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::cf::ControlFlowDialect", "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::affine::AffineDialect"];
}

#endif // HEWN_STAGE_PACKAGE_PASSES_TD
