// Resize, and the pads that repeat the input.
#include "Lowering.h"
#include "Scalars.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace hewn::nn;

namespace {

//===----------------------------------------------------------------------===//
// Pads
//===----------------------------------------------------------------------===//

/// Position `x` of a repeated dimension, x possibly outside [0, size).
Value repeatedPosition(Scalars s, PadMode mode, Value x, Value size) {
  if (mode == PadMode::Edge)
    return s.clamp(x, size);
  if (mode == PadMode::Wrap)
    return s.modulo(x, size);
  Value last = s.sub(size, s.index(1)), period = s.max(s.mul(last, s.index(2)), s.index(1));
  Value offset = s.modulo(x, period);
  return s.select(s.compare(arith::CmpIPredicate::sle, offset, last), offset, s.sub(period, offset));
}

struct LowerRepeatingPad final : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    if (op.getMode() == PadMode::Constant)
      return failure();
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<Value> sizes = Scalars{rewriter, loc}.sizesOf(input);
    Value result = pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), {}, {},
                             [&](OpBuilder &b, Location l, ValueRange) {
                               Scalars s{b, l};
                               SmallVector<Value> source = s.loopIndices(0, type.getRank());
                               for (int64_t i = 0; i < type.getRank(); ++i)
                                 if (op.getLow()[i] || op.getHigh()[i])
                                   source[i] = repeatedPosition(s, op.getMode(),
                                                                s.sub(source[i], s.index(op.getLow()[i])), sizes[i]);
                               return s.extract(input, source);
                             });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

/// Doubles, as the interpreter computes coordinates.
struct Reals {
  Scalars s;

  Value constant(double value) { return constantLike(s.b, s.l, s.b.getF64Type(), value); }
  Value fromIndex(Value x) {
    return arith::SIToFPOp::create(s.b, s.l, s.b.getF64Type(),
                                   arith::IndexCastOp::create(s.b, s.l, s.b.getI64Type(), x));
  }
  Value toIndex(Value x) {
    return arith::IndexCastOp::create(s.b, s.l, s.b.getIndexType(),
                                      arith::FPToSIOp::create(s.b, s.l, s.b.getI64Type(), x));
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(s.b, s.l, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(s.b, s.l, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(s.b, s.l, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(s.b, s.l, x, y); }
  Value floor(Value x) { return math::FloorOp::create(s.b, s.l, x); }
  Value ceil(Value x) { return math::CeilOp::create(s.b, s.l, x); }
  Value abs(Value x) { return math::AbsFOp::create(s.b, s.l, x); }
  Value isOne(Value x) { return arith::CmpFOp::create(s.b, s.l, arith::CmpFPredicate::OEQ, x, constant(1)); }
};

/// Where result coordinate x lies in an input of size `in`; both real.
Value sourceCoordinate(Reals r, CoordinateMode mode, Value x, Value in, Value out, double scale) {
  Value factor = r.constant(scale), half = r.constant(0.5);
  auto halfPixel = [&] { return r.sub(r.div(r.add(x, half), factor), half); };
  Value exact = r.mul(factor, in);
  switch (mode) {
  case CoordinateMode::HalfPixel:
    return halfPixel();
  case CoordinateMode::PytorchHalfPixel:
    return r.s.select(r.isOne(exact), r.constant(-0.5), halfPixel());
  case CoordinateMode::AlignCorners: {
    Value one = r.constant(1), spread = r.div(r.mul(x, r.sub(in, one)), r.sub(exact, one));
    return r.s.select(r.isOne(exact), r.constant(0), spread);
  }
  case CoordinateMode::Asymmetric:
    return r.div(x, factor);
  case CoordinateMode::HalfPixelSymmetric: {
    Value centre = r.mul(r.div(in, r.constant(2)), r.sub(r.constant(1), r.div(out, exact)));
    return r.sub(r.add(centre, r.div(r.add(x, half), factor)), half);
  }
  }
  llvm_unreachable("unknown coordinate mode");
}

Value nearestCoordinate(Reals r, NearestMode mode, Value x) {
  switch (mode) {
  case NearestMode::RoundPreferFloor:
    return r.ceil(r.sub(x, r.constant(0.5)));
  case NearestMode::RoundPreferCeil:
    return r.floor(r.add(x, r.constant(0.5)));
  case NearestMode::Floor:
    return r.floor(x);
  case NearestMode::Ceil:
    return r.ceil(x);
  }
  llvm_unreachable("unknown nearest mode");
}

/// The weight of a sample at distance t in [0, 2), of which the branch (t <= 1 or not) is known.
Value cubicWeight(Reals r, double a, Value t, bool near) {
  auto c = [&](double value) { return r.constant(value); };
  if (near)
    return r.add(r.mul(r.mul(r.sub(r.mul(c(a + 2), t), c(a + 3)), t), t), c(1));
  return r.sub(r.mul(r.add(r.mul(r.sub(r.mul(c(a), t), c(5 * a)), t), c(8 * a)), t), c(4 * a));
}

struct Tap {
  Value position, weight; // index, f64 (null: 1)
};

/// The input positions along one dimension that result coordinate `x` reads.
SmallVector<Tap> taps(ResizeOp op, Reals r, Value x, Value size) {
  if (op.getMode() == ResizeMode::Nearest)
    return {{r.s.clamp(r.toIndex(nearestCoordinate(r, op.getNearest(), x)), size), Value()}};
  SmallVector<Tap> result;
  bool cubic = op.getMode() == ResizeMode::Cubic;
  Value floor = r.floor(x), first = r.toIndex(floor), sum = r.constant(0);
  for (int64_t i = cubic ? -1 : 0; i < (cubic ? 3 : 2); ++i) {
    Value distance = r.abs(r.sub(x, r.add(floor, r.constant(static_cast<double>(i)))));
    Value weight = cubic ? cubicWeight(r, op.getCubicCoeffA().convertToDouble(), distance, i == 0 || i == 1)
                         : r.sub(r.constant(1), distance);
    Value position = r.s.add(first, r.s.index(i));
    if (op.getExcludeOutside()) {
      Value inside = r.s.compare(arith::CmpIPredicate::ult, position, size);
      weight = r.s.select(inside, weight, r.constant(0));
      sum = r.add(sum, weight);
    }
    result.push_back({r.s.clamp(position, size), weight});
  }
  if (op.getExcludeOutside())
    for (Tap &tap : result)
      tap.weight = r.div(tap.weight, sum);
  return result;
}

/// Sum over all combinations of taps of the dimensions from `dim` on.
Value interpolate(Reals r, Value input, ArrayRef<SmallVector<Tap>> dims, SmallVector<Value> &where, bool isUnsigned) {
  size_t dim = where.size();
  if (dim == dims.size())
    return convertScalar(r.s.b, r.s.l, r.s.extract(input, where), r.s.b.getF64Type(), isUnsigned);
  Value sum;
  for (const Tap &tap : dims[dim]) {
    where.push_back(tap.position);
    Value part = interpolate(r, input, dims, where, isUnsigned);
    where.pop_back();
    if (tap.weight)
      part = r.mul(part, tap.weight);
    sum = sum ? r.add(sum, part) : part;
  }
  return sum;
}

/// Whether a nearest resize repeats each element `scale` times along every dimension: result x reads x / scale.
bool repeatsElements(ResizeOp op) {
  if (op.getMode() != ResizeMode::Nearest)
    return false;
  bool whole = llvm::all_of(op.getScales(), [](double s) { return s >= 1 && s <= 1024 && s == std::floor(s); });
  bool rounds = op.getNearest() == NearestMode::RoundPreferFloor || op.getNearest() == NearestMode::RoundPreferCeil;
  return whole && ((op.getCoordinate() == CoordinateMode::Asymmetric && op.getNearest() == NearestMode::Floor) ||
                   (op.getCoordinate() == CoordinateMode::HalfPixel && rounds));
}

struct LowerResize final : OpRewritePattern<ResizeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ResizeOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];
    Value result =
        repeatsElements(op) ? repeat(op, rewriter, input, sizes, type) : resample(op, rewriter, input, sizes, type);
    replaceWithSignless(rewriter, op, result);
    return success();
  }

  static Value repeat(ResizeOp op, PatternRewriter &rewriter, Value input, ArrayRef<OpFoldResult> sizes,
                      RankedTensorType type) {
    SmallVector<AffineExpr> source;
    for (auto [dim, scale] : llvm::enumerate(op.getScales()))
      source.push_back(rewriter.getAffineDimExpr(dim).floorDiv(static_cast<int64_t>(scale)));
    AffineMap map = AffineMap::get(type.getRank(), 0, source, op.getContext());
    return pointwise(rewriter, op.getLoc(), sizes, type.getElementType(), input, map,
                     [](OpBuilder &, Location, ValueRange v) { return v[0]; });
  }

  static Value resample(ResizeOp op, PatternRewriter &rewriter, Value input, ArrayRef<OpFoldResult> sizes,
                        RankedTensorType type) {
    Scalars at{rewriter, op.getLoc()};
    SmallVector<Value> in = at.sizesOf(input), out;
    for (OpFoldResult size : sizes)
      out.push_back(at.index(size));
    Type element = type.getElementType();
    return pointwise(rewriter, op.getLoc(), sizes, element, {}, {}, [&](OpBuilder &b, Location l, ValueRange) -> Value {
      Reals r{Scalars{b, l}};
      SmallVector<SmallVector<Tap>> dims;
      auto inputType = cast<RankedTensorType>(op.getInput().getType());
      for (int64_t i = 0; i < type.getRank(); ++i) {
        Value x = linalg::IndexOp::create(b, l, i);
        bool same = op.getScales()[i] == 1.0 && inputType.getDimSize(i) == type.getDimSize(i);
        if (same) {
          dims.push_back({{x, Value()}});
          continue;
        }
        Value source = sourceCoordinate(r, op.getCoordinate(), r.fromIndex(x), r.fromIndex(in[i]), r.fromIndex(out[i]),
                                        op.getScales()[i]);
        dims.push_back(taps(op, r, source, in[i]));
      }
      if (op.getMode() == ResizeMode::Nearest)
        return r.s.extract(input, llvm::map_to_vector(dims, [](auto &dim) { return dim[0].position; }));
      SmallVector<Value> where;
      Value sum = interpolate(r, input, dims, where, element.isUnsignedInteger());
      return convertScalar(b, l, sum, signless(element), element.isUnsignedInteger());
    });
  }
};
} // namespace

void hewn::nn::populateResamplePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerRepeatingPad, LowerResize>(patterns.getContext());
}
