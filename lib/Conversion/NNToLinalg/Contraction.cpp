// Matrix products, convolutions and pools: one generic with reduction loops, then what remains per element.
#include "Lowering.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace hewn::nn;

/// acc + x * y in the accumulator's type. The sum may be contracted and reassociated: it is one reduction.
static Value multiplyAdd(OpBuilder &b, Location loc, Value x, Value y, Value acc, bool isUnsigned) {
  Type type = acc.getType();
  x = convertScalar(b, loc, x, type, isUnsigned);
  y = convertScalar(b, loc, y, type, isUnsigned);
  if (isa<FloatType>(type)) {
    auto flags = arith::FastMathFlags::contract | arith::FastMathFlags::reassoc;
    return arith::AddFOp::create(b, loc, acc, arith::MulFOp::create(b, loc, x, y, flags), flags);
  }
  return arith::AddIOp::create(b, loc, acc, arith::MulIOp::create(b, loc, x, y));
}

/// `value` with the element type of `result`, rounded once.
static Value roundTo(OpBuilder &b, Location loc, Value value, Type element, ArrayRef<OpFoldResult> sizes) {
  Type plain = signless(element);
  if (cast<ShapedType>(value.getType()).getElementType() == plain)
    return value;
  return pointwise(b, loc, sizes, plain, value, b.getMultiDimIdentityMap(sizes.size()),
                   [&](OpBuilder &ob, Location l, ValueRange v) { return convertScalar(ob, l, v[0], plain); });
}

namespace {
/// result[b, m, n] += lhs[b, m, k] * rhs[b, k, n]; a panel's column n lies at [n / NR, k, n % NR].
struct LowerMatMul final : OpRewritePattern<MatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatMulOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto rhsType = cast<RankedTensorType>(op.getRhs().getType());
    bool isUnsigned = rhsType.getElementType().isUnsignedInteger();
    int64_t rank = type.getRank();
    MLIRContext *context = op.getContext();
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];
    SmallVector<AffineExpr> d;
    for (int64_t i = 0; i <= rank; ++i)
      d.push_back(getAffineDimExpr(i, context));
    AffineExpr m = d[rank - 2], n = d[rank - 1], k = d[rank];
    SmallVector<AffineExpr> lhs(d.begin(), d.begin() + rank - 2), rhs, out(d.begin(), d.begin() + rank);
    lhs.append({m, k});
    if (op.getRhsLayout() == MatrixLayout::Panel) {
      int64_t lanes = rhsType.getDimSize(2);
      rhs = {n.floorDiv(lanes), k, n % lanes};
    } else {
      if (rhsType.getRank() == rank)
        rhs.append(d.begin(), d.begin() + rank - 2);
      rhs.append({k, n});
    }
    auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(rank + 1, 0, exprs, context); };
    Type acc = accumulatorType(type.getElementType());
    Value init = filledTensor(rewriter, loc, sizes, constantLike(rewriter, loc, acc, 0));
    Value sum = generic(rewriter, loc, {signless(rewriter, loc, op.getLhs()), signless(rewriter, loc, op.getRhs())},
                        init, {map(lhs), map(rhs), map(out)}, [&](OpBuilder &b, Location l, ValueRange v) {
                          return multiplyAdd(b, l, v[0], v[1], v[2], isUnsigned);
                        });
    replaceWithSignless(rewriter, op, roundTo(rewriter, loc, sum, type.getElementType(), sizes));
    return success();
  }
};

/// Puts the pads in front of a window op as an nn.pad.
template <typename OpTy>
void padInput(OpTy op, PatternRewriter &rewriter, int64_t first, ArrayRef<int64_t> extraHigh, Value filler) {
  auto type = cast<RankedTensorType>(op.getInput().getType());
  int64_t spatial = op.getStrides().size();
  SmallVector<int64_t> low(type.getRank(), 0), high(type.getRank(), 0);
  for (int64_t i = 0; i < spatial; ++i) {
    low[first + i] = op.getPads()[i];
    high[first + i] = op.getPads()[spatial + i] + extraHigh[i];
  }
  auto padded = build<PadOp>(rewriter, op.getLoc(), type.getElementType(), op.getInput(), filler,
                             rewriter.getDenseI64ArrayAttr(low), rewriter.getDenseI64ArrayAttr(high),
                             PadModeAttr::get(op.getContext(), PadMode::Constant));
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputMutable().assign(padded.getResult());
    op.setPads(SmallVector<int64_t>(2 * spatial, 0));
  });
}

/// result[n, p, f] += input[n, p * stride + k * dilation, g * C/G + c] * filter[f, k, c], then the bias.
struct LowerConv final : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    int64_t spatial = op.getSpatialRank(), first = op.getFirstSpatialDim(), channel = op.getChannelDim();
    if (llvm::any_of(op.getPads(), [](int64_t pad) { return pad != 0; })) {
      padInput(op, rewriter, first, SmallVector<int64_t>(spatial, 0), Value());
      return success();
    }
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto filterType = cast<RankedTensorType>(op.getFilter().getType());
    auto inputType = cast<RankedTensorType>(op.getInput().getType());
    int64_t rank = type.getRank(), groups = op.getGroups(), inputs = inputType.getDimSize(channel);
    int64_t outputs = op.getOutputChannels();
    if (ShapedType::isDynamic(inputs) || ShapedType::isDynamic(outputs))
      return rewriter.notifyMatchFailure(op, "channel counts are not static");
    MLIRContext *context = op.getContext();
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];

    // Loops: the result's dimensions, the window, and the input channels of a group unless there is only one.
    bool depthwise = inputs == groups;
    int64_t loops = rank + spatial + (depthwise ? 0 : 1);
    auto dim = [&](int64_t i) { return getAffineDimExpr(i, context); };
    AffineExpr f = dim(channel), zero = getAffineConstantExpr(0, context), c = depthwise ? zero : dim(loops - 1);
    SmallVector<AffineExpr> in(rank), out;
    for (int64_t i = 0; i < rank; ++i)
      out.push_back(dim(i));
    in[0] = dim(0);
    in[channel] = groups == 1 ? c : f.floorDiv(outputs / groups) * (inputs / groups) + c;
    for (int64_t i = 0; i < spatial; ++i)
      in[first + i] = dim(first + i) * op.getStrides()[i] + dim(rank + i) * op.getDilations()[i];
    SmallVector<AffineExpr> filter;
    if (op.getFilterLayout() == FilterLayout::Panel) {
      int64_t lanes = filterType.getShape().back();
      filter.push_back(f.floorDiv(lanes));
      for (int64_t i = 0; i < spatial; ++i)
        filter.push_back(dim(rank + i));
      filter.append({c, f % lanes});
    } else {
      filter.push_back(f);
      if (op.getFilterLayout() == FilterLayout::OIHW)
        filter.push_back(c);
      for (int64_t i = 0; i < spatial; ++i)
        filter.push_back(dim(rank + i));
      if (op.getFilterLayout() == FilterLayout::OHWI)
        filter.push_back(c);
    }
    auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(loops, 0, exprs, context); };
    Type acc = accumulatorType(type.getElementType());
    Value init = filledTensor(rewriter, loc, sizes, constantLike(rewriter, loc, acc, 0));
    Value sum =
        generic(rewriter, loc, {signless(rewriter, loc, op.getInput()), signless(rewriter, loc, op.getFilter())}, init,
                {map(in), map(filter), map(out)}, [&](OpBuilder &b, Location l, ValueRange v) {
                  return multiplyAdd(b, l, v[0], v[1], v[2], inputType.getElementType().isUnsignedInteger());
                });
    if (op.getBias()) {
      AffineMap biasMap = AffineMap::get(rank, 0, {dim(channel)}, context);
      sum = pointwise(rewriter, loc, sizes, acc, {sum, signless(rewriter, loc, op.getBias())},
                      {rewriter.getMultiDimIdentityMap(rank), biasMap},
                      [&](OpBuilder &b, Location l, ValueRange v) -> Value {
                        Value bias = convertScalar(b, l, v[1], acc);
                        if (isa<FloatType>(acc))
                          return arith::AddFOp::create(b, l, v[0], bias);
                        return arith::AddIOp::create(b, l, v[0], bias);
                      });
    }
    replaceWithSignless(rewriter, op, roundTo(rewriter, loc, sum, type.getElementType(), sizes));
    return success();
  }
};

/// Number of positions of window p that lie inside [0, size): k with 0 <= p * stride - begin + k * dilation < size.
Value windowCount(OpBuilder &b, Location loc, Value p, Value size, int64_t begin, int64_t kernel, int64_t stride,
                  int64_t dilation, bool countPads) {
  AffineExpr d0, s0;
  bindDims(b.getContext(), d0);
  bindSymbols(b.getContext(), s0);
  AffineExpr start = d0 * stride - begin, zero = b.getAffineConstantExpr(0), window = b.getAffineConstantExpr(kernel);
  AffineMap high = AffineMap::get(1, 1, {(s0 - start).ceilDiv(dilation), window}, b.getContext());
  AffineMap low = AffineMap::get(1, 1, {(-start).ceilDiv(dilation), zero}, b.getContext());
  Value last = affine::AffineMinOp::create(b, loc, high, ValueRange{p, size});
  Value from = countPads ? (Value)arith::ConstantIndexOp::create(b, loc, 0)
                         : (Value)affine::AffineMaxOp::create(b, loc, low, ValueRange{p, size});
  return arith::SubIOp::create(b, loc, last, from);
}

struct LowerPool final : OpRewritePattern<PoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PoolOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type element = type.getElementType(), plain = signless(element);
    int64_t rank = type.getRank(), spatial = op.getKernel().size(), first = op.getLayout() == Layout::NCHW ? 2 : 1;
    MLIRContext *context = op.getContext();
    bool isMax = op.getKind() == PoolKind::Max;
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];

    // Pads (and what ceil_mode overhangs) become part of the input, filled with the neutral element.
    Value source = op.getInput();
    SmallVector<int64_t> extra(spatial, 0);
    auto inputType = cast<RankedTensorType>(op.getInput().getType());
    for (int64_t i = 0; i < spatial; ++i) {
      int64_t in = inputType.getDimSize(first + i), out = type.getDimSize(first + i);
      int64_t pads = op.getPads()[i] + op.getPads()[spatial + i];
      if (ShapedType::isDynamic(in) || ShapedType::isDynamic(out))
        extra[i] = op.getCeilMode() ? op.getStrides()[i] - 1 : 0;
      else
        extra[i] = std::max<int64_t>(0, (out - 1) * op.getStrides()[i] +
                                            op.getDilations()[i] * (op.getKernel()[i] - 1) + 1 - in - pads);
    }
    Value padded = source;
    if (llvm::any_of(op.getPads(), [](int64_t p) { return p != 0; }) ||
        llvm::any_of(extra, [](int64_t p) { return p != 0; })) {
      Value filler;
      if (isMax) {
        Value lowest = extremeLike(rewriter, loc, plain, true, element.isUnsignedInteger());
        Value scalar = tensor::FromElementsOp::create(rewriter, loc, RankedTensorType::get({}, plain), lowest);
        filler = plain == element
                     ? scalar
                     : UnrealizedConversionCastOp::create(rewriter, loc, RankedTensorType::get({}, element), scalar)
                           .getResult(0);
      }
      SmallVector<int64_t> low(rank, 0), high(rank, 0);
      for (int64_t i = 0; i < spatial; ++i) {
        low[first + i] = op.getPads()[i];
        high[first + i] = op.getPads()[spatial + i] + extra[i];
      }
      padded = build<PadOp>(rewriter, loc, element, source, filler, rewriter.getDenseI64ArrayAttr(low),
                            rewriter.getDenseI64ArrayAttr(high), PadModeAttr::get(context, PadMode::Constant));
    }

    int64_t loops = rank + spatial;
    auto dim = [&](int64_t i) { return getAffineDimExpr(i, context); };
    SmallVector<AffineExpr> in, window, out;
    for (int64_t i = 0; i < rank; ++i) {
      in.push_back(dim(i));
      out.push_back(dim(i));
    }
    for (int64_t i = 0; i < spatial; ++i) {
      in[first + i] = dim(first + i) * op.getStrides()[i] + dim(rank + i) * op.getDilations()[i];
      window.push_back(dim(rank + i));
    }
    auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(loops, 0, exprs, context); };
    Type acc = isMax ? plain : accumulatorType(element);
    Value start = isMax ? extremeLike(rewriter, loc, acc, true, element.isUnsignedInteger())
                        : constantLike(rewriter, loc, acc, 0);
    Value shape = tensor::EmptyOp::create(rewriter, loc, op.getKernel(), plain);
    int64_t p = op.getP();
    Value reduced =
        generic(rewriter, loc, {signless(rewriter, loc, padded), shape}, filledTensor(rewriter, loc, sizes, start),
                {map(in), map(window), map(out)}, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
                  Value x = convertScalar(b, l, v[0], acc, element.isUnsignedInteger());
                  if (isMax && isa<FloatType>(acc))
                    return arith::MaximumFOp::create(b, l, v[2], x);
                  if (isMax)
                    return element.isUnsignedInteger() ? (Value)arith::MaxUIOp::create(b, l, v[2], x)
                                                       : (Value)arith::MaxSIOp::create(b, l, v[2], x);
                  if (!isa<FloatType>(acc))
                    return arith::AddIOp::create(b, l, v[2], x);
                  if (op.getKind() == PoolKind::LpNorm) {
                    x = math::AbsFOp::create(b, l, x);
                    Value power = x;
                    for (int64_t i = 1; i < p; ++i)
                      power = arith::MulFOp::create(b, l, power, x);
                    x = power;
                  }
                  return arith::AddFOp::create(b, l, v[2], x, arith::FastMathFlags::reassoc);
                });
    if (isMax) {
      replaceWithSignless(rewriter, op, reduced);
      return success();
    }
    SmallVector<Value> inputSizes;
    if (op.getKind() == PoolKind::Average)
      for (int64_t i = 0; i < spatial; ++i) {
        OpFoldResult size = tensor::getMixedSize(rewriter, loc, signless(rewriter, loc, source), first + i);
        inputSizes.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
      }
    Value result = pointwise(
        rewriter, loc, sizes, element, reduced, rewriter.getMultiDimIdentityMap(rank),
        [&](OpBuilder &b, Location l, ValueRange v) { return finish(op, b, l, v[0], inputSizes, first, acc, plain); });
    replaceWithSignless(rewriter, op, result);
    return success();
  }

  /// The sum's last step: the root of lp, or the division by the count.
  static Value finish(PoolOp op, OpBuilder &b, Location l, Value sum, ValueRange inputSizes, int64_t first, Type acc,
                      Type plain) {
    if (op.getKind() == PoolKind::LpNorm) {
      Value root = op.getP() == 2 ? (Value)math::SqrtOp::create(b, l, sum)
                                  : (Value)math::PowFOp::create(b, l, sum, constantLike(b, l, acc, 1.0 / op.getP()));
      return convertScalar(b, l, op.getP() == 1 ? sum : root, plain);
    }
    bool padded = llvm::any_of(op.getPads(), [](int64_t p) { return p != 0; });
    int64_t spatial = op.getKernel().size();
    if ((!padded || op.getCountIncludePad()) && !op.getCeilMode() && isa<FloatType>(acc)) {
      int64_t count = 1;
      for (int64_t size : op.getKernel())
        count *= size;
      return convertScalar(b, l, arith::DivFOp::create(b, l, sum, constantLike(b, l, acc, count)), plain);
    }
    Value count;
    for (int64_t i = 0; i < spatial; ++i) {
      Value index = linalg::IndexOp::create(b, l, first + i), size = inputSizes[i];
      if (op.getCountIncludePad())
        size = arith::AddIOp::create(b, l, size, arith::ConstantIndexOp::create(b, l, op.getPads()[spatial + i]));
      Value inside = windowCount(b, l, index, size, op.getPads()[i], op.getKernel()[i], op.getStrides()[i],
                                 op.getDilations()[i], op.getCountIncludePad());
      count = count ? (Value)arith::MulIOp::create(b, l, count, inside) : inside;
    }
    Value whole = arith::IndexCastOp::create(b, l, b.getI64Type(), count);
    if (!isa<FloatType>(acc))
      return convertScalar(b, l, arith::DivSIOp::create(b, l, sum, whole), plain);
    return convertScalar(b, l, arith::DivFOp::create(b, l, sum, arith::SIToFPOp::create(b, l, acc, whole)), plain);
  }
};
} // namespace

void hewn::nn::populateContractionPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerMatMul, LowerConv, LowerPool>(patterns.getContext());
}
