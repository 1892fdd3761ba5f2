// Gathers read the data at computed places; scatters copy the data, then update it in order.
#include "Lowering.h"
#include "Scalars.h"

using namespace mlir;
using namespace hewn::nn;

namespace {
/// result[p, q, r] = data[p, indices[q], r]
struct LowerGather final : OpRewritePattern<GatherOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Value data = signless(rewriter, loc, op.getData());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    int64_t axis = op.getAxis(), rank = type.getRank();
    int64_t indexRank = cast<RankedTensorType>(op.getIndices().getType()).getRank();
    AffineMap chosen = AffineMap::getFilteredIdentityMap(op.getContext(), rank, [&](AffineDimExpr d) {
      return static_cast<int64_t>(d.getPosition()) >= axis && static_cast<int64_t>(d.getPosition()) < axis + indexRank;
    });
    Value size = at.sizesOf(data)[axis];
    Value result = pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), op.getIndices(),
                             chosen, [&](OpBuilder &b, Location l, ValueRange v) {
                               Scalars s{b, l};
                               SmallVector<Value> source = s.loopIndices(0, axis);
                               source.push_back(s.position(v[0], size));
                               llvm::append_range(source, s.loopIndices(axis + indexRank, rank - axis - indexRank));
                               return s.extract(data, source);
                             });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// result[i, j, k] = data[i, indices[i, j, k], k]
struct LowerGatherElements final : OpRewritePattern<GatherElementsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherElementsOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value data = signless(rewriter, loc, op.getData());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Value size = Scalars{rewriter, loc}.sizesOf(data)[op.getAxis()];
    Value result =
        pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), op.getIndices(),
                  rewriter.getMultiDimIdentityMap(type.getRank()), [&](OpBuilder &b, Location l, ValueRange v) {
                    Scalars s{b, l};
                    SmallVector<Value> source = s.loopIndices(0, type.getRank());
                    source[op.getAxis()] = s.position(v[0], size);
                    return s.extract(data, source);
                  });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// The positions that index vector `row` names in the dimensions of the data from `first` on.
SmallVector<Value> namedPositions(Scalars s, Value indices, ArrayRef<Value> row, ArrayRef<Value> dataSizes,
                                  int64_t first) {
  int64_t length = cast<RankedTensorType>(indices.getType()).getShape().back();
  SmallVector<Value> positions;
  for (int64_t i = 0; i < length; ++i) {
    SmallVector<Value> where(row);
    where.push_back(s.index(i));
    positions.push_back(s.position(s.extract(indices, where), dataSizes[first + i]));
  }
  return positions;
}

struct LowerGatherND final : OpRewritePattern<GatherNDOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GatherNDOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value data = signless(rewriter, loc, op.getData());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    int64_t rows = cast<RankedTensorType>(op.getIndices().getType()).getRank() - 1, batch = op.getBatchDims();
    SmallVector<Value> dataSizes = Scalars{rewriter, loc}.sizesOf(data);
    Value result = pointwise(
        rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), {}, {},
        [&](OpBuilder &b, Location l, ValueRange) {
          Scalars s{b, l};
          SmallVector<Value> source = s.loopIndices(0, batch);
          llvm::append_range(source, namedPositions(s, op.getIndices(), s.loopIndices(0, rows), dataSizes, batch));
          llvm::append_range(source, s.loopIndices(rows, type.getRank() - rows));
          return s.extract(data, source);
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// A fresh tensor that holds the data: what a scatter updates.
Value copyOf(PatternRewriter &rewriter, Location loc, Value data, Operation *op) {
  auto type = cast<RankedTensorType>(data.getType());
  return pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), data,
                   rewriter.getMultiDimIdentityMap(type.getRank()),
                   [](OpBuilder &, Location, ValueRange v) { return v[0]; });
}

/// old combined with update.
Value combine(Scalars s, ScatterKind kind, Value old, Value update, bool isUnsigned) {
  bool real = isa<FloatType>(old.getType());
  auto less = [&](Value x, Value y) -> Value {
    if (real)
      return arith::CmpFOp::create(s.b, s.l, arith::CmpFPredicate::OLT, x, y);
    return s.compare(isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt, x, y);
  };
  switch (kind) {
  case ScatterKind::None:
    return update;
  case ScatterKind::Add:
    return real ? (Value)arith::AddFOp::create(s.b, s.l, old, update) : s.add(old, update);
  case ScatterKind::Mul:
    return real ? (Value)arith::MulFOp::create(s.b, s.l, old, update) : s.mul(old, update);
  case ScatterKind::Max:
    return s.select(less(old, update), update, old);
  case ScatterKind::Min:
    return s.select(less(update, old), update, old);
  }
  llvm_unreachable("unknown scatter kind");
}

/// tensor[where] = tensor[where] combined with update
Value update(Scalars s, ScatterKind kind, Value tensor, ArrayRef<Value> where, Value update, bool isUnsigned) {
  Value old = kind == ScatterKind::None ? Value() : s.extract(tensor, where);
  Value value = old ? combine(s, kind, old, update, isUnsigned) : update;
  return tensor::InsertOp::create(s.b, s.l, value, tensor, where);
}

struct LowerScatterElements final : OpRewritePattern<ScatterElementsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScatterElementsOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Value data = signless(rewriter, loc, op.getData()), updates = signless(rewriter, loc, op.getUpdates());
    bool isUnsigned = cast<ShapedType>(op.getData().getType()).getElementType().isUnsignedInteger();
    Value size = at.sizesOf(data)[op.getAxis()];
    SmallVector<Value> result =
        at.loops(at.sizesOf(op.getIndices()), copyOf(rewriter, loc, data, op),
                 [&](Scalars s, ValueRange ivs, ValueRange carried) -> SmallVector<Value> {
                   SmallVector<Value> where(ivs);
                   where[op.getAxis()] = s.position(s.extract(op.getIndices(), ivs), size);
                   return {update(s, op.getKind(), carried[0], where, s.extract(updates, ivs), isUnsigned)};
                 });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

struct LowerScatterND final : OpRewritePattern<ScatterNDOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScatterNDOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Value data = signless(rewriter, loc, op.getData()), updates = signless(rewriter, loc, op.getUpdates());
    bool isUnsigned = cast<ShapedType>(op.getData().getType()).getElementType().isUnsignedInteger();
    int64_t rows = cast<RankedTensorType>(op.getIndices().getType()).getRank() - 1;
    SmallVector<Value> dataSizes = at.sizesOf(data);
    SmallVector<Value> result =
        at.loops(at.sizesOf(updates), copyOf(rewriter, loc, data, op),
                 [&](Scalars s, ValueRange ivs, ValueRange carried) -> SmallVector<Value> {
                   SmallVector<Value> row(ivs.take_front(rows));
                   SmallVector<Value> where = namedPositions(s, op.getIndices(), row, dataSizes, 0);
                   llvm::append_range(where, ivs.drop_front(rows));
                   return {update(s, op.getKind(), carried[0], where, s.extract(updates, ivs), isUnsigned)};
                 });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};
} // namespace

void hewn::nn::populateIndexedPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerGather, LowerGatherElements, LowerGatherND, LowerScatterElements, LowerScatterND>(
      patterns.getContext());
}
