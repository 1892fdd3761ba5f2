// Slots: regions of the arena that several buffers of symbolic size share, one at a time.
#ifndef HEWN_LIB_STAGE_PLAN_SLOTS_H
#define HEWN_LIB_STAGE_PLAN_SLOTS_H

#include "Lifetimes.h"
#include "mlir/IR/Builders.h"

namespace hewn {

/// Buffers whose lifetimes do not meet.
struct Slot {
  llvm::SmallVector<mlir::memref::AllocOp> members;
};

/// Greedy by nominal size: the largest buffer first, each into the first slot where it fits in time.
llvm::SmallVector<Slot> assignSlots(mlir::func::FuncOp function, llvm::ArrayRef<mlir::memref::AllocOp> allocs,
                                    const Lifetimes &lifetimes);

/// The slot's size: the largest member's bytes, rounded up to the arena's alignment.
mlir::OpFoldResult buildSlotBytes(mlir::OpBuilder &builder, mlir::Location location, const Slot &slot);
mlir::OpFoldResult addIndices(mlir::OpBuilder &builder, mlir::Location location, mlir::OpFoldResult a,
                              mlir::OpFoldResult b);

/// `bytes`, or the largest index if the sum of all slots leaves the range of exact sizes. `map` gives the values of
/// sizes here.
mlir::Value guardOverflow(mlir::OpBuilder &builder, mlir::Location location, mlir::Value bytes,
                          llvm::ArrayRef<Slot> slots, llvm::function_ref<mlir::Value(mlir::Value)> map);

} // namespace hewn

#endif // HEWN_LIB_STAGE_PLAN_SLOTS_H
