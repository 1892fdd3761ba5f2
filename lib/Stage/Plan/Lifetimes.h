// Lifetimes of a host function's buffers, and sizes as numbers for nominal shapes.
#ifndef HEWN_LIB_STAGE_PLAN_LIFETIMES_H
#define HEWN_LIB_STAGE_PLAN_LIFETIMES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace hewn {

/// Alive in [lower, upper), in positions of ops in the host function's block; empty if no op uses the buffer.
struct Lifetime {
  int64_t lower = 0, upper = 0;
  bool isEmpty() const { return lower >= upper; }
  bool meets(const Lifetime &other) const { return lower < other.upper && other.lower < upper; }
};

/// Lifetimes of buffers of a straight-line block.
class Lifetimes {
public:
  explicit Lifetimes(mlir::Block &block);
  Lifetime of(mlir::Value root) const;

private:
  mlir::Block &block;
  llvm::DenseMap<mlir::Operation *, int64_t> position;
};

/// Numbers of index values when every index argument has a number. Folds the arithmetic; nothing in the IR changes.
class NominalSizes {
public:
  /// Sizes 1 for leading dimensions of inputs, `size` for all others.
  NominalSizes(mlir::func::FuncOp function, int64_t size);
  std::optional<int64_t> evaluate(mlir::Value value);
  std::optional<int64_t> evaluate(mlir::OpFoldResult value);
  /// Bytes of a buffer of identity layout.
  std::optional<int64_t> bytes(mlir::Value buffer);
  /// Whether a size of a buffer is negative: no input has these nominal sizes (a window larger than the picture).
  bool isImpossible(mlir::Value buffer);

private:
  llvm::DenseMap<mlir::Value, std::optional<int64_t>> known;
};

/// Bytes of one element.
int64_t elementBytes(mlir::MemRefType type);

/// Attribute of the arena argument.
inline constexpr llvm::StringLiteral kArenaAttr = "hewn.arena";
/// Every buffer starts at a multiple of this.
inline constexpr int64_t kArenaAlign = 64;

} // namespace hewn

#endif // HEWN_LIB_STAGE_PLAN_LIFETIMES_H
