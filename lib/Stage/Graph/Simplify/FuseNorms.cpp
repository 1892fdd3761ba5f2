// The chain that spells a layer normalisation becomes nn.norm, then takes scale and bias in. Only over trailing axes.
#include "Match.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hewn::graph;
using hewn::nn::ElementwiseKind;

namespace hewn {
#define GEN_PASS_DEF_NNFUSENORMS
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

/// The mean over trailing dimensions, kept, that a value is (through a broadcast), and the first of these dimensions.
std::optional<std::pair<Value, int64_t>> getTrailingMean(Value value) {
  auto reduce = stripBroadcast(value).getDefiningOp<nn::ReduceOp>();
  if (!reduce || reduce.getKind() != nn::ReduceKind::Mean || !reduce.getKeepDims() || reduce.getAxes().empty())
    return std::nullopt;
  int64_t rank = cast<RankedTensorType>(reduce.getInput().getType()).getRank(), axis = reduce.getAxes().front();
  if (reduce.getAxes().back() != rank - 1 || (int64_t)reduce.getAxes().size() != rank - axis)
    return std::nullopt;
  return std::pair(reduce.getInput(), axis);
}

/// The centred values and epsilon, where value = sqrt(mean(d * d) + epsilon) over dimensions from `axis` on.
std::optional<double> getDeviation(Value value, Value centred, int64_t axis) {
  auto root = getElementwise(stripBroadcast(value), ElementwiseKind::Sqrt);
  auto add = root ? getElementwise(root.getInputs()[0], ElementwiseKind::Add) : nn::ElementwiseOp();
  auto parts = add ? getOperandAndScalar(add) : std::nullopt;
  auto mean = parts ? getTrailingMean(parts->first) : std::nullopt;
  if (!mean || mean->second != axis || parts->second < 0)
    return std::nullopt;
  auto square = getElementwise(mean->first, ElementwiseKind::Mul);
  if (square && square.getInputs()[0] == centred && square.getInputs()[1] == centred)
    return parts->second;
  auto power = getElementwise(mean->first, ElementwiseKind::Pow);
  if (power && power.getInputs()[0] == centred && getScalar(power.getInputs()[1]) == 2.0)
    return parts->second;
  return std::nullopt;
}

/// Where a quotient or a product by a reciprocal: numerator and denominator.
std::optional<std::pair<Value, Value>> getQuotient(nn::ElementwiseOp op) {
  if (op.getKind() == ElementwiseKind::Div)
    return std::pair(op.getInputs()[0], op.getInputs()[1]);
  if (op.getKind() != ElementwiseKind::Mul)
    return std::nullopt;
  for (unsigned side : {0, 1}) {
    Value inverse = stripBroadcast(op.getInputs()[side]);
    if (auto reciprocal = getElementwise(inverse, ElementwiseKind::Reciprocal))
      return std::pair(op.getInputs()[1 - side], reciprocal.getInputs()[0]);
    if (auto div = getElementwise(inverse, ElementwiseKind::Div); div && getScalar(div.getInputs()[0]) == 1.0)
      return std::pair(op.getInputs()[1 - side], div.getInputs()[1]);
  }
  return std::nullopt;
}

/// d = x - mean(x);  d / sqrt(mean(d * d) + eps)  ->  norm(x)
/// x / sqrt(mean(x * x) + eps)  ->  norm(x) rms
struct FuseNorm final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    auto quotient = getQuotient(op);
    if (!quotient)
      return failure();
    Value centred = quotient->first;
    if (auto sub = getElementwise(centred, ElementwiseKind::Sub))
      if (auto mean = getTrailingMean(sub.getInputs()[1]); mean && mean->first == sub.getInputs()[0]) {
        auto epsilon = getDeviation(quotient->second, centred, mean->second);
        if (!epsilon)
          return rewriter.notifyMatchFailure(op, "the denominator is not the deviation of the same axes");
        return replace(rewriter, op, mean->first, mean->second, *epsilon, false);
      }
    for (int64_t axis = cast<RankedTensorType>(op.getType()).getRank() - 1; axis >= 0; --axis)
      if (auto epsilon = getDeviation(quotient->second, centred, axis))
        return replace(rewriter, op, centred, axis, *epsilon, true);
    return rewriter.notifyMatchFailure(op, "the denominator is no deviation");
  }
  static LogicalResult replace(PatternRewriter &rewriter, nn::ElementwiseOp op, Value x, int64_t axis, double epsilon,
                               bool rms) {
    if (x.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "the result is broadcast");
    replaceOp<nn::NormOp>(rewriter, op, x, Value(), Value(), axis, APFloat(epsilon), rms);
    return success();
  }
};

/// The parameter of a norm that a broadcast value is: a static shape that fits the normalised dimensions.
Value getParameter(OpBuilder &builder, nn::NormOp norm, Value value) {
  auto type = cast<RankedTensorType>(norm.getType());
  ArrayRef<int64_t> rows = type.getShape().drop_front(norm.getAxis());
  Value parameter = stripBroadcast(value);
  auto shape = cast<RankedTensorType>(parameter.getType());
  if (ShapedType::isDynamicShape(rows) || !shape.hasStaticShape() || parameter == value)
    return {};
  ArrayRef<int64_t> sizes = shape.getShape();
  while (sizes.size() > rows.size() && sizes.front() == 1)
    sizes = sizes.drop_front();
  if (sizes.size() > rows.size())
    return {};
  for (auto [size, row] : llvm::zip(llvm::reverse(sizes), llvm::reverse(rows)))
    if (size != 1 && size != row)
      return {};
  return broadcastTo(builder, norm.getLoc(), reshapeTo(builder, norm.getLoc(), parameter, sizes), rows);
}

/// mul(norm(x), s)  ->  norm(x, s);  add(norm(x, s), b)  ->  norm(x, s, b)
struct TakeParameter final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    bool isScale = op.getKind() == ElementwiseKind::Mul;
    if (!isScale && op.getKind() != ElementwiseKind::Add)
      return failure();
    for (unsigned side : {0, 1}) {
      auto norm = op.getInputs()[side].getDefiningOp<nn::NormOp>();
      if (!norm || !norm->hasOneUse() || norm.getBias() || (isScale && norm.getScale()) ||
          norm.getType() != op.getType())
        continue;
      if (!isScale && norm.getRms())
        continue;
      Value parameter = getParameter(rewriter, norm, op.getInputs()[1 - side]);
      if (!parameter)
        return rewriter.notifyMatchFailure(op, "the parameter does not have the shape of the normalised dimensions");
      Value scale = isScale ? parameter : norm.getScale();
      replaceOp<nn::NormOp>(rewriter, op, norm.getInput(), scale, isScale ? Value() : parameter, norm.getAxis(),
                            norm.getEpsilon(), norm.getRms());
      return success();
    }
    return failure();
  }
};

struct FuseNorms final : impl::NNFuseNormsBase<FuseNorms> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseNorm, TakeParameter>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace hewn
