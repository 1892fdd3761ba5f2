// A machine that multiplies matrices and applies functions to elements; its artifact is a file of LLVM IR.
#ifndef TOY_TOYTARGET_H
#define TOY_TOYTARGET_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/Pass.h"

namespace toy {

void registerToyTarget(mlir::DialectRegistry &registry);

/// buffers -> scheduled: kernels become scalar loops.
std::unique_ptr<mlir::Pass> createSchedulePass();
/// planned -> target: launches become calls, guards become assertions.
std::unique_ptr<mlir::Pass> createLowerHostPass();
/// Puts the weights into the module and writes it as LLVM IR. The functions are called NAME_run and NAME_query.
mlir::LogicalResult writeLLVM(mlir::ModuleOp module, llvm::StringRef name, llvm::StringRef modelFolder,
                              llvm::StringRef path);

} // namespace toy

#endif // TOY_TOYTARGET_H
