// A transposed convolution whose windows do not overlap is a pointwise convolution that makes all window positions as
// channels, and a move of these to their places. Leaves others: overlapping windows, pads, groups, dilation.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Target/CPU/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace hewn {
#define GEN_PASS_DEF_SPLITCONVTRANSPOSE
#include "hewn/Target/CPU/Passes.h.inc"
} // namespace hewn

using namespace mlir;
using namespace hewn;
using namespace hewn::nn;

namespace {
/// nn.conv_transpose %x, %w, %b {stride = window}  (nhwc, filter [C, F, kh, kw])
/// ->  %y = nn.conv %x, (%w as [kh * kw * F, C, 1, 1]), (%b repeated)  : [N, H, W, kh * kw * F]
///     [N, H, W, kh, kw, F] -> [N, H, kh, W, kw, F] -> [N, H * kh, W * kw, F]
struct SplitNonOverlapping final : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvTransposeOp op, PatternRewriter &rewriter) const override {
    auto filterType = cast<RankedTensorType>(op.getFilter().getType());
    auto inputType = cast<RankedTensorType>(op.getInput().getType());
    if (op.getLayout() != Layout::NHWC || inputType.getRank() != 4)
      return rewriter.notifyMatchFailure(op, "not a two-dimensional nhwc op");
    if (!filterType.hasStaticShape() || op.getGroups() != 1)
      return rewriter.notifyMatchFailure(op, "filter is not static or has groups");
    auto differs = [](ArrayRef<int64_t> values, int64_t wanted) {
      return llvm::any_of(values, [&](int64_t value) { return value != wanted; });
    };
    ArrayRef<int64_t> kernel = filterType.getShape().drop_front(2);
    if (op.getStrides() != kernel || differs(op.getPads(), 0) || differs(op.getOutputPadding(), 0) ||
        differs(op.getDilations(), 1))
      return rewriter.notifyMatchFailure(op, "windows overlap, leave gaps, or are padded");

    Location loc = op.getLoc();
    Type element = inputType.getElementType();
    int64_t inputs = filterType.getDimSize(0), outputs = filterType.getDimSize(1), kh = kernel[0], kw = kernel[1],
            all = kh * kw * outputs;
    auto reshape = [&](Value value, ArrayRef<int64_t> shape) -> Value {
      return build<ReshapeOp>(rewriter, loc, element, value, ValueRange(), shape);
    };
    auto transpose = [&](Value value, ArrayRef<int64_t> perm) -> Value {
      return build<TransposeOp>(rewriter, loc, element, value, perm);
    };
    Value filter = reshape(transpose(op.getFilter(), {2, 3, 1, 0}), {all, inputs, 1, 1}), bias = op.getBias();
    if (bias)
      bias = reshape(build<BroadcastOp>(rewriter, loc, element, bias, ValueRange(), ArrayRef<int64_t>{kh, kw, outputs}),
                     {all});
    Value wide = build<ConvOp>(rewriter, loc, element, op.getInput(), filter, bias, ArrayRef<int64_t>{1, 1},
                               ArrayRef<int64_t>{1, 1}, ArrayRef<int64_t>{0, 0, 0, 0}, 1, Layout::NHWC,
                               FilterLayout::OIHW, IntegerAttr());
    // Sizes of the parts; the result's are multiples of the input's.
    SmallVector<int64_t> split{
        inputType.getDimSize(0), inputType.getDimSize(1), inputType.getDimSize(2), kh, kw, outputs};
    SmallVector<int64_t> joined(cast<RankedTensorType>(op.getResult().getType()).getShape());
    SmallVector<Value> splitSizes, joinedSizes;
    AffineExpr size = rewriter.getAffineDimExpr(0);
    int64_t factors[] = {1, kh, kw};
    for (int64_t d = 0; d < 3; ++d) {
      bool needed = ShapedType::isDynamic(split[d]) || ShapedType::isDynamic(joined[d]);
      Value dim = needed ? (Value)tensor::DimOp::create(rewriter, loc, op.getInput(), d) : Value();
      if (ShapedType::isDynamic(split[d]))
        splitSizes.push_back(dim);
      if (ShapedType::isDynamic(joined[d]))
        joinedSizes.push_back(
            factors[d] == 1 ? dim : (Value)affine::AffineApplyOp::create(rewriter, loc, size * factors[d], dim));
    }
    Value parts = build<ReshapeOp>(rewriter, loc, element, wide, splitSizes, split);
    Value placed = transpose(parts, {0, 1, 3, 2, 4, 5});
    rewriter.replaceOp(op, build<ReshapeOp>(rewriter, loc, element, placed, joinedSizes, joined).getResult());
    return success();
  }
};

struct SplitConvTranspose final : hewn::impl::SplitConvTransposeBase<SplitConvTranspose> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitNonOverlapping>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
