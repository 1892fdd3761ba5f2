// Elementwise ops, casts, broadcasts and transposes: generics whose maps say which element is read.
#include "Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace hewn::nn;

namespace {
/// Writes scalar formulas: operators of one (float or signless integer) type.
struct Formula {
  OpBuilder &b;
  Location loc;
  Type type;
  bool isUnsigned = false;

  template <typename Op, typename... Args> Value op(Args... args) const { return Op::create(b, loc, args...); }
  Value c(double value) const { return constantLike(b, loc, type, value); }
  Value add(Value x, Value y) const { return op<arith::AddFOp>(x, y); }
  Value sub(Value x, Value y) const { return op<arith::SubFOp>(x, y); }
  Value mul(Value x, Value y) const { return op<arith::MulFOp>(x, y); }
  Value div(Value x, Value y) const { return op<arith::DivFOp>(x, y); }
  Value exp(Value x) const { return op<math::ExpOp>(x); }
  Value less(Value x, Value y) const { return op<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, y); }
  Value select(Value p, Value x, Value y) const { return op<arith::SelectOp>(p, x, y); }
  /// fmax(x, constant) and fmin(x, constant) as C has them: a NaN gives the constant.
  Value fmax(Value x, Value y) const { return select(less(y, x), x, y); }
  Value fmin(Value x, Value y) const { return select(less(x, y), x, y); }
  /// log(1 + exp(x)) without overflow; NaN stays.
  Value softplus(Value x) const {
    Value positive = select(less(x, c(0)), c(0), x);
    Value decay = exp(op<arith::NegFOp>(op<math::AbsFOp>(x)));
    return add(positive, op<math::Log1pOp>(decay));
  }
  Value cmp(arith::CmpIPredicate s, arith::CmpIPredicate u, Value x, Value y) const {
    return op<arith::CmpIOp>(isUnsigned ? u : s, x, y);
  }
  Value lessInt(Value x, Value y) const { return cmp(arith::CmpIPredicate::slt, arith::CmpIPredicate::ult, x, y); }
  Value equalInt(Value x, Value y) const { return op<arith::CmpIOp>(arith::CmpIPredicate::eq, x, y); }
};
} // namespace

static Value floatUnary(const Formula &f, ElementwiseKind kind, Value x, double alpha, double beta) {
  switch (kind) {
  case ElementwiseKind::Abs:
    return f.op<math::AbsFOp>(x);
  case ElementwiseKind::Neg:
    return f.op<arith::NegFOp>(x);
  case ElementwiseKind::Exp:
    return f.exp(x);
  case ElementwiseKind::Log:
    return f.op<math::LogOp>(x);
  case ElementwiseKind::Sqrt:
    return f.op<math::SqrtOp>(x);
  case ElementwiseKind::Reciprocal:
    return f.div(f.c(1), x);
  case ElementwiseKind::Floor:
    return f.op<math::FloorOp>(x);
  case ElementwiseKind::Ceil:
    return f.op<math::CeilOp>(x);
  case ElementwiseKind::Round:
    return f.op<math::RoundEvenOp>(x);
  case ElementwiseKind::Sign:
    return f.select(f.less(f.c(0), x), f.c(1), f.select(f.less(x, f.c(0)), f.c(-1), x));
  case ElementwiseKind::Sin:
    return f.op<math::SinOp>(x);
  case ElementwiseKind::Cos:
    return f.op<math::CosOp>(x);
  case ElementwiseKind::Tan:
    return f.op<math::TanOp>(x);
  case ElementwiseKind::Asin:
    return f.op<math::AsinOp>(x);
  case ElementwiseKind::Acos:
    return f.op<math::AcosOp>(x);
  case ElementwiseKind::Atan:
    return f.op<math::AtanOp>(x);
  case ElementwiseKind::Sinh:
    return f.op<math::SinhOp>(x);
  case ElementwiseKind::Cosh:
    return f.op<math::CoshOp>(x);
  case ElementwiseKind::Tanh:
    return f.op<math::TanhOp>(x);
  case ElementwiseKind::Asinh:
    return f.op<math::AsinhOp>(x);
  case ElementwiseKind::Acosh:
    return f.op<math::AcoshOp>(x);
  case ElementwiseKind::Atanh:
    return f.op<math::AtanhOp>(x);
  case ElementwiseKind::Erf:
    return f.op<math::ErfOp>(x);
  case ElementwiseKind::Sigmoid:
    return f.div(f.c(1), f.add(f.c(1), f.exp(f.op<arith::NegFOp>(x))));
  case ElementwiseKind::Relu:
    return f.select(f.less(x, f.c(0)), f.c(0), x);
  case ElementwiseKind::Gelu:
    return f.mul(f.mul(f.c(0.5), x), f.add(f.c(1), f.op<math::ErfOp>(f.mul(x, f.c(0.70710678118654752440)))));
  case ElementwiseKind::GeluTanh: {
    Value cube = f.mul(f.mul(f.mul(x, x), x), f.c(0.044715));
    Value t = f.op<math::TanhOp>(f.mul(f.c(0.79788456080286535588), f.add(x, cube)));
    return f.mul(f.mul(f.c(0.5), x), f.add(f.c(1), t));
  }
  case ElementwiseKind::LeakyRelu:
    return f.select(f.less(x, f.c(0)), f.mul(f.c(alpha), x), x);
  case ElementwiseKind::Elu:
    return f.select(f.less(x, f.c(0)), f.mul(f.c(alpha), f.op<math::ExpM1Op>(x)), x);
  case ElementwiseKind::Selu:
    return f.select(f.less(f.c(0), x), f.mul(f.c(beta), x), f.mul(f.c(beta * alpha), f.op<math::ExpM1Op>(x)));
  case ElementwiseKind::Celu:
    return f.add(f.fmax(x, f.c(0)), f.fmin(f.mul(f.c(alpha), f.op<math::ExpM1Op>(f.div(x, f.c(alpha)))), f.c(0)));
  case ElementwiseKind::HardSigmoid:
    return f.fmax(f.fmin(f.add(f.mul(f.c(alpha), x), f.c(beta)), f.c(1)), f.c(0));
  case ElementwiseKind::HardSwish:
    return f.mul(x, f.fmax(f.fmin(f.add(f.mul(x, f.c(1.0 / 6)), f.c(0.5)), f.c(1)), f.c(0)));
  case ElementwiseKind::Softplus:
    return f.softplus(x);
  case ElementwiseKind::Softsign:
    return f.div(x, f.add(f.c(1), f.op<math::AbsFOp>(x)));
  case ElementwiseKind::Mish:
    return f.mul(x, f.op<math::TanhOp>(f.softplus(x)));
  case ElementwiseKind::ThresholdedRelu:
    return f.select(f.less(f.c(alpha), x), x, f.c(0));
  case ElementwiseKind::IsNaN:
    return f.op<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
  case ElementwiseKind::IsInf: {
    Value no = arith::ConstantOp::create(f.b, f.loc, f.b.getBoolAttr(false));
    Value up = f.op<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, f.c(INFINITY));
    Value down = f.op<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, f.c(-INFINITY));
    return f.op<arith::OrIOp>(alpha != 0 ? up : no, beta != 0 ? down : no);
  }
  default:
    return {};
  }
}

static Value floatBinary(const Formula &f, ElementwiseKind kind, Value x, Value y) {
  auto compare = [&](arith::CmpFPredicate predicate) { return f.op<arith::CmpFOp>(predicate, x, y); };
  switch (kind) {
  case ElementwiseKind::Add:
    return f.add(x, y);
  case ElementwiseKind::Sub:
    return f.sub(x, y);
  case ElementwiseKind::Mul:
    return f.mul(x, y);
  case ElementwiseKind::Div:
    return f.div(x, y);
  case ElementwiseKind::Max:
    return f.op<arith::MaximumFOp>(x, y);
  case ElementwiseKind::Min:
    return f.op<arith::MinimumFOp>(x, y);
  case ElementwiseKind::Pow:
    return f.op<math::PowFOp>(x, y);
  case ElementwiseKind::Mod: {
    // The remainder is exact; where its sign is not the divisor's, one divisor is added.
    Value rest = f.op<arith::RemFOp>(x, y), zero = f.c(0);
    Value differs = f.op<arith::XOrIOp>(f.less(rest, zero), f.less(y, zero));
    Value nonZero = f.op<arith::CmpFOp>(arith::CmpFPredicate::ONE, rest, zero);
    return f.select(f.op<arith::AndIOp>(differs, nonZero), f.add(rest, y), rest);
  }
  case ElementwiseKind::FMod:
    return f.op<arith::RemFOp>(x, y);
  case ElementwiseKind::PRelu:
    return f.select(f.less(x, f.c(0)), f.mul(x, y), x);
  case ElementwiseKind::Equal:
    return compare(arith::CmpFPredicate::OEQ);
  case ElementwiseKind::Less:
    return compare(arith::CmpFPredicate::OLT);
  case ElementwiseKind::LessEqual:
    return compare(arith::CmpFPredicate::OLE);
  case ElementwiseKind::Greater:
    return compare(arith::CmpFPredicate::OGT);
  case ElementwiseKind::GreaterEqual:
    return compare(arith::CmpFPredicate::OGE);
  default:
    return {};
  }
}

/// x / y or x % y with the divisors that trap taken out: 0 gives 0 (or x), and -1 never reaches the instruction.
static Value safeDivide(const Formula &f, ElementwiseKind kind, Value x, Value y) {
  Value zero = f.c(0), one = f.c(1);
  Value isZero = f.equalInt(y, zero), special = isZero;
  Value minusOne;
  if (!f.isUnsigned) {
    minusOne = f.equalInt(y, f.c(-1));
    special = f.op<arith::OrIOp>(isZero, minusOne);
  }
  Value safe = f.select(special, one, y);
  if (kind == ElementwiseKind::Div) {
    Value quotient = f.isUnsigned ? f.op<arith::DivUIOp>(x, safe) : f.op<arith::DivSIOp>(x, safe);
    if (minusOne)
      quotient = f.select(minusOne, f.op<arith::SubIOp>(zero, x), quotient);
    return f.select(isZero, zero, quotient);
  }
  Value rest = f.isUnsigned ? f.op<arith::RemUIOp>(x, safe) : f.op<arith::RemSIOp>(x, safe);
  if (kind == ElementwiseKind::Mod && !f.isUnsigned) {
    // The remainder takes the divisor's sign.
    Value differs = f.lessInt(f.op<arith::XOrIOp>(rest, safe), zero);
    Value nonZero = f.op<arith::CmpIOp>(arith::CmpIPredicate::ne, rest, zero);
    rest = f.select(f.op<arith::AndIOp>(differs, nonZero), f.op<arith::AddIOp>(rest, safe), rest);
  }
  return rest;
}

static Value integerKind(const Formula &f, ElementwiseKind kind, ValueRange v) {
  Value x = v[0], y = v.size() > 1 ? v[1] : Value(), zero = f.c(0);
  using P = arith::CmpIPredicate;
  switch (kind) {
  case ElementwiseKind::Abs:
    return f.isUnsigned ? x : f.select(f.lessInt(x, zero), f.op<arith::SubIOp>(zero, x), x);
  case ElementwiseKind::Neg:
    return f.op<arith::SubIOp>(zero, x);
  case ElementwiseKind::Sign: {
    Value negative = f.isUnsigned ? zero : f.select(f.lessInt(x, zero), f.c(-1), zero);
    return f.select(f.lessInt(zero, x), f.c(1), negative);
  }
  case ElementwiseKind::Relu:
    return f.isUnsigned ? x : f.select(f.lessInt(x, zero), zero, x);
  case ElementwiseKind::Not:
    return f.op<arith::XOrIOp>(x, f.c(1));
  case ElementwiseKind::BitNot:
    return f.op<arith::XOrIOp>(x, f.c(-1));
  case ElementwiseKind::Add:
    return f.op<arith::AddIOp>(x, y);
  case ElementwiseKind::Sub:
    return f.op<arith::SubIOp>(x, y);
  case ElementwiseKind::Mul:
    return f.op<arith::MulIOp>(x, y);
  case ElementwiseKind::Div:
  case ElementwiseKind::Mod:
  case ElementwiseKind::FMod:
    return safeDivide(f, kind, x, y);
  case ElementwiseKind::Max:
    return f.select(f.lessInt(x, y), y, x);
  case ElementwiseKind::Min:
    return f.select(f.lessInt(y, x), y, x);
  case ElementwiseKind::PRelu:
    return f.isUnsigned ? x : f.select(f.lessInt(x, zero), f.op<arith::MulIOp>(x, y), x);
  case ElementwiseKind::Pow: {
    Type f64 = f.b.getF64Type();
    Value real = math::PowFOp::create(f.b, f.loc, convertScalar(f.b, f.loc, x, f64, f.isUnsigned),
                                      convertScalar(f.b, f.loc, y, f64, f.isUnsigned));
    return convertScalar(f.b, f.loc, math::RoundEvenOp::create(f.b, f.loc, real), f.type, f.isUnsigned);
  }
  case ElementwiseKind::And:
  case ElementwiseKind::BitAnd:
    return f.op<arith::AndIOp>(x, y);
  case ElementwiseKind::Or:
  case ElementwiseKind::BitOr:
    return f.op<arith::OrIOp>(x, y);
  case ElementwiseKind::Xor:
  case ElementwiseKind::BitXor:
    return f.op<arith::XOrIOp>(x, y);
  case ElementwiseKind::ShiftLeft:
  case ElementwiseKind::ShiftRight: {
    Value width = f.c(f.type.getIntOrFloatBitWidth());
    Value inside = f.op<arith::CmpIOp>(P::ult, y, width), amount = f.select(inside, y, zero);
    bool left = kind == ElementwiseKind::ShiftLeft;
    Value shifted = left           ? f.op<arith::ShLIOp>(x, amount)
                    : f.isUnsigned ? f.op<arith::ShRUIOp>(x, amount)
                                   : f.op<arith::ShRSIOp>(x, amount);
    Value out = left || f.isUnsigned ? zero : f.op<arith::ShRSIOp>(x, f.c(f.type.getIntOrFloatBitWidth() - 1));
    return f.select(inside, shifted, out);
  }
  case ElementwiseKind::Equal:
    return f.equalInt(x, y);
  case ElementwiseKind::Less:
    return f.cmp(P::slt, P::ult, x, y);
  case ElementwiseKind::LessEqual:
    return f.cmp(P::sle, P::ule, x, y);
  case ElementwiseKind::Greater:
    return f.cmp(P::sgt, P::ugt, x, y);
  case ElementwiseKind::GreaterEqual:
    return f.cmp(P::sge, P::uge, x, y);
  case ElementwiseKind::Clip: { // with crossed bounds the upper one wins
    Value raised = f.select(f.lessInt(x, y), y, x);
    return f.select(f.lessInt(v[2], raised), v[2], raised);
  }
  default:
    return {};
  }
}

/// The default of alpha or beta where the op has none, as ONNX has it.
static double parameter(ElementwiseOp op, bool first) {
  std::optional<APFloat> given = first ? op.getAlpha() : op.getBeta();
  if (given)
    return given->convertToDouble();
  switch (op.getKind()) {
  case ElementwiseKind::LeakyRelu:
    return 0.01;
  case ElementwiseKind::HardSigmoid:
    return first ? 0.2 : 0.5;
  case ElementwiseKind::Selu:
    return first ? 1.67326319217681884765625 : 1.05070102214813232421875;
  default:
    return 1.0;
  }
}

Value hewn::nn::elementwiseBody(OpBuilder &b, Location loc, ElementwiseOp op, ValueRange v) {
  ElementwiseKind kind = op.getKind();
  if (kind == ElementwiseKind::Select)
    return arith::SelectOp::create(b, loc, v[0], v[1], v[2]);
  Type element = cast<ShapedType>(op.getInputs()[0].getType()).getElementType();
  Type result = signless(cast<ShapedType>(op.getResult().getType()).getElementType());
  if (!isa<FloatType>(element)) {
    Formula f{b, loc, signless(element), element.isUnsignedInteger() || element.isInteger(1)};
    return integerKind(f, kind, v);
  }
  // erf and friends have f32 approximations only; f64 keeps its own type elsewhere.
  Formula f{b, loc, accumulatorType(element)};
  SmallVector<Value> wide;
  for (Value x : v)
    wide.push_back(convertScalar(b, loc, x, f.type));
  Value y;
  if (kind == ElementwiseKind::Clip) { // with crossed bounds the upper one wins
    Value raised = f.select(f.less(wide[0], wide[1]), wide[1], wide[0]);
    y = f.select(f.less(wide[2], raised), wide[2], raised);
  } else if (v.size() == 1)
    y = floatUnary(f, kind, wide[0], parameter(op, true), parameter(op, false));
  else
    y = floatBinary(f, kind, wide[0], wide[1]);
  if (!y)
    return {};
  return isa<FloatType>(result) ? convertScalar(b, loc, y, result) : y;
}

/// ONNX's Cast on signless values.
static Value castBody(OpBuilder &b, Location loc, Value x, Type from, Type to) {
  Type plain = signless(to);
  if (to.isInteger(1)) {
    if (from.isInteger(1))
      return x;
    if (isa<FloatType>(from)) {
      Value wide = convertScalar(b, loc, x, accumulatorType(from));
      return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNE, wide, constantLike(b, loc, wide.getType(), 0));
    }
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, x, constantLike(b, loc, x.getType(), 0));
  }
  if (!isa<FloatType>(from) || isa<FloatType>(to))
    return convertScalar(b, loc, x, plain, from.isUnsignedInteger());
  // Float to integer: toward zero, saturating; NaN gives 0. Comparisons in f64 hold every bound up to 2^63 exactly.
  Type f64 = b.getF64Type();
  Value wide = convertScalar(b, loc, convertScalar(b, loc, x, accumulatorType(from)), f64);
  unsigned width = to.getIntOrFloatBitWidth();
  bool isUnsigned = to.isUnsignedInteger();
  double low = isUnsigned ? 0 : -std::ldexp(1.0, width - 1), high = std::ldexp(1.0, isUnsigned ? width : width - 1);
  auto compare = [&](arith::CmpFPredicate predicate, double bound) -> Value {
    return arith::CmpFOp::create(b, loc, predicate, wide, constantLike(b, loc, f64, bound));
  };
  Value below = compare(arith::CmpFPredicate::OLT, low), above = compare(arith::CmpFPredicate::OGE, high);
  Value nan = compare(arith::CmpFPredicate::UNO, 0);
  Value odd = arith::OrIOp::create(b, loc, arith::OrIOp::create(b, loc, below, above), nan);
  Value safe = arith::SelectOp::create(b, loc, odd, constantLike(b, loc, f64, 0), wide);
  Value y = convertScalar(b, loc, safe, plain, isUnsigned);
  y = arith::SelectOp::create(b, loc, below, extremeLike(b, loc, plain, true, isUnsigned), y);
  return arith::SelectOp::create(b, loc, above, extremeLike(b, loc, plain, false, isUnsigned), y);
}

namespace {
struct LowerElementwise final : OpRewritePattern<ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ElementwiseOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];
    SmallVector<Value> inputs;
    for (Value input : op.getInputs())
      inputs.push_back(signless(rewriter, loc, input));
    SmallVector<AffineMap> maps(inputs.size(), rewriter.getMultiDimIdentityMap(type.getRank()));
    bool known = true;
    Value result = pointwise(rewriter, loc, sizes, type.getElementType(), inputs, maps,
                             [&](OpBuilder &b, Location l, ValueRange v) {
                               Value y = elementwiseBody(b, l, op, v.take_front(inputs.size()));
                               known &= (bool)y;
                               return y ? y : constantLike(b, l, signless(type.getElementType()), 0);
                             });
    if (!known)
      return rewriter.notifyMatchFailure(op, "no formula for this kind and element type");
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

struct LowerCast final : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type from = cast<ShapedType>(op.getInput().getType()).getElementType();
    Value input = signless(rewriter, loc, op.getInput());
    Value result =
        pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), input,
                  rewriter.getMultiDimIdentityMap(type.getRank()), [&](OpBuilder &b, Location l, ValueRange v) {
                    return castBody(b, l, v[0], from, type.getElementType());
                  });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// Reads the input through a map of the result's space.
LogicalResult readThrough(Operation *op, Value operand, AffineMap map, PatternRewriter &rewriter) {
  Location loc = op->getLoc();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Value input = signless(rewriter, loc, operand);
  Value result = pointwise(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType(), input, map,
                           [&](OpBuilder &, Location, ValueRange v) { return v[0]; });
  replaceWithSignless(rewriter, op, result);
  return success();
}

struct LowerBroadcast final : OpRewritePattern<BroadcastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BroadcastOp op, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto from = cast<RankedTensorType>(op.getInput().getType());
    int64_t lead = type.getRank() - from.getRank();
    SmallVector<AffineExpr> exprs;
    for (auto [index, size] : llvm::enumerate(from.getShape()))
      exprs.push_back(size == 1 ? rewriter.getAffineConstantExpr(0) : rewriter.getAffineDimExpr(lead + index));
    return readThrough(op, op.getInput(), AffineMap::get(type.getRank(), 0, exprs, op.getContext()), rewriter);
  }
};

struct LowerTranspose final : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const override {
    SmallVector<AffineExpr> exprs(op.getPerm().size());
    for (auto [index, source] : llvm::enumerate(op.getPerm()))
      exprs[source] = rewriter.getAffineDimExpr(index);
    return readThrough(op, op.getInput(), AffineMap::get(exprs.size(), 0, exprs, op.getContext()), rewriter);
  }
};
} // namespace

void hewn::nn::populateElementwisePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerElementwise, LowerCast, LowerBroadcast, LowerTranspose>(patterns.getContext());
}
