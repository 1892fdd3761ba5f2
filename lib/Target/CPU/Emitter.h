// Computes single elements, or a register full of neighbouring ones, of any tensor of a kernel: linalg ops are followed
// from a result back to the buffers, so that a whole fusion group is computed in registers.
#ifndef HEWN_LIB_TARGET_CPU_EMITTER_H
#define HEWN_LIB_TARGET_CPU_EMITTER_H

#include "Schedule.h"
#include <map>

namespace hewn::cpu {

/// One index: `base` is affine in the emitter's symbols; lane l of a register stands at base + l * lane.
struct Coord {
  mlir::AffineExpr base;
  int64_t lane = 0;
  bool operator==(const Coord &other) const { return base == other.base && lane == other.lane; }
};
using Point = llvm::SmallVector<Coord, 6>;

class Emitter {
public:
  /// `width`: lanes of a register. New ops go in front of the kernel's return.
  Emitter(mlir::func::FuncOp kernel, int64_t width);

  mlir::OpBuilder builder;
  mlir::Location loc;
  const int64_t width;
  /// Lanes that exist (vector<width x i1>), or null for all of them.
  mlir::Value mask;

  /// A loop variable or another index value, as an affine expression.
  mlir::AffineExpr symbol(mlir::Value index);
  mlir::AffineExpr constant(int64_t value) { return mlir::getAffineConstantExpr(value, context); }
  mlir::AffineExpr expr(mlir::OpFoldResult size);
  mlir::Value materialize(mlir::AffineExpr expr);
  mlir::Value index(mlir::OpFoldResult value);
  mlir::Value indexConstant(int64_t value);

  /// Size `dim` of a tensor: static, or a value made from the kernel's arguments; null where it is not known.
  mlir::OpFoldResult sizeOf(mlir::Value tensor, int64_t dim);
  /// Range of a loop of a generic.
  mlir::OpFoldResult rangeOf(mlir::linalg::LinalgOp op, unsigned loop);

  /// The map's results for given loop positions; nothing where a register would straddle a division.
  std::optional<Point> apply(mlir::AffineMap map, llvm::ArrayRef<Coord> loops);
  /// The loop positions of `op` that compute result element `point` (reductions stay null).
  std::optional<Point> loopsAt(mlir::linalg::LinalgOp op, const Point &point);

  /// The element (scalar) or elements (vector) of a tensor at a point; null where it cannot be computed this way.
  mlir::Value evaluate(mlir::Value tensor, const Point &point);
  /// The body of a generic: `accumulator` stands for its init.
  mlir::Value evaluateBody(mlir::linalg::GenericOp op, const Point &loops, mlir::Value accumulator);
  mlir::Value load(mlir::Value memref, const Point &point);
  bool store(mlir::Value memref, const Point &point, mlir::Value value);
  mlir::Value toVector(mlir::Value value);
  /// The first `left` lanes (all of them where it is larger).
  mlir::Value maskOf(mlir::AffineExpr left);
  mlir::VectorType vectorOf(mlir::Type element) { return mlir::VectorType::get({width}, element); }

  /// Where each reduction's value at a point has been put, and values computed before.
  using Key = std::vector<const void *>;
  Key keyOf(const void *what, const Point &point) const;
  std::map<Key, mlir::Value> reduced, loaded;

  /// Tensors whose elements have been put into a buffer of the same shape.
  llvm::DenseMap<mlir::Value, mlir::Value> stored;

  /// Opens a loop; its variable is the symbol given to `body`, which gets and returns the carried values.
  llvm::SmallVector<mlir::Value>
  loop(mlir::Value from, mlir::Value to, int64_t step, mlir::ValueRange carried,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::AffineExpr, mlir::ValueRange)> body);
  /// The first thing that could not be computed.
  bool failed = false;

private:
  mlir::Value evaluateRegion(mlir::Block &block, const Point &loops, llvm::DenseMap<mlir::Value, mlir::Value> &values,
                             llvm::DenseMap<mlir::Value, Coord> &coords);
  mlir::Value evaluateOp(mlir::Operation *op, const Point &loops, llvm::DenseMap<mlir::Value, mlir::Value> &values,
                         llvm::DenseMap<mlir::Value, Coord> &coords);
  bool evaluateIndexOp(mlir::Operation *op, const Point &loops, llvm::DenseMap<mlir::Value, mlir::Value> &values,
                       llvm::DenseMap<mlir::Value, Coord> &coords);
  mlir::Value evaluateIf(mlir::scf::IfOp op, const Point &loops, llvm::DenseMap<mlir::Value, mlir::Value> &values,
                         llvm::DenseMap<mlir::Value, Coord> &coords);
  mlir::Value gather(mlir::Value memref, llvm::ArrayRef<Coord> point, llvm::ArrayRef<mlir::Value> indices);
  mlir::Value lanesOf(const Coord &coord);
  mlir::Value allLanes();

  mlir::MLIRContext *context;
  llvm::SmallVector<mlir::Value> symbols;
  llvm::DenseMap<mlir::Value, unsigned> symbolIndex;
};

} // namespace hewn::cpu

#endif // HEWN_LIB_TARGET_CPU_EMITTER_H
