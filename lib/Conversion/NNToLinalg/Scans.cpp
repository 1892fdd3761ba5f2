// Ops that run along an axis in order, or count: iota, running sums, arguments of extremes, the k largest.
#include "Lowering.h"
#include "Scalars.h"

using namespace mlir;
using namespace hewn::nn;

namespace {

/// start + i * step, floats in f64.
struct LowerIota final : OpRewritePattern<IotaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(IotaOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Type plain = signless(cast<RankedTensorType>(op.getResult().getType()).getElementType());
    Type wide = isa<FloatType>(plain) ? (Type)rewriter.getF64Type() : rewriter.getI64Type();
    auto scalar = [&](Value tensor) {
      return convertScalar(rewriter, loc, at.extract(signless(rewriter, loc, tensor), {}), wide);
    };
    Value start = scalar(op.getStart()), step = scalar(op.getStep());
    Value result = pointwise(
        rewriter, loc, resultSizes(rewriter, op)[0], plain, {}, {}, [&](OpBuilder &b, Location l, ValueRange) -> Value {
          Value i = arith::IndexCastOp::create(b, l, b.getI64Type(), linalg::IndexOp::create(b, l, 0));
          if (!isa<FloatType>(wide))
            return convertScalar(b, l, arith::AddIOp::create(b, l, start, arith::MulIOp::create(b, l, i, step)), plain);
          Value real = arith::SIToFPOp::create(b, l, wide, i);
          return convertScalar(b, l, arith::AddFOp::create(b, l, start, arith::MulFOp::create(b, l, real, step)),
                               plain);
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// The sizes of a tensor but for one dimension.
SmallVector<Value> sizesBut(SmallVector<Value> sizes, int64_t axis) {
  sizes.erase(sizes.begin() + axis);
  return sizes;
}
/// Indices of the other dimensions with `position` put in at the axis.
SmallVector<Value> withAxis(ValueRange others, int64_t axis, Value position) {
  SmallVector<Value> indices(others);
  indices.insert(indices.begin() + axis, position);
  return indices;
}

struct LowerCumSum final : OpRewritePattern<CumSumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CumSumOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Value input = signless(rewriter, loc, op.getInput());
    Type type = cast<RankedTensorType>(op.getInput().getType()).getElementType(), plain = signless(type);
    Type wide = accumulatorType(plain);
    int64_t axis = op.getAxis();
    SmallVector<Value> sizes = at.sizesOf(input);
    Value length = sizes[axis], empty = emptyTensor(rewriter, loc, resultSizes(rewriter, op)[0], plain);
    Value zero = constantLike(rewriter, loc, wide, 0);
    auto add = [](Scalars s, Value x, Value y) {
      return isa<FloatType>(x.getType()) ? (Value)arith::AddFOp::create(s.b, s.l, x, y) : s.add(x, y);
    };
    // One row: carries the tensor and the sum so far.
    auto step = [&](ValueRange others, Scalars s, Value i, ValueRange carried) -> SmallVector<Value> {
      Value position = op.getReverse() ? s.sub(s.sub(length, s.index(1)), i) : i;
      SmallVector<Value> where = withAxis(others, axis, position);
      Value value = convertScalar(s.b, s.l, s.extract(input, where), wide, type.isUnsignedInteger());
      Value next = add(s, carried[1], value);
      Value shown = convertScalar(s.b, s.l, op.getExclusive() ? carried[1] : next, plain);
      return {tensor::InsertOp::create(s.b, s.l, shown, carried[0], where), next};
    };
    SmallVector<Value> result = at.loops(
        sizesBut(sizes, axis), empty, [&](Scalars s, ValueRange others, ValueRange carried) -> SmallVector<Value> {
          SmallVector<Value> row =
              s.loops(length, {carried[0], zero},
                      [&](Scalars inner, ValueRange i, ValueRange state) { return step(others, inner, i[0], state); });
          return {row[0]};
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// x before y in the order that an op looks for.
Value isBefore(Scalars s, Value x, Value y, bool largest, bool isUnsigned) {
  if (isa<FloatType>(x.getType()))
    return arith::CmpFOp::create(s.b, s.l, largest ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT, x, y);
  auto signedOrder = largest ? arith::CmpIPredicate::sgt : arith::CmpIPredicate::slt;
  auto unsignedOrder = largest ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::ult;
  return s.compare(isUnsigned ? unsignedOrder : signedOrder, x, y);
}
Value isEqual(Scalars s, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return arith::CmpFOp::create(s.b, s.l, arith::CmpFPredicate::OEQ, x, y);
  return s.compare(arith::CmpIPredicate::eq, x, y);
}
Value either(Scalars s, Value x, Value y) { return arith::OrIOp::create(s.b, s.l, x, y); }

/// One generic with two results, the best value and its index.
struct LowerArgReduce final : OpRewritePattern<ArgReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ArgReduceOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getInput().getType());
    Type plain = signless(type.getElementType());
    bool isUnsigned = type.getElementType().isUnsignedInteger();
    int64_t axis = op.getAxis(), rank = type.getRank();
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];
    SmallVector<AffineExpr> kept;
    SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
    iterators[axis] = utils::IteratorType::reduction;
    for (int64_t i = 0; i < rank; ++i) {
      if (i != axis)
        kept.push_back(rewriter.getAffineDimExpr(i));
      else if (op.getKeepDims())
        kept.push_back(rewriter.getAffineConstantExpr(0));
    }
    AffineMap out = AffineMap::get(rank, 0, kept, op.getContext());
    Value worst = filledTensor(rewriter, loc, sizes, extremeLike(rewriter, loc, plain, op.getLargest(), isUnsigned));
    Value zero = arith::ConstantOp::create(rewriter, loc, rewriter.getI64IntegerAttr(0));
    Value first = filledTensor(rewriter, loc, sizes, zero);
    auto generic = linalg::GenericOp::create(
        rewriter, loc, TypeRange{worst.getType(), first.getType()}, ValueRange{input}, ValueRange{worst, first},
        {rewriter.getMultiDimIdentityMap(rank), out, out}, iterators, [&](OpBuilder &b, Location l, ValueRange v) {
          Scalars s{b, l};
          Value i = arith::IndexCastOp::create(b, l, b.getI64Type(), linalg::IndexOp::create(b, l, axis));
          Value better = isBefore(s, v[0], v[1], op.getLargest(), isUnsigned);
          if (op.getSelectLast())
            better = either(s, better, isEqual(s, v[0], v[1]));
          linalg::YieldOp::create(b, l, ValueRange{s.select(better, v[0], v[1]), s.select(better, i, v[2])});
        });
    replaceWithSignless(rewriter, op, generic.getResult(1));
    return success();
  }
};

/// Slot j takes the best element that comes after the one in slot j - 1: k passes over the row, and no memory beside
/// it.
struct LowerTopK final : OpRewritePattern<TopKOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TopKOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Scalars at{rewriter, loc};
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getInput().getType());
    Type plain = signless(type.getElementType());
    bool isUnsigned = type.getElementType().isUnsignedInteger(), largest = op.getLargest();
    int64_t axis = op.getAxis();
    SmallVector<Value> sizes = at.sizesOf(input);
    Value length = sizes[axis];
    auto shapes = resultSizes(rewriter, op);
    Value values = emptyTensor(rewriter, loc, shapes[0], plain);
    Value indices = emptyTensor(rewriter, loc, shapes[1], rewriter.getI64Type());
    Value filler = constantLike(rewriter, loc, plain, 0), none = at.index(-1);
    // (x, i) stands before (y, j): better, or equal and earlier.
    auto before = [&](Scalars s, Value x, Value i, Value y, Value j) {
      Value earlier = s.both(isEqual(s, x, y), s.compare(arith::CmpIPredicate::slt, i, j));
      return either(s, isBefore(s, x, y, largest, isUnsigned), earlier);
    };
    // One slot: carries values, indices, and what the slot before holds.
    auto slot = [&](ValueRange others, Scalars s, Value j, ValueRange carried) -> SmallVector<Value> {
      Value isFirst = s.compare(arith::CmpIPredicate::eq, j, s.index(0));
      SmallVector<Value> best =
          s.loops(length, {filler, none}, [&](Scalars inner, ValueRange i, ValueRange found) -> SmallVector<Value> {
            Value x = inner.extract(input, withAxis(others, axis, i[0]));
            Value left = either(inner, isFirst, before(inner, carried[2], carried[3], x, i[0]));
            Value nothing = inner.compare(arith::CmpIPredicate::slt, found[1], inner.index(0));
            Value better = either(inner, nothing, before(inner, x, i[0], found[0], found[1]));
            Value take = inner.both(left, better);
            return {inner.select(take, x, found[0]), inner.select(take, i[0], found[1])};
          });
      SmallVector<Value> where = withAxis(others, axis, j);
      Value index = arith::IndexCastOp::create(s.b, s.l, s.b.getI64Type(), s.max(best[1], s.index(0)));
      return {tensor::InsertOp::create(s.b, s.l, best[0], carried[0], where),
              tensor::InsertOp::create(s.b, s.l, index, carried[1], where), best[0], best[1]};
    };
    SmallVector<Value> result =
        at.loops(sizesBut(sizes, axis), {values, indices},
                 [&](Scalars s, ValueRange others, ValueRange carried) -> SmallVector<Value> {
                   SmallVector<Value> row = s.loops(
                       s.index(static_cast<int64_t>(op.getK())), {carried[0], carried[1], filler, none},
                       [&](Scalars inner, ValueRange j, ValueRange state) { return slot(others, inner, j[0], state); });
                   return {row[0], row[1]};
                 });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};
} // namespace

void hewn::nn::populateScanPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerIota, LowerCumSum, LowerArgReduce, LowerTopK>(patterns.getContext());
}
