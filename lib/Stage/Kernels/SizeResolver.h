// Sizes of every nn result of a block, resting on the sizes of arguments only.
#ifndef HEWN_LIB_STAGE_KERNELS_SIZERESOLVER_H
#define HEWN_LIB_STAGE_KERNELS_SIZERESOLVER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"

namespace hewn {

/// Replaces `tensor.dim` of results of nn ops by what their shape functions say, in block order, so that each answer
/// rests on arguments only. The arithmetic stands in front of the op whose result it describes.
class SizeResolver {
public:
  mlir::LogicalResult run(mlir::Block &block);
  /// Sizes of the dynamic dimensions of an nn result.
  llvm::SmallVector<mlir::Value> dynamicSizes(mlir::OpBuilder &builder, mlir::Value result) const;

private:
  void replaceDim(mlir::tensor::DimOp dim);
  mlir::LogicalResult record(mlir::Operation &op);

  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::OpFoldResult>> sizes;
};

/// Folds index arithmetic and drops what is unused.
mlir::LogicalResult foldIndices(mlir::func::FuncOp function);

} // namespace hewn

#endif // HEWN_LIB_STAGE_KERNELS_SIZERESOLVER_H
