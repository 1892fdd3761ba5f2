// The world a shape function of an nn op sees: operand sizes as affine expressions.
#ifndef HEWN_DIALECT_NN_SHAPECONTEXT_H
#define HEWN_DIALECT_NN_SHAPECONTEXT_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir {
class OpBuilder;
}

namespace hewn::nn {

/// Sizes of one tensor, outermost first.
using DimList = llvm::SmallVector<mlir::AffineExpr, 4>;

/// Hands out affine expressions for sizes: a constant for a static size, a symbol for a dynamic one. The same (value,
/// dimension) always gives the same symbol, so equal sizes compare equal.
class ShapeContext {
public:
  explicit ShapeContext(mlir::MLIRContext *context) : context(context) {}

  mlir::MLIRContext *getContext() const { return context; }
  mlir::AffineExpr constant(int64_t value) const { return mlir::getAffineConstantExpr(value, context); }
  /// Size `index` of a ranked tensor or memref.
  mlir::AffineExpr dim(mlir::Value tensor, int64_t index);
  /// All sizes of a ranked tensor or memref.
  DimList dims(mlir::Value tensor);
  /// An index value (a size operand) or a constant.
  mlir::AffineExpr value(mlir::OpFoldResult size);
  /// Static sizes mixed with index operands, as in `static_sizes` / `sizes` pairs.
  DimList mixed(llvm::ArrayRef<int64_t> staticSizes, mlir::ValueRange dynamicSizes);

  /// Builds the value of an expression made by this context (folded; an IntegerAttr where it is constant).
  mlir::OpFoldResult materialize(mlir::OpBuilder &builder, mlir::Location loc, mlir::AffineExpr expr) const;
  /// The value of an expression, given a function that knows each symbol's number.
  std::optional<int64_t>
  evaluate(mlir::AffineExpr expr,
           llvm::function_ref<std::optional<int64_t>(mlir::Value, std::optional<int64_t>)> known) const;

  /// The expression over other unknowns: `replacement` says what each size (value, dimension) or index value is.
  mlir::AffineExpr rewrite(mlir::AffineExpr expr,
                           llvm::function_ref<mlir::AffineExpr(mlir::Value, std::optional<int64_t>)> replacement) const;

private:
  struct Symbol {
    mlir::Value value;
    std::optional<int64_t> dim; // none: the value itself, an index
  };
  mlir::AffineExpr symbol(mlir::Value value, std::optional<int64_t> dim);

  mlir::MLIRContext *context;
  llvm::SmallVector<Symbol> symbols;
};

/// Reifies every result of an op that implements ShapeOpInterface.
mlir::LogicalResult reifyShapes(mlir::Operation *op, mlir::OpBuilder &builder,
                                llvm::SmallVectorImpl<llvm::SmallVector<mlir::OpFoldResult>> &shapes);
/// The result types' shapes as far as they are static; kDynamic elsewhere.
llvm::SmallVector<llvm::SmallVector<int64_t>> inferStaticShapes(mlir::Operation *op);
/// Verifies that each static size of each result is the one the shape function gives.
mlir::LogicalResult verifyResultShapes(mlir::Operation *op);

} // namespace hewn::nn

#endif // HEWN_DIALECT_NN_SHAPECONTEXT_H
