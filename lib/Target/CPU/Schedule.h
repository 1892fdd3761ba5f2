// A kernel on its way from nn ops to loops: what every recipe is given and what it leaves.
#ifndef HEWN_LIB_TARGET_CPU_SCHEDULE_H
#define HEWN_LIB_TARGET_CPU_SCHEDULE_H

#include "hewn/Target/CPU/CPUTarget.h"
#include "hewn/Target/CPU/Passes.h"

namespace hewn::cpu {

inline constexpr llvm::StringLiteral kKernelAttr = "hewn.kernel";
inline constexpr llvm::StringLiteral kScheduleAttr = "hewn.schedule";
/// The recipe that was applied in the end, for reports.
inline constexpr llvm::StringLiteral kRecipeAttr = "hewn.recipe";
inline constexpr llvm::StringLiteral kAccessAttr = "hewn.access";
inline constexpr llvm::StringLiteral kAlignAttr = "hewn.align";
inline constexpr llvm::StringLiteral kExtentSuffix = "__extent";

/// The machine of the nearest enclosing module that names a target; one of 256 bits where none does.
Machine getMachine(mlir::Operation *op);

/// Decides how a kernel clone (nn body) is computed.
ScheduleAttr chooseSchedule(mlir::func::FuncOp kernel, const Machine &machine);

/// Adds the index arguments `begin` and `end`; they come last.
std::pair<mlir::Value, mlir::Value> addRange(mlir::func::FuncOp kernel);
/// The function @NAME__extent, detached: its body computes the product of `sizes`, index values of the kernel made from
/// its index arguments and memref.dim of its memrefs.
mlir::FailureOr<mlir::func::FuncOp> makeExtent(mlir::func::FuncOp kernel, llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Recipes: each turns the body (nn ops) into loops and gives the extent function.
mlir::FailureOr<mlir::func::FuncOp> applyPlain(mlir::func::FuncOp kernel);

/// linalg clean-up shared by recipes: producers of elementwise ops fused into their users, sizes resolved to those of
/// the arguments, dead ops gone.
mlir::LogicalResult fuseAndResolve(mlir::func::FuncOp kernel);

} // namespace hewn::cpu

#endif // HEWN_LIB_TARGET_CPU_SCHEDULE_H
