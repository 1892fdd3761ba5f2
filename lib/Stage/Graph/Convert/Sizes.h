// The sizes of one function as expressions in normal form: equal sizes are the same AffineExpr, so equality is decided
// while converting, and each expression becomes one SSA value at most.
#ifndef HEWN_LIB_STAGE_GRAPH_CONVERT_SIZES_H
#define HEWN_LIB_STAGE_GRAPH_CONVERT_SIZES_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"
#include <map>

namespace hewn::graph {

/// Sizes of one tensor, outermost first.
using SizeList = llvm::SmallVector<mlir::AffineExpr, 4>;

/// Makes, compares and materialises sizes. Every expression it returns is a polynomial over symbols and over floor
/// divisions and remainders by constants, in one fixed order of terms. A symbol is a dimension of a function argument,
/// or what a polynomial cannot say (minimum, maximum, truncating division by a size).
class Sizes {
public:
  explicit Sizes(mlir::MLIRContext *context) : context(context) {}

  mlir::AffineExpr constant(int64_t value) const { return mlir::getAffineConstantExpr(value, context); }
  SizeList constants(llvm::ArrayRef<int64_t> values) const;
  /// Dimension `dim` of a tensor that dominates the whole function body.
  mlir::AffineExpr dim(mlir::Value tensor, int64_t dim);

  /// The expression that an index value was made from (a constant, or a value of `materialize`).
  mlir::AffineExpr ofValue(mlir::Value index);

  mlir::AffineExpr add(mlir::AffineExpr a, mlir::AffineExpr b) { return normalize(a + b); }
  mlir::AffineExpr sub(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr mul(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr min(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr max(mlir::AffineExpr a, mlir::AffineExpr b);
  /// Integer division as C and ONNX do it (toward zero), and its remainder; division by constant zero gives zero.
  mlir::AffineExpr divide(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr remainder(mlir::AffineExpr a, mlir::AffineExpr b);
  mlir::AffineExpr product(llvm::ArrayRef<mlir::AffineExpr> factors);
  /// The normal form of an expression over this table's symbols.
  mlir::AffineExpr normalize(mlir::AffineExpr expr);

  /// What is certain of an expression when every argument dimension is >= 0 and guards hold.
  bool isNonNegative(mlir::AffineExpr expr);
  /// True when a >= b whatever the argument dimensions are.
  bool isAtLeast(mlir::AffineExpr a, mlir::AffineExpr b) { return isNonNegative(sub(a, b)); }
  static std::optional<int64_t> known(mlir::AffineExpr expr);
  static bool isKnown(mlir::AffineExpr expr, int64_t value) { return known(expr) == value; }

  /// Equal by normal form, or because a guard says so (`assumeEqual`).
  bool equal(mlir::AffineExpr a, mlir::AffineExpr b) const { return representative(a) == representative(b); }
  /// The simplest expression that is known to be equal: a constant or an argument's dimension where there is one.
  mlir::AffineExpr representative(mlir::AffineExpr expr) const;
  void assumeEqual(mlir::AffineExpr a, mlir::AffineExpr b);
  void assumeNonNegative(mlir::AffineExpr expr) { nonNegative.insert(expr); }

  /// The index value of an expression, made at the builder's place unless it exists already.
  mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc, mlir::AffineExpr expr);

  /// Set when a constant did not fit 63 bits; the offending node is malformed.
  bool takeOverflow() { return std::exchange(overflow, false); }

private:
  enum class Kind { Value, Dim, Min, Max, Divide, Remainder };
  struct Symbol {
    Kind kind;
    mlir::Value tensor; // Dim, Value (an index)
    int64_t dim;
    mlir::AffineExpr lhs, rhs; // the others
  };
  using Monomial = llvm::SmallVector<unsigned, 2>; // sorted atoms, repeated for powers
  using Polynomial = std::map<Monomial, int64_t>;  // monomial -> coefficient, no zero coefficient
  mlir::AffineExpr symbol(const Symbol &symbol);
  unsigned atom(mlir::AffineExpr expr);
  Polynomial expand(mlir::AffineExpr expr);
  Polynomial expandDivision(const Polynomial &lhs, int64_t divisor, bool remainder);
  mlir::AffineExpr rebuild(const Polynomial &polynomial);
  int64_t checkedAdd(int64_t a, int64_t b);
  int64_t checkedMul(int64_t a, int64_t b);
  void accumulate(Polynomial &sum, const Monomial &monomial, int64_t coefficient);
  mlir::Value build(mlir::OpBuilder &builder, mlir::Location loc, mlir::AffineExpr expr);
  mlir::Value buildSymbol(mlir::OpBuilder &builder, mlir::Location loc, unsigned position);

  mlir::MLIRContext *context;
  llvm::SmallVector<Symbol> symbols;
  llvm::SmallVector<mlir::AffineExpr> atoms;
  llvm::DenseMap<mlir::AffineExpr, unsigned> atomIds;
  llvm::DenseMap<mlir::AffineExpr, mlir::AffineExpr> merged;
  llvm::DenseSet<mlir::AffineExpr> nonNegative;
  llvm::DenseMap<mlir::AffineExpr, mlir::Value> values;
  llvm::DenseMap<mlir::Value, mlir::AffineExpr> expressions;
  bool overflow = false;
};

} // namespace hewn::graph

#endif // HEWN_LIB_STAGE_GRAPH_CONVERT_SIZES_H
