// Questions about buffers of a host function: what they view, how large they are, what may move.
#ifndef HEWN_STAGE_BUFFERS_HOSTBUFFERS_H
#define HEWN_STAGE_BUFFERS_HOSTBUFFERS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

namespace hewn {

/// On arguments of host functions and of clones: "read", "write", "readwrite", "scratch".
inline constexpr llvm::StringLiteral kAccessAttr = "hewn.access";
/// On buffer arguments of clones: known alignment in bytes.
inline constexpr llvm::StringLiteral kAlignAttr = "hewn.align";
/// On index arguments of host functions: the symbolic dimension whose size they are.
inline constexpr llvm::StringLiteral kDimAttr = "hewn.dim";

/// Whether an op is arithmetic on scalars (or a guard on them), at home at a host function's entry.
bool isScalarOp(mlir::Operation &op);
/// Moves all scalar ops to the start of the block, in their order.
void hoistScalars(mlir::Block &block);
/// A builder behind the scalar ops at the start of a block.
mlir::OpBuilder atScalars(mlir::Block &block);

/// The alloc or argument (or weight) that a view looks into.
mlir::Value rootOf(mlir::Value buffer);
/// All values that look into the same buffer: `root` and its views, transitively.
llvm::SmallVector<mlir::Value> aliasesOf(mlir::Value root);

/// The size of a buffer's dimension, from its alloc, view or the host function's index arguments.
mlir::OpFoldResult sizeOf(mlir::Value buffer, unsigned dim);
llvm::SmallVector<mlir::OpFoldResult> sizesOf(mlir::Value buffer);
/// Strides and offset in elements, from where a buffer's memory begins.
llvm::SmallVector<mlir::OpFoldResult> stridesOf(mlir::Block &block, mlir::Value buffer);
mlir::OpFoldResult offsetOf(mlir::Block &block, mlir::Value buffer);
/// a + b, folded, built at the scalars of `block`.
mlir::OpFoldResult add(mlir::Block &block, mlir::Location location, mlir::OpFoldResult a, mlir::OpFoldResult b);
/// The product of `values`; folded, built at the scalars of `block`.
mlir::OpFoldResult multiply(mlir::Block &block, mlir::Location location, llvm::ArrayRef<mlir::OpFoldResult> values);

/// Moves the op that defines `buffer` (and views below it) in front of `before`, if it stands behind.
void moveUp(mlir::Value buffer, mlir::Operation *before);

} // namespace hewn

#endif // HEWN_STAGE_BUFFERS_HOSTBUFFERS_H
