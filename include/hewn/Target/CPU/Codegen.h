// From LLVM dialect to object files.
#ifndef HEWN_TARGET_CPU_CODEGEN_H
#define HEWN_TARGET_CPU_CODEGEN_H

#include "hewn/Target/CPU/CPUTarget.h"
#include "mlir/IR/BuiltinOps.h"

namespace hewn::cpu {

/// One relocatable object.
struct Object {
  std::string name; // of the first kernel in it
  llvm::SmallVector<char, 0> bytes;
  /// Symbols it needs from libm (the package then links it).
  llvm::SmallVector<std::string> externals;
};

/// Compiles a module in the LLVM dialect, in an LLVM context of its own. Diagnostics go to the module's location.
llvm::FailureOr<Object> compileModule(mlir::ModuleOp module, const Machine &machine, llvm::StringRef name);

/// Compiles every kernel (exported `llvm.func` with a body) of a module at stage *target*, a few per object, on `jobs`
/// threads. The result does not depend on `jobs`.
llvm::FailureOr<std::vector<Object>> compileKernels(mlir::ModuleOp module, const Machine &machine, unsigned jobs);

} // namespace hewn::cpu

#endif // HEWN_TARGET_CPU_CODEGEN_H
