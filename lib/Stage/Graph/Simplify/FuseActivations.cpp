// Chains that compute a known activation become one elementwise op; powers by small constants become products.
#include "Match.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hewn::graph;
using hewn::nn::ElementwiseKind;

namespace hewn {
#define GEN_PASS_DEF_NNFUSEACTIVATIONS
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

LogicalResult replaceBy(PatternRewriter &rewriter, Operation *op, ElementwiseKind kind, Value x) {
  if (x.getType() != op->getResult(0).getType())
    return rewriter.notifyMatchFailure(op, "the activation's input has another type than its result");
  replaceOp<nn::ElementwiseOp>(rewriter, op, ValueRange(x), kind, FloatAttr(), FloatAttr());
  return success();
}

/// pow(x, 2) -> mul(x, x), pow(x, 0.5) -> sqrt(x), pow(x, 3) -> mul(mul(x, x), x)
struct ExpandPower final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Pow)
      return failure();
    std::optional<double> exponent = getScalar(op.getInputs()[1]);
    Value x = op.getInputs()[0];
    if (!exponent || x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the exponent is not one constant");
    if (*exponent == 0.5)
      return replaceBy(rewriter, op, ElementwiseKind::Sqrt, x);
    if (*exponent != 2 && *exponent != 3)
      return rewriter.notifyMatchFailure(op, "the exponent is not 0.5, 2 or 3");
    Value left = *exponent == 3 ? makeBinary(rewriter, op.getLoc(), ElementwiseKind::Mul, x, x) : x;
    replaceOp<nn::ElementwiseOp>(rewriter, op, ValueRange{left, x}, ElementwiseKind::Mul, FloatAttr(), FloatAttr());
    return success();
  }
};

/// f where value = 1 + f(...), of the given kind.
nn::ElementwiseOp getOnePlus(Value value, ElementwiseKind kind) {
  auto add = getElementwise(value, ElementwiseKind::Add);
  auto parts = add ? getOperandAndScalar(add) : std::nullopt;
  return parts && parts->second == 1.0 ? getElementwise(parts->first, kind) : nn::ElementwiseOp();
}

/// Whether value = sqrt(2 / pi) * (x + 0.044715 * x^3).
bool isTanhArgument(Value value, Value x) {
  auto [sum, scale] = stripScale(value);
  auto add = getElementwise(sum, ElementwiseKind::Add);
  if (!add || !isClose(scale, 0.79788456080286535588))
    return false;
  for (unsigned side : {0, 1}) {
    if (add.getInputs()[side] != x)
      continue;
    Product cubic = getProduct(add.getInputs()[1 - side]);
    if (isClose(cubic.scalar, 0.044715) && cubic.factors.size() == 3 && llvm::all_equal(cubic.factors) &&
        cubic.factors[0] == x)
      return true;
    if (isClose(cubic.scalar, 0.044715) && cubic.factors.size() == 2)
      for (unsigned part : {0, 1}) // x^2 with another user stays one factor
        if (auto square = getElementwise(cubic.factors[part], ElementwiseKind::Mul);
            square && cubic.factors[1 - part] == x && square.getInputs()[0] == x && square.getInputs()[1] == x)
          return true;
  }
  return false;
}

/// 0.5 * x * (1 + erf(x / sqrt(2)))  ->  gelu(x)
/// 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))  ->  gelu_tanh(x)
struct FuseGelu final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Mul && op.getKind() != ElementwiseKind::Div)
      return failure();
    Product product = getProduct(op.getResult());
    if (product.factors.size() != 2 || !isClose(product.scalar, 0.5))
      return failure();
    for (unsigned side : {0, 1}) {
      Value x = product.factors[1 - side];
      if (auto erf = getOnePlus(product.factors[side], ElementwiseKind::Erf)) {
        auto [argument, scale] = stripScale(erf.getInputs()[0]);
        if (argument == x && isClose(scale, 0.70710678118654752440))
          return replaceBy(rewriter, op, ElementwiseKind::Gelu, x);
      }
      if (auto tanh = getOnePlus(product.factors[side], ElementwiseKind::Tanh))
        if (isTanhArgument(tanh.getInputs()[0], x))
          return replaceBy(rewriter, op, ElementwiseKind::GeluTanh, x);
    }
    return rewriter.notifyMatchFailure(op, "the product is not gelu's");
  }
};

/// Whether value = max(0, min(6, x + 3)).
bool isClippedShift(Value value, Value x) {
  auto clip = getElementwise(value, ElementwiseKind::Clip);
  if (!clip || getScalar(clip.getInputs()[1]) != 0.0 || getScalar(clip.getInputs()[2]) != 6.0)
    return false;
  auto add = getElementwise(clip.getInputs()[0], ElementwiseKind::Add);
  auto parts = add ? getOperandAndScalar(add) : std::nullopt;
  return parts && parts->first == x && parts->second == 3.0;
}

/// x * clip(x + 3, 0, 6) / 6  ->  hard_swish(x);  x * hard_sigmoid(x, 1/6, 1/2)  ->  hard_swish(x)
struct FuseHardSwish final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Mul && op.getKind() != ElementwiseKind::Div)
      return failure();
    Product product = getProduct(op.getResult());
    if (product.factors.size() != 2)
      return failure();
    for (unsigned side : {0, 1}) {
      Value x = product.factors[1 - side];
      if (isClose(product.scalar, 1.0 / 6.0) && isClippedShift(product.factors[side], x))
        return replaceBy(rewriter, op, ElementwiseKind::HardSwish, x);
      auto gate = getElementwise(product.factors[side], ElementwiseKind::HardSigmoid);
      if (gate && product.scalar == 1.0 && gate.getInputs()[0] == x && gate.getAlpha() && gate.getBeta() &&
          isClose(gate.getAlpha()->convertToDouble(), 1.0 / 6.0) && gate.getBeta()->convertToDouble() == 0.5)
        return replaceBy(rewriter, op, ElementwiseKind::HardSwish, x);
    }
    return rewriter.notifyMatchFailure(op, "the product is not hard_swish's");
  }
};

struct FuseActivations final : impl::NNFuseActivationsBase<FuseActivations> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandPower, FuseGelu, FuseHardSwish>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace hewn
