// What the simplifications ask of nn ops: constants behind broadcasts, factors of products, per-channel vectors.
#ifndef HEWN_LIB_STAGE_GRAPH_SIMPLIFY_MATCH_H
#define HEWN_LIB_STAGE_GRAPH_SIMPLIFY_MATCH_H

#include "hewn/Dialect/NN/NN.h"
#include "mlir/IR/PatternMatch.h"

namespace hewn::graph {

/// The value in front of broadcasts.
mlir::Value stripBroadcast(mlir::Value value);
/// The number of a float tensor whose elements are all equal (through broadcasts and reshapes), if it is in the IR.
std::optional<double> getScalar(mlir::Value value);
/// Equal up to the rounding that float32 exporters leave.
bool isClose(double value, double expected);
/// True for weights, constants and everything computed from them alone.
bool isConstant(mlir::Value value);

/// The elementwise op of `kind` that defines a value, or null.
nn::ElementwiseOp getElementwise(mlir::Value value, nn::ElementwiseKind kind);
/// For a commutative binary op: the operand that is not the scalar, and the scalar.
std::optional<std::pair<mlir::Value, double>> getOperandAndScalar(nn::ElementwiseOp op);

/// A value as a product: `scalar` times the tensors in `factors`. Multiplications by and divisions through scalars are
/// looked through, and multiplications of tensors whose result has no other use.
struct Product {
  double scalar = 1.0;
  llvm::SmallVector<mlir::Value> factors;
};
Product getProduct(mlir::Value value);
/// The value without scalar factors, and their product.
std::pair<mlir::Value, double> stripScale(mlir::Value value);

/// Replaces a one-result op by a new one of the same type.
template <typename OpTy, typename... Args>
OpTy replaceOp(mlir::PatternRewriter &rewriter, mlir::Operation *op, Args &&...args) {
  auto type = mlir::cast<mlir::RankedTensorType>(op->getResult(0).getType());
  auto made = OpTy::create(rewriter, op->getLoc(), type, std::forward<Args>(args)...);
  rewriter.replaceOp(op, made->getResults());
  return made;
}

// Builders on static shapes.
mlir::Value reshapeTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, llvm::ArrayRef<int64_t> shape);
mlir::Value broadcastTo(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, llvm::ArrayRef<int64_t> shape);
mlir::Value makeBinary(mlir::OpBuilder &builder, mlir::Location loc, nn::ElementwiseKind kind, mlir::Value lhs,
                       mlir::Value rhs);

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_SIMPLIFY_MATCH_H
