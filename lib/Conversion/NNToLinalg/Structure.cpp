// Ops that move elements: pad, concat, slice, reshape.
#include "Lowering.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace hewn::nn;

namespace {
/// Constant pads: element i of the result is the input's i - low where that lies inside, else the value.
struct LowerPad final : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp op, PatternRewriter &rewriter) const override {
    if (op.getMode() != PadMode::Constant)
      return rewriter.notifyMatchFailure(op, "only constant pads");
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    Type plain = signless(type.getElementType());
    Value filler =
        op.getValue()
            ? (Value)tensor::ExtractOp::create(rewriter, loc, signless(rewriter, loc, op.getValue()), ValueRange())
            : constantLike(rewriter, loc, plain, 0);
    SmallVector<Value> sizes;
    for (OpFoldResult size : tensor::getMixedSizes(rewriter, loc, input))
      sizes.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
    Value result = pointwise(
        rewriter, loc, resultSizes(rewriter, op)[0], plain, {}, {}, [&](OpBuilder &b, Location l, ValueRange) -> Value {
          Value inside;
          SmallVector<Value> indices;
          for (int64_t i = 0; i < type.getRank(); ++i) {
            Value index = linalg::IndexOp::create(b, l, i);
            if (op.getLow()[i] || op.getHigh()[i]) {
              index = arith::SubIOp::create(b, l, index, arith::ConstantIndexOp::create(b, l, op.getLow()[i]));
              // An index below 0 is a very large unsigned one: one comparison.
              Value good = arith::CmpIOp::create(b, l, arith::CmpIPredicate::ult, index, sizes[i]);
              inside = inside ? (Value)arith::AndIOp::create(b, l, inside, good) : good;
            }
            indices.push_back(index);
          }
          if (!inside)
            return tensor::ExtractOp::create(b, l, input, indices);
          auto branch = scf::IfOp::create(b, l, plain, inside, /*withElse=*/true);
          OpBuilder then = branch.getThenBodyBuilder(), otherwise = branch.getElseBodyBuilder();
          scf::YieldOp::create(then, l, tensor::ExtractOp::create(then, l, input, indices).getResult());
          scf::YieldOp::create(otherwise, l, filler);
          return branch.getResult(0);
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

/// Each input is inserted behind the one before; in place once bufferized.
struct LowerConcat final : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConcatOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    int64_t axis = op.getAxis();
    Value whole = emptyTensor(rewriter, loc, resultSizes(rewriter, op)[0], type.getElementType());
    SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0)),
        strides(type.getRank(), rewriter.getIndexAttr(1));
    AffineExpr a, b;
    bindDims(op.getContext(), a, b);
    for (Value part : op.getInputs()) {
      Value input = signless(rewriter, loc, part);
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, loc, input);
      whole = tensor::InsertSliceOp::create(rewriter, loc, input, whole, offsets, sizes, strides);
      offsets[axis] = affine::makeComposedFoldedAffineApply(rewriter, loc, a + b, {offsets[axis], sizes[axis]});
    }
    replaceWithSignless(rewriter, op, whole);
    return success();
  }
};

struct LowerSlice final : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<OpFoldResult> offsets = op.getMixedOffsets(), sizes = op.getMixedSizes();
    AffineExpr index, offset;
    bindDims(op.getContext(), index, offset);
    Value result = pointwise(rewriter, loc, sizes, type.getElementType(), {}, {},
                             [&](OpBuilder &b, Location l, ValueRange) -> Value {
                               SmallVector<Value> indices;
                               for (int64_t i = 0; i < type.getRank(); ++i) {
                                 Value at = linalg::IndexOp::create(b, l, i);
                                 OpFoldResult source = affine::makeComposedFoldedAffineApply(
                                     b, l, index * op.getSteps()[i] + offset, {OpFoldResult(at), offsets[i]});
                                 indices.push_back(getValueOrCreateConstantIndexOp(b, l, source));
                               }
                               return tensor::ExtractOp::create(b, l, input, indices);
                             });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};

struct LowerReshape final : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value input = signless(rewriter, loc, op.getInput());
    auto type = cast<RankedTensorType>(signless(op.getResult().getType()));
    SmallVector<Value> sizes;
    for (OpFoldResult size : op.getMixedSizes())
      sizes.push_back(getValueOrCreateConstantIndexOp(rewriter, loc, size));
    Value shape = tensor::FromElementsOp::create(
        rewriter, loc, RankedTensorType::get({type.getRank()}, rewriter.getIndexType()), sizes);
    replaceWithSignless(rewriter, op, tensor::ReshapeOp::create(rewriter, loc, type, input, shape).getResult());
    return success();
  }
};
} // namespace

void hewn::nn::populateStructurePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPad, LowerConcat, LowerSlice, LowerReshape>(patterns.getContext());
}
