// Takes the padding of nhwc convolutions out into nn.pad.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace hewn;

namespace hewn {
#define GEN_PASS_DEF_CONVPADSTOPAD
#include "hewn/Stage/Layout/Passes.h.inc"
} // namespace hewn

namespace {
/// nn.conv %x, %w {pads = [t, l, b, r]}   ->   nn.conv (nn.pad %x low [0, t, l, 0] high [0, b, r, 0]), %w {pads = [0,
/// 0, 0, 0]}
struct TakeOutPads final : OpRewritePattern<nn::ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::ConvOp conv, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> pads = conv.getPads();
    if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
      return failure();
    if (conv.getLayout() != nn::Layout::NHWC)
      return rewriter.notifyMatchFailure(conv, "layout is not nhwc");
    int64_t rank = conv.getSpatialRank();
    SmallVector<int64_t> low(rank + 2, 0), high(rank + 2, 0);
    for (int64_t d = 0; d < rank; ++d) {
      low[d + 1] = pads[d];
      high[d + 1] = pads[rank + d];
    }
    auto element = cast<RankedTensorType>(conv.getInput().getType()).getElementType();
    Value pad = nn::build<nn::PadOp>(rewriter, conv.getLoc(), element, conv.getInput(), Value(), low, high,
                                     nn::PadMode::Constant);
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getInputMutable().assign(pad);
      conv.setPads(SmallVector<int64_t>(pads.size(), 0));
    });
    return success();
  }
};

struct ConvPadsToPad final : hewn::impl::ConvPadsToPadBase<ConvPadsToPad> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<TakeOutPads>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
