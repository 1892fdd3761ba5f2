// Reductions and what is made of them: reduce, softmax, norm, attention.
#include "Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace hewn::nn;

namespace {
/// Sizes and maps of a reduction over `axes` of a tensor of rank `rank`, kept as size 1 or dropped.
struct Reduced {
  SmallVector<OpFoldResult> sizes;
  AffineMap map;
};
} // namespace

static Reduced reducedSpace(OpBuilder &b, Location loc, Value input, ArrayRef<int64_t> axes, bool keep) {
  int64_t rank = cast<ShapedType>(input.getType()).getRank();
  Reduced space;
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i) {
    if (!llvm::is_contained(axes, i)) {
      space.sizes.push_back(tensor::getMixedSize(b, loc, input, i));
      exprs.push_back(b.getAffineDimExpr(i));
    } else if (keep) {
      space.sizes.push_back(b.getIndexAttr(1));
      exprs.push_back(b.getAffineConstantExpr(0));
    }
  }
  space.map = AffineMap::get(rank, 0, exprs, b.getContext());
  return space;
}

/// acc <- combine(acc, map(x)) over the axes of `inputs` (the first has the full shape; the others are read by `maps`).
static Value reduction(OpBuilder &b, Location loc, ValueRange inputs, ArrayRef<AffineMap> maps, const Reduced &space,
                       Value start, BodyBuilder body) {
  SmallVector<AffineMap> all(maps);
  all.push_back(space.map);
  return generic(b, loc, inputs, filledTensor(b, loc, space.sizes, start), all, body);
}

static Value addUp(OpBuilder &b, Location l, Value acc, Value x) {
  if (isa<FloatType>(acc.getType()))
    return arith::AddFOp::create(b, l, acc, x, arith::FastMathFlags::reassoc | arith::FastMathFlags::contract);
  return arith::AddIOp::create(b, l, acc, x);
}

/// The number of elements along `axes`, in the accumulator's type.
static Value elementCount(OpBuilder &b, Location loc, Value input, ArrayRef<int64_t> axes, Type acc) {
  auto type = cast<ShapedType>(input.getType());
  int64_t fixed = 1;
  Value dynamic;
  for (int64_t axis : axes) {
    if (!type.isDynamicDim(axis)) {
      fixed *= type.getDimSize(axis);
      continue;
    }
    Value size = tensor::DimOp::create(b, loc, input, axis);
    dynamic = dynamic ? (Value)arith::MulIOp::create(b, loc, dynamic, size) : size;
  }
  if (!dynamic)
    return constantLike(b, loc, acc, fixed);
  Value count = arith::MulIOp::create(b, loc, dynamic, arith::ConstantIndexOp::create(b, loc, fixed));
  Value whole = arith::IndexCastOp::create(b, loc, b.getI64Type(), count);
  return isa<FloatType>(acc) ? (Value)arith::SIToFPOp::create(b, loc, acc, whole) : whole;
}

static Value maxOf(OpBuilder &b, Location l, Value x, Value y, bool isUnsigned = false) {
  if (isa<FloatType>(x.getType()))
    return arith::MaximumFOp::create(b, l, x, y);
  return isUnsigned ? (Value)arith::MaxUIOp::create(b, l, x, y) : (Value)arith::MaxSIOp::create(b, l, x, y);
}
static Value minOf(OpBuilder &b, Location l, Value x, Value y, bool isUnsigned = false) {
  if (isa<FloatType>(x.getType()))
    return arith::MinimumFOp::create(b, l, x, y);
  return isUnsigned ? (Value)arith::MinUIOp::create(b, l, x, y) : (Value)arith::MinSIOp::create(b, l, x, y);
}

namespace {
struct LowerReduce final : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type element = type.getElementType(), plain = signless(element);
    bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
    ReduceKind kind = op.getKind();
    bool extreme = kind == ReduceKind::Max || kind == ReduceKind::Min;
    Type acc = extreme ? plain : accumulatorType(element);
    bool real = isa<FloatType>(acc);
    AffineMap identity = rewriter.getMultiDimIdentityMap(cast<ShapedType>(input.getType()).getRank());
    Reduced space = reducedSpace(rewriter, loc, input, op.getAxes(), op.getKeepDims());

    SmallVector<Value> inputs{input};
    SmallVector<AffineMap> maps{identity};
    Value top;
    if (kind == ReduceKind::LogSumExp) {
      top = reduction(
          rewriter, loc, input, identity, space, extremeLike(rewriter, loc, acc, true),
          [&](OpBuilder &b, Location l, ValueRange v) { return maxOf(b, l, v[1], convertScalar(b, l, v[0], acc)); });
      inputs.push_back(top);
      maps.push_back(space.map);
    }
    Value start = extreme                    ? extremeLike(rewriter, loc, acc, kind == ReduceKind::Max, isUnsigned)
                  : kind == ReduceKind::Prod ? constantLike(rewriter, loc, acc, 1)
                                             : constantLike(rewriter, loc, acc, 0);
    Value reduced =
        reduction(rewriter, loc, inputs, maps, space, start, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
          Value x = convertScalar(b, l, v[0], acc, isUnsigned), old = v.back();
          switch (kind) {
          case ReduceKind::Max:
            return maxOf(b, l, old, x, isUnsigned);
          case ReduceKind::Min:
            return minOf(b, l, old, x, isUnsigned);
          case ReduceKind::Prod:
            return real ? (Value)arith::MulFOp::create(b, l, old, x, arith::FastMathFlags::reassoc)
                        : (Value)arith::MulIOp::create(b, l, old, x);
          case ReduceKind::L1: {
            if (real)
              return addUp(b, l, old, math::AbsFOp::create(b, l, x));
            return addUp(b, l, old, isUnsigned ? x : (Value)math::AbsIOp::create(b, l, x));
          }
          case ReduceKind::L2:
          case ReduceKind::SumSquare:
            return addUp(b, l, old,
                         real ? (Value)arith::MulFOp::create(b, l, x, x) : (Value)arith::MulIOp::create(b, l, x, x));
          case ReduceKind::LogSumExp:
            return addUp(b, l, old, math::ExpOp::create(b, l, arith::SubFOp::create(b, l, x, v[1])));
          default:
            return addUp(b, l, old, x);
          }
        });
    bool plainSum = extreme || kind == ReduceKind::Sum || kind == ReduceKind::Prod || kind == ReduceKind::L1 ||
                    kind == ReduceKind::SumSquare;
    if (plainSum && acc == plain) {
      replaceWithSignless(rewriter, op, reduced);
      return success();
    }
    Value count = kind == ReduceKind::Mean ? elementCount(rewriter, loc, input, op.getAxes(), acc) : Value();
    SmallVector<Value> last{reduced};
    if (top)
      last.push_back(top);
    SmallVector<AffineMap> lastMaps(last.size(), rewriter.getMultiDimIdentityMap(space.sizes.size()));
    Value result =
        pointwise(rewriter, loc, space.sizes, element, last, lastMaps, [&](OpBuilder &b, Location l, ValueRange v) {
          Value x = v[0];
          if (kind == ReduceKind::Mean)
            x = real ? (Value)arith::DivFOp::create(b, l, x, count) : (Value)arith::DivSIOp::create(b, l, x, count);
          else if (kind == ReduceKind::LogSum || kind == ReduceKind::LogSumExp)
            x = math::LogOp::create(b, l, x);
          else if (kind == ReduceKind::L2 && real)
            x = math::SqrtOp::create(b, l, x);
          else if (kind == ReduceKind::L2)
            x = arith::FPToSIOp::create(b, l, acc,
                                        math::SqrtOp::create(b, l, arith::SIToFPOp::create(b, l, b.getF64Type(), x)));
          if (kind == ReduceKind::LogSumExp)
            x = arith::AddFOp::create(b, l, x, v[1]);
          return convertScalar(b, l, x, plain);
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// max, sum of exp(x - max), then exp(x - max) / sum. The exponential is written twice: a schedule decides whether to
/// keep it.
Value softmaxOf(OpBuilder &rewriter, Location loc, Value input, int64_t axis, bool log, Type element) {
  Type acc = accumulatorType(element);
  AffineMap identity = rewriter.getMultiDimIdentityMap(cast<ShapedType>(input.getType()).getRank());
  Reduced space = reducedSpace(rewriter, loc, input, axis, /*keep=*/false);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, input);
  Value top = reduction(
      rewriter, loc, input, identity, space, extremeLike(rewriter, loc, acc, true),
      [&](OpBuilder &b, Location l, ValueRange v) { return maxOf(b, l, v[1], convertScalar(b, l, v[0], acc)); });
  Value power =
      pointwise(rewriter, loc, sizes, acc, {input, top}, {identity, space.map},
                [&](OpBuilder &b, Location l, ValueRange v) -> Value {
                  return math::ExpOp::create(b, l, arith::SubFOp::create(b, l, convertScalar(b, l, v[0], acc), v[1]));
                });
  Value sum = reduction(rewriter, loc, power, identity, space, constantLike(rewriter, loc, acc, 0),
                        [&](OpBuilder &b, Location l, ValueRange v) { return addUp(b, l, v[1], v[0]); });
  AffineMap rows = rewriter.getMultiDimIdentityMap(space.sizes.size());
  if (log) {
    Value logs =
        pointwise(rewriter, loc, space.sizes, acc, sum, rows,
                  [&](OpBuilder &b, Location l, ValueRange v) -> Value { return math::LogOp::create(b, l, v[0]); });
    return pointwise(rewriter, loc, sizes, element, {input, top, logs}, {identity, space.map, space.map},
                     [&](OpBuilder &b, Location l, ValueRange v) {
                       Value shifted = arith::SubFOp::create(b, l, convertScalar(b, l, v[0], acc), v[1]);
                       return convertScalar(b, l, arith::SubFOp::create(b, l, shifted, v[2]), signless(element));
                     });
  }
  Value inverse =
      pointwise(rewriter, loc, space.sizes, acc, sum, rows, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
        return arith::DivFOp::create(b, l, constantLike(b, l, acc, 1), v[0]);
      });
  return pointwise(rewriter, loc, sizes, element, {power, inverse}, {identity, space.map},
                   [&](OpBuilder &b, Location l, ValueRange v) {
                     return convertScalar(b, l, arith::MulFOp::create(b, l, v[0], v[1]), signless(element));
                   });
}

struct LowerSoftmax final : OpRewritePattern<SoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SoftmaxOp op, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getResult().getType());
    replaceWithSignless(
        rewriter, op,
        softmaxOf(rewriter, op.getLoc(), op.getInput(), op.getAxis(), op.getLog(), type.getElementType()));
    return success();
  }
};

/// mean, variance about it (two passes: no cancellation), reciprocal root, then scale and bias.
struct LowerNorm final : OpRewritePattern<NormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NormOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = op.getInput();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type element = type.getElementType(), acc = accumulatorType(element);
    int64_t rank = type.getRank(), axis = op.getAxis();
    SmallVector<int64_t> axes;
    for (int64_t i = axis; i < rank; ++i)
      axes.push_back(i);
    AffineMap identity = rewriter.getMultiDimIdentityMap(rank);
    Reduced space = reducedSpace(rewriter, loc, input, axes, false);
    AffineMap rows = rewriter.getMultiDimIdentityMap(space.sizes.size());
    Value zero = constantLike(rewriter, loc, acc, 0), count = elementCount(rewriter, loc, input, axes, acc);
    SmallVector<Value> inputs{input};
    SmallVector<AffineMap> maps{identity};
    if (!op.getRms()) {
      Value sum = reduction(rewriter, loc, input, identity, space, zero, [&](OpBuilder &b, Location l, ValueRange v) {
        return addUp(b, l, v[1], convertScalar(b, l, v[0], acc));
      });
      inputs.push_back(
          pointwise(rewriter, loc, space.sizes, acc, sum, rows, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
            return arith::DivFOp::create(b, l, v[0], count);
          }));
      maps.push_back(space.map);
    }
    auto centred = [&](OpBuilder &b, Location l, ValueRange v) {
      Value x = convertScalar(b, l, v[0], acc);
      return op.getRms() ? x : (Value)arith::SubFOp::create(b, l, x, v[1]);
    };
    Value squares = reduction(rewriter, loc, inputs, maps, space, zero, [&](OpBuilder &b, Location l, ValueRange v) {
      Value x = centred(b, l, v);
      return addUp(b, l, v.back(), arith::MulFOp::create(b, l, x, x, arith::FastMathFlags::contract));
    });
    double epsilon = op.getEpsilon().convertToDouble();
    inputs.push_back(
        pointwise(rewriter, loc, space.sizes, acc, squares, rows, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
          Value variance =
              arith::AddFOp::create(b, l, arith::DivFOp::create(b, l, v[0], count), constantLike(b, l, acc, epsilon));
          return arith::DivFOp::create(b, l, constantLike(b, l, acc, 1), math::SqrtOp::create(b, l, variance));
        }));
    maps.push_back(space.map);
    unsigned root = inputs.size() - 1;
    SmallVector<AffineExpr> inner;
    for (int64_t i = axis; i < rank; ++i)
      inner.push_back(rewriter.getAffineDimExpr(i));
    AffineMap affine = AffineMap::get(rank, 0, inner, op.getContext());
    for (Value parameter : {op.getScale(), op.getBias()})
      if (parameter) {
        inputs.push_back(parameter);
        maps.push_back(affine);
      }
    Value result = pointwise(rewriter, loc, tensor::getMixedSizes(rewriter, loc, input), element, inputs, maps,
                             [&](OpBuilder &b, Location l, ValueRange v) {
                               Value y = arith::MulFOp::create(b, l, centred(b, l, v), v[root]);
                               unsigned next = root + 1;
                               if (op.getScale())
                                 y = arith::MulFOp::create(b, l, y, convertScalar(b, l, v[next++], acc));
                               if (op.getBias())
                                 y = arith::AddFOp::create(b, l, y, convertScalar(b, l, v[next], acc));
                               return convertScalar(b, l, y, element);
                             });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// scores[b, h, i, j] = scale * sum_d q k + mask, softmax over j, then sum_j p v.
struct LowerAttention final : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    MLIRContext *context = op.getContext();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type element = type.getElementType(), acc = accumulatorType(element);
    bool transposed = op.getKeyTransposed();
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0], scoreSizes = sizes;
    scoreSizes[3] = tensor::getMixedSize(rewriter, loc, op.getKey(), transposed ? 3 : 2);
    AffineExpr b0, h, i, j, d;
    bindDims(context, b0, h, i, j, d);
    auto map5 = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(5, 0, exprs, context); };
    auto product = [&](OpBuilder &b, Location l, ValueRange v) -> Value {
      Value xy = arith::MulFOp::create(b, l, convertScalar(b, l, v[0], acc), convertScalar(b, l, v[1], acc),
                                       arith::FastMathFlags::contract);
      return addUp(b, l, v[2], xy);
    };
    Value zero = constantLike(rewriter, loc, acc, 0);
    SmallVector<AffineExpr> keyIndex =
        transposed ? SmallVector<AffineExpr>{b0, h, d, j} : SmallVector<AffineExpr>{b0, h, j, d};
    Value scores = generic(rewriter, loc, {op.getQuery(), op.getKey()}, filledTensor(rewriter, loc, scoreSizes, zero),
                           {map5({b0, h, i, d}), map5(keyIndex), map5({b0, h, i, j})}, product);
    SmallVector<Value> inputs{scores};
    AffineMap identity = rewriter.getMultiDimIdentityMap(4);
    SmallVector<AffineMap> maps{identity};
    if (op.getMask()) {
      SmallVector<AffineExpr> exprs{b0, h, i, j};
      for (auto [expr, size] : llvm::zip_equal(exprs, cast<ShapedType>(op.getMask().getType()).getShape()))
        if (size == 1)
          expr = getAffineConstantExpr(0, context);
      inputs.push_back(op.getMask());
      maps.push_back(AffineMap::get(4, 0, exprs, context));
    }
    double scale = op.getScale().convertToDouble();
    Value scaled = pointwise(rewriter, loc, scoreSizes, acc, inputs, maps, [&](OpBuilder &b, Location l, ValueRange v) {
      Value x = arith::MulFOp::create(b, l, v[0], constantLike(b, l, acc, scale));
      return op.getMask() ? (Value)arith::AddFOp::create(b, l, x, convertScalar(b, l, v[1], acc)) : x;
    });
    Value weights = softmaxOf(rewriter, loc, scaled, 3, false, acc);
    Value sum = generic(rewriter, loc, {weights, op.getValue()}, filledTensor(rewriter, loc, sizes, zero),
                        {map5({b0, h, i, d}), map5({b0, h, d, j}), map5({b0, h, i, j})}, product);
    if (acc != element)
      sum = pointwise(rewriter, loc, sizes, element, sum, identity,
                      [&](OpBuilder &b, Location l, ValueRange v) { return convertScalar(b, l, v[0], element); });
    replaceWithSignless(rewriter, op, sum);
    return success();
  }
};
} // namespace

void hewn::nn::populateRowPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerReduce, LowerSoftmax, LowerNorm, LowerAttention>(patterns.getContext());
}
