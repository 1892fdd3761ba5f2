// The two halves of a kernel: an internal body on pointers, and the wrapper with the ABI of hewn/Runtime/hewn.h.
#ifndef HEWN_LIB_TARGET_CPU_KERNELABI_H
#define HEWN_LIB_TARGET_CPU_KERNELABI_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace hewn::cpu {

/// What the wrapper of a function has to load, in the order of the body's arguments.
struct WrapperPlan {
  enum class Source { Dim, Buffer, Begin, End };
  std::string name;                    // of the wrapper; the body is name + "__body"
  llvm::SmallVector<Source> arguments; // the body's
  bool isExtent = false;               // takes dims only and returns i64
};

/// Turns a scheduled function (index, memref, begin, end) into its body: memrefs become noalias pointers of known
/// alignment, their dynamic sizes and strides become trailing index arguments. `NAME__extent` functions only change
/// their name. Fails with a diagnostic on an argument that has no place in the ABI.
llvm::FailureOr<WrapperPlan> takePointers(mlir::func::FuncOp function);

/// Adds `llvm.func @NAME(ptr buffers, ptr dims, i64 begin, i64 end)`, or `@NAME(ptr dims) -> i64`.
void addWrapper(mlir::ModuleOp module, const WrapperPlan &plan);

} // namespace hewn::cpu

#endif // HEWN_LIB_TARGET_CPU_KERNELABI_H
