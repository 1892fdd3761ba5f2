// softmax(scale * Q K^T + mask) V becomes nn.attention, wherever the scale stands. Needs rank 4 throughout.
#include "Match.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hewn::graph;
using hewn::nn::ElementwiseKind;

namespace hewn {
#define GEN_PASS_DEF_NNFUSEATTENTION
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

int64_t rankOf(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

/// The scores that are masked, and the mask as [B or 1, H or 1, Lq or 1, Lk]; no mask where there is none.
struct Masked {
  Value scores, mask;
};
std::optional<Masked> getMasked(PatternRewriter &rewriter, Value value) {
  auto add = getElementwise(value, ElementwiseKind::Add);
  if (!add)
    return Masked{value, {}};
  for (unsigned side : {0, 1}) {
    if (!stripScale(add.getInputs()[side]).first.getDefiningOp<nn::MatMulOp>())
      continue;
    Value mask = add.getInputs()[1 - side];
    Value narrow = stripBroadcast(mask);
    auto from = cast<RankedTensorType>(narrow.getType()), to = cast<RankedTensorType>(mask.getType());
    if (from.getRank() == 4 && from.getShape().back() == to.getShape().back())
      mask = narrow;
    else if (from.hasStaticShape() && from.getRank() > 0 && from.getShape().back() == to.getShape().back()) {
      SmallVector<int64_t> padded(4 - from.getRank(), 1);
      llvm::append_range(padded, from.getShape());
      mask = reshapeTo(rewriter, add.getLoc(), narrow, padded);
    }
    return Masked{add.getInputs()[side], mask};
  }
  return std::nullopt;
}

/// transpose(x, p) with the last two dimensions swapped once more: K from K^T.
Value untranspose(PatternRewriter &rewriter, nn::TransposeOp transpose) {
  SmallVector<int64_t> perm(transpose.getPerm());
  std::swap(perm[2], perm[3]);
  if (llvm::is_sorted(perm))
    return transpose.getInput();
  return nn::build<nn::TransposeOp>(rewriter, transpose.getLoc(), getElementTypeOrSelf(transpose.getType()),
                                    transpose.getInput(), perm);
}

/// matmul(softmax(mul(matmul(q, transpose(k)), c) + m), v)  ->  attention(q, k, v, m) {scale = c}
struct FuseAttention final : OpRewritePattern<nn::MatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::MatMulOp op, PatternRewriter &rewriter) const override {
    auto softmax = op.getLhs().getDefiningOp<nn::SoftmaxOp>();
    if (!softmax)
      return failure();
    if (softmax.getLog() || softmax.getAxis() != 3 || rankOf(softmax.getInput()) != 4 || rankOf(op.getRhs()) != 4)
      return rewriter.notifyMatchFailure(op, "not a softmax of the last of four dimensions times a value of rank 4");
    if (!softmax->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the probabilities have another user");
    std::optional<Masked> masked = getMasked(rewriter, softmax.getInput());
    if (!masked)
      return rewriter.notifyMatchFailure(op, "no side of the sum is a matrix product");
    auto [scores, scale] = stripScale(masked->scores);
    auto product = scores.getDefiningOp<nn::MatMulOp>();
    if (!product || !scores.hasOneUse() || product.getRhsLayout() != nn::MatrixLayout::Row ||
        rankOf(product.getLhs()) != 4 || rankOf(product.getRhs()) != 4)
      return rewriter.notifyMatchFailure(op, "the scores are not a batched matrix product of their own");
    auto [query, queryScale] = stripScale(product.getLhs());
    auto [keyTransposed, keyScale] = stripScale(product.getRhs());
    Value key = keyTransposed;
    bool transposed = true;
    if (auto transpose = keyTransposed.getDefiningOp<nn::TransposeOp>()) {
      key = untranspose(rewriter, transpose);
      transposed = false;
      auto [bare, inner] = stripScale(key);
      key = bare, keyScale *= inner;
    }
    replaceOp<nn::AttentionOp>(rewriter, op, query, key, op.getRhs(), masked->mask,
                               APFloat(scale * queryScale * keyScale), transposed);
    return success();
  }
};

struct FuseAttentionPass final : impl::NNFuseAttentionBase<FuseAttentionPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseAttention>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace hewn
