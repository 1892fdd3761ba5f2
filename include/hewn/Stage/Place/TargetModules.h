// How passes behind the stage *placed* find the modules that belong to targets.
#ifndef HEWN_STAGE_PLACE_TARGETMODULES_H
#define HEWN_STAGE_PLACE_TARGETMODULES_H

#include "hewn/Target/Target.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace hewn {

/// The nested modules of `root` that have a target; `root` itself where it is a target's module taken alone.
llvm::SmallVector<mlir::ModuleOp> getTargetModules(mlir::ModuleOp root);

/// The target of a module, from its attribute `hewn.target`; emits HWN3001 where the name is unknown.
mlir::FailureOr<const Target *> getTarget(mlir::ModuleOp module);

/// The functions of a target's module that run on the host: public, neither clones of kernels nor queries.
llvm::SmallVector<mlir::func::FuncOp> getHostFunctions(mlir::ModuleOp module);

/// Marks `root` as being at `stage` (the attribute `hewn.stage`).
void markStage(mlir::ModuleOp root, Stage stage);

/// Attribute of functions that are clones of kernels.
inline constexpr llvm::StringLiteral kKernelAttr = "hewn.kernel";
/// Attribute of functions that answer how large outputs (and the arena) are for given dimensions.
inline constexpr llvm::StringLiteral kQueryAttr = "hewn.query";
/// Attribute of an outer function: the target's function that it stands for.
inline constexpr llvm::StringLiteral kInvokeAttr = "hewn.invoke";

} // namespace hewn

#endif // HEWN_STAGE_PLACE_TARGETMODULES_H
