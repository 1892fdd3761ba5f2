// Multiplications and additions of per-channel constants behind convolutions and matrix products move into the weights.
// They become nn ops on the weights, which hewn-const-eval computes. Leaves convolutions with other users alone.
#include "Match.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hewn::graph;
using hewn::nn::ElementwiseKind;

namespace hewn {
#define GEN_PASS_DEF_NNFOLDSCALES
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

/// A constant that varies along dimension `dim` of a result of `rank` dimensions only, as a vector of `size`; else
/// null.
Value getVector(OpBuilder &builder, Location loc, Value value, int64_t rank, int64_t dim, int64_t size) {
  value = stripBroadcast(value);
  auto type = cast<RankedTensorType>(value.getType());
  int64_t missing = rank - type.getRank();
  if (missing < 0 || ShapedType::isDynamic(size) || !type.hasStaticShape() || !isConstant(value))
    return {};
  for (auto [position, extent] : llvm::enumerate(type.getShape()))
    if (extent != 1 && (missing + (int64_t)position != dim || extent != size))
      return {};
  if (type.getNumElements() == 1)
    return broadcastTo(builder, loc, reshapeTo(builder, loc, value, {1}), {size});
  return reshapeTo(builder, loc, value, {size});
}

/// The operand of a binary op that `OpTy` defines for this op alone, and the other operand.
template <typename OpTy> std::pair<OpTy, Value> getSoleUser(nn::ElementwiseOp op) {
  for (unsigned side : {0, 1})
    if (auto def = op.getInputs()[side].getDefiningOp<OpTy>(); def && def->hasOneUse())
      return {def, op.getInputs()[1 - side]};
  return {};
}

/// Filter dimension that counts output channels: 0 for conv (OIHW), 1 for conv_transpose.
Value scaleFilter(OpBuilder &builder, Location loc, Value filter, Value scale, int64_t dim) {
  auto type = cast<RankedTensorType>(filter.getType());
  SmallVector<int64_t> aligned(type.getRank(), 1);
  aligned[dim] = type.getDimSize(dim);
  Value spread = broadcastTo(builder, loc, reshapeTo(builder, loc, scale, aligned), type.getShape());
  return makeBinary(builder, loc, ElementwiseKind::Mul, filter, spread);
}

int64_t filterDim(nn::ConvOp) { return 0; }
int64_t filterDim(nn::ConvTransposeOp) { return 1; }
bool takesScale(nn::ConvOp conv) {
  return conv.getLayout() == nn::Layout::NCHW && conv.getFilterLayout() == nn::FilterLayout::OIHW;
}
bool takesScale(nn::ConvTransposeOp conv) { return conv.getLayout() == nn::Layout::NCHW && conv.getGroups() == 1; }

/// A copy of a convolution at the rewriter's place with another filter and bias; the old one loses its only user.
template <typename ConvOp> ConvOp rebuild(PatternRewriter &rewriter, ConvOp conv, Value filter, Value bias) {
  SmallVector<Value> operands = {conv.getInput(), filter};
  if (bias)
    operands.push_back(bias);
  return ConvOp::create(rewriter, conv.getLoc(), TypeRange(conv.getType()), operands, conv->getAttrs());
}

/// mul(conv(x, w, b), s)  ->  conv(x, w * s, b * s)
template <typename ConvOp> struct ScaleConv final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern<nn::ElementwiseOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Mul)
      return failure();
    auto [conv, other] = getSoleUser<ConvOp>(op);
    if (!conv)
      return failure();
    if (!takesScale(conv) || !isConstant(conv.getFilter()) || (conv.getBias() && !isConstant(conv.getBias())))
      return rewriter.notifyMatchFailure(op, "filter or bias is not constant, or its layout is not ONNX's");
    auto type = cast<RankedTensorType>(conv.getType());
    Value scale = getVector(rewriter, op.getLoc(), other, type.getRank(), 1, type.getDimSize(1));
    if (!scale)
      return rewriter.notifyMatchFailure(op, "the factor is not a constant per channel");
    Value filter = scaleFilter(rewriter, op.getLoc(), conv.getFilter(), scale, filterDim(conv)), bias = conv.getBias();
    if (bias)
      bias = makeBinary(rewriter, op.getLoc(), ElementwiseKind::Mul, bias, scale);
    rewriter.replaceOp(op, rebuild(rewriter, conv, filter, bias));
    return success();
  }
};

/// add(conv(x, w, b), c)  ->  conv(x, w, b + c)
template <typename ConvOp> struct ShiftConv final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern<nn::ElementwiseOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Add && op.getKind() != ElementwiseKind::Sub)
      return failure();
    auto [conv, other] = getSoleUser<ConvOp>(op);
    if (!conv || (op.getKind() == ElementwiseKind::Sub && op.getInputs()[0] != conv.getResult()))
      return failure();
    if (conv.getLayout() != nn::Layout::NCHW || (conv.getBias() && !isConstant(conv.getBias())))
      return rewriter.notifyMatchFailure(op, "the bias is not constant, or the layout is not ONNX's");
    auto type = cast<RankedTensorType>(conv.getType());
    Value shift = getVector(rewriter, op.getLoc(), other, type.getRank(), 1, type.getDimSize(1));
    if (!shift)
      return rewriter.notifyMatchFailure(op, "the addend is not a constant per channel");
    if (Value bias = conv.getBias())
      shift = makeBinary(rewriter, op.getLoc(), op.getKind(), bias, shift);
    else if (op.getKind() == ElementwiseKind::Sub)
      shift = nn::build<nn::ElementwiseOp>(rewriter, op.getLoc(), type.getElementType(), ValueRange(shift),
                                           ElementwiseKind::Neg, FloatAttr(), FloatAttr());
    rewriter.replaceOp(op, rebuild(rewriter, conv, conv.getFilter(), shift));
    return success();
  }
};

/// mul(matmul(x, w), s)  ->  matmul(x, w * s)
struct ScaleMatMul final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Mul)
      return failure();
    auto [matmul, other] = getSoleUser<nn::MatMulOp>(op);
    if (!matmul)
      return failure();
    auto weights = cast<RankedTensorType>(matmul.getRhs().getType());
    if (matmul.getRhsLayout() != nn::MatrixLayout::Row || weights.getRank() != 2 || !isConstant(matmul.getRhs()))
      return rewriter.notifyMatchFailure(op, "the right matrix is not constant");
    int64_t rank = cast<RankedTensorType>(matmul.getType()).getRank();
    Value scale = getVector(rewriter, op.getLoc(), other, rank, rank - 1, weights.getDimSize(1));
    if (!scale)
      return rewriter.notifyMatchFailure(op, "the factor is not a constant per column");
    Value scaled = scaleFilter(rewriter, op.getLoc(), matmul.getRhs(), scale, 1);
    replaceOp<nn::MatMulOp>(rewriter, op, matmul.getLhs(), scaled, nn::MatrixLayout::Row, IntegerAttr());
    return success();
  }
};

/// mul(add(matmul, b), s)  ->  add(mul(matmul, s), b * s)
struct ScaleThroughBias final : OpRewritePattern<nn::ElementwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ElementwiseOp op, PatternRewriter &rewriter) const override {
    if (op.getKind() != ElementwiseKind::Mul)
      return failure();
    auto [add, factor] = getSoleUser<nn::ElementwiseOp>(op);
    if (!add || add.getKind() != ElementwiseKind::Add)
      return failure();
    auto [matmul, addend] = getSoleUser<nn::MatMulOp>(add);
    if (!matmul || !isConstant(matmul.getRhs()))
      return rewriter.notifyMatchFailure(op, "the sum is not a matrix product by weights and a bias");
    auto type = cast<RankedTensorType>(op.getType());
    int64_t rank = type.getRank(), columns = type.getShape().back();
    Value bias = getVector(rewriter, op.getLoc(), addend, rank, rank - 1, columns);
    Value scale = bias ? getVector(rewriter, op.getLoc(), factor, rank, rank - 1, columns) : Value();
    if (!scale)
      return rewriter.notifyMatchFailure(op, "bias or factor is not a constant per column");
    Value scaled = makeBinary(rewriter, op.getLoc(), ElementwiseKind::Mul, matmul, factor);
    Value moved = makeBinary(rewriter, op.getLoc(), ElementwiseKind::Mul, bias, scale);
    // The factor's broadcast, if any, names the result's sizes.
    Value spread = moved;
    if (auto broadcast = addend.getDefiningOp<nn::BroadcastOp>())
      spread = nn::BroadcastOp::create(rewriter, op.getLoc(), broadcast.getType(), moved, broadcast.getSizes(),
                                       broadcast.getStaticSizes());
    else
      spread = reshapeTo(rewriter, op.getLoc(), moved, cast<RankedTensorType>(addend.getType()).getShape());
    replaceOp<nn::ElementwiseOp>(rewriter, op, ValueRange{scaled, spread}, ElementwiseKind::Add, FloatAttr(),
                                 FloatAttr());
    return success();
  }
};

struct FoldScales final : impl::NNFoldScalesBase<FoldScales> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ScaleConv<nn::ConvOp>, ScaleConv<nn::ConvTransposeOp>, ShiftConv<nn::ConvOp>,
                 ShiftConv<nn::ConvTransposeOp>, ScaleMatMul, ScaleThroughBias>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace hewn
