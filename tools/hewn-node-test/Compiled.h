// Compiling and running a model in this process.
#ifndef HEWN_TOOLS_NODETEST_COMPILED_H
#define HEWN_TOOLS_NODETEST_COMPILED_H

#include "hewn/Interpreter/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace hewn {

/// Takes a module from the stage graph to an artifact called "model" in `folder`, for this machine.
llvm::LogicalResult compileTo(mlir::ModuleOp module, llvm::StringRef folder);
/// Loads that artifact and runs it once. Errors are emitted at `loc`.
mlir::FailureOr<llvm::SmallVector<interp::Tensor>> runCompiled(mlir::Location loc, llvm::StringRef folder,
                                                               llvm::ArrayRef<interp::Tensor> inputs,
                                                               llvm::ArrayRef<mlir::RankedTensorType> outputs);

} // namespace hewn

#endif // HEWN_TOOLS_NODETEST_COMPILED_H
