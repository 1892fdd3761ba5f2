// Short names for the scalar ops that index arithmetic in lowerings is made of.
#ifndef HEWN_LIB_CONVERSION_NNTOLINALG_SCALARS_H
#define HEWN_LIB_CONVERSION_NNTOLINALG_SCALARS_H

#include "Lowering.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace hewn::nn {

/// Builds scalar ops at one place. Values are `index` unless a method says otherwise.
struct Scalars {
  mlir::OpBuilder &b;
  mlir::Location l;

  using Value = mlir::Value;
  using Predicate = mlir::arith::CmpIPredicate;

  Value index(int64_t value) { return mlir::arith::ConstantIndexOp::create(b, l, value); }
  Value index(mlir::OpFoldResult size) { return mlir::getValueOrCreateConstantIndexOp(b, l, size); }
  Value add(Value x, Value y) { return mlir::arith::AddIOp::create(b, l, x, y); }
  Value sub(Value x, Value y) { return mlir::arith::SubIOp::create(b, l, x, y); }
  Value mul(Value x, Value y) { return mlir::arith::MulIOp::create(b, l, x, y); }
  Value div(Value x, Value y) { return mlir::arith::DivSIOp::create(b, l, x, y); }
  Value rem(Value x, Value y) { return mlir::arith::RemSIOp::create(b, l, x, y); }
  Value min(Value x, Value y) { return mlir::arith::MinSIOp::create(b, l, x, y); }
  Value max(Value x, Value y) { return mlir::arith::MaxSIOp::create(b, l, x, y); }
  Value compare(Predicate predicate, Value x, Value y) { return mlir::arith::CmpIOp::create(b, l, predicate, x, y); }
  Value select(Value condition, Value x, Value y) { return mlir::arith::SelectOp::create(b, l, condition, x, y); }
  /// i1.
  Value both(Value x, Value y) { return x ? (Value)mlir::arith::AndIOp::create(b, l, x, y) : y; }
  /// x modulo y with a result in [0, y).
  Value modulo(Value x, Value y) { return rem(add(rem(x, y), y), y); }
  /// x kept inside [0, size).
  Value clamp(Value x, Value size) { return max(min(x, sub(size, index(1))), index(0)); }
  /// The position that an index operand names in a dimension: negative ones count from the end, others are clamped.
  Value position(Value given, Value size) {
    Value x = mlir::arith::IndexCastOp::create(b, l, b.getIndexType(), given);
    Value negative = compare(Predicate::slt, x, index(0));
    return clamp(select(negative, add(x, size), x), size);
  }
  Value extract(Value tensor, mlir::ValueRange indices) {
    return mlir::tensor::ExtractOp::create(b, l, tensor, indices);
  }
  /// The sizes of a tensor as values.
  llvm::SmallVector<Value> sizesOf(Value tensor) {
    llvm::SmallVector<Value> sizes;
    for (mlir::OpFoldResult size : mlir::tensor::getMixedSizes(b, l, tensor))
      sizes.push_back(index(size));
    return sizes;
  }
  /// The indices of a linalg body.
  llvm::SmallVector<Value> loopIndices(int64_t first, int64_t count) {
    llvm::SmallVector<Value> indices;
    for (int64_t i = first; i < first + count; ++i)
      indices.push_back(mlir::linalg::IndexOp::create(b, l, i));
    return indices;
  }
  /// Loops from 0 to `sizes` that carry values.
  llvm::SmallVector<Value>
  loops(mlir::ValueRange sizes, mlir::ValueRange carried,
        llvm::function_ref<llvm::SmallVector<Value>(Scalars, mlir::ValueRange, mlir::ValueRange)> body) {
    llvm::SmallVector<Value> zeros(sizes.size(), index(0)), ones(sizes.size(), index(1));
    auto nest = mlir::scf::buildLoopNest(
        b, l, zeros, sizes, ones, carried,
        [&](mlir::OpBuilder &inner, mlir::Location loc, mlir::ValueRange ivs, mlir::ValueRange values) {
          llvm::SmallVector<Value> results = body(Scalars{inner, loc}, ivs, values);
          return mlir::scf::ValueVector(results.begin(), results.end());
        });
    return llvm::SmallVector<Value>(nest.results.begin(), nest.results.end());
  }
};

} // namespace hewn::nn

#endif // HEWN_LIB_CONVERSION_NNTOLINALG_SCALARS_H
