// nn.conv_transpose in gather form: each result element sums the input elements that reach it.
#include "Lowering.h"
#include "Scalars.h"

using namespace mlir;
using namespace hewn::nn;

namespace {
/// result[n, f, p] = sum over (c, k), where p + pad - k * dilation = q * stride for a q inside the input, of
/// input[n, c, q] * filter[c, f, k]
struct LowerConvTranspose final : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvTransposeOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getResult().getType());
    auto filterType = cast<RankedTensorType>(op.getFilter().getType());
    int64_t rank = type.getRank(), spatial = rank - 2, groups = op.getGroups();
    bool channelsFirst = op.getLayout() == Layout::NCHW;
    int64_t channel = channelsFirst ? 1 : rank - 1, first = channelsFirst ? 2 : 1;
    if (ShapedType::isDynamic(filterType.getDimSize(0)) || ShapedType::isDynamic(filterType.getDimSize(1)))
      return rewriter.notifyMatchFailure(op, "channel counts are not static");
    int64_t depth = filterType.getDimSize(0) / groups, perGroup = filterType.getDimSize(1);

    // Loops: the result's dimensions, the window, the input channels of a group.
    int64_t loops = rank + spatial + 1;
    auto dim = [&](int64_t i) { return rewriter.getAffineDimExpr(i); };
    AffineExpr f = dim(channel), c = dim(loops - 1);
    SmallVector<AffineExpr> filterDims = {groups == 1 ? c : f.floorDiv(perGroup) * depth + c,
                                          groups == 1 ? f : f % perGroup};
    SmallVector<AffineExpr> out;
    for (int64_t i = 0; i < spatial; ++i)
      filterDims.push_back(dim(rank + i));
    for (int64_t i = 0; i < rank; ++i)
      out.push_back(dim(i));
    auto map = [&](ArrayRef<AffineExpr> exprs) { return AffineMap::get(loops, 0, exprs, op.getContext()); };

    Value input = signless(rewriter, loc, op.getInput()), filter = signless(rewriter, loc, op.getFilter());
    // Only its size is read: the number of iterations over the channels.
    Value channels = tensor::EmptyOp::create(rewriter, loc, {depth}, signless(type.getElementType()));
    Type acc = accumulatorType(type.getElementType());
    SmallVector<OpFoldResult> sizes = resultSizes(rewriter, op)[0];
    SmallVector<Value> inputSizes = Scalars{rewriter, loc}.sizesOf(input);
    Value start = filledTensor(rewriter, loc, sizes, constantLike(rewriter, loc, acc, 0));
    Value sum =
        generic(rewriter, loc, {filter, channels}, start, {map(filterDims), map({c}), map(out)},
                [&](OpBuilder &b, Location l, ValueRange v) -> Value {
                  Scalars s{b, l};
                  SmallVector<Value> where = s.loopIndices(0, rank);
                  Value f = where[channel], reached;
                  where[channel] = linalg::IndexOp::create(b, l, loops - 1);
                  if (groups != 1)
                    where[channel] = s.add(where[channel], s.mul(s.div(f, s.index(perGroup)), s.index(depth)));
                  for (int64_t i = 0; i < spatial; ++i) {
                    Value k = linalg::IndexOp::create(b, l, rank + i), stride = s.index(op.getStrides()[i]);
                    Value p = s.add(where[first + i], s.index(op.getPads()[i]));
                    p = s.sub(p, s.mul(k, s.index(op.getDilations()[i])));
                    where[first + i] = s.div(p, stride);
                    // p < 0 divides to a q of 0 or below; its own sign tells.
                    reached = s.both(reached, s.compare(arith::CmpIPredicate::sge, p, s.index(0)));
                    reached = s.both(reached, s.compare(arith::CmpIPredicate::eq, s.rem(p, stride), s.index(0)));
                    reached =
                        s.both(reached, s.compare(arith::CmpIPredicate::slt, where[first + i], inputSizes[first + i]));
                  }
                  auto branch = scf::IfOp::create(b, l, acc, reached, /*withElse=*/true);
                  OpBuilder then = branch.getThenBodyBuilder(), otherwise = branch.getElseBodyBuilder();
                  Value x = convertScalar(then, l, tensor::ExtractOp::create(then, l, input, where), acc);
                  Value w = convertScalar(then, l, v[0], acc), next;
                  if (isa<FloatType>(acc))
                    next = arith::AddFOp::create(then, l, v[2], arith::MulFOp::create(then, l, x, w));
                  else
                    next = arith::AddIOp::create(then, l, v[2], arith::MulIOp::create(then, l, x, w));
                  scf::YieldOp::create(then, l, next);
                  scf::YieldOp::create(otherwise, l, v[2]);
                  return branch.getResult(0);
                });
    Type plain = signless(type.getElementType());
    SmallVector<Value> inputs{sum};
    SmallVector<AffineMap> maps{rewriter.getMultiDimIdentityMap(rank)};
    if (op.getBias()) {
      inputs.push_back(signless(rewriter, loc, op.getBias()));
      maps.push_back(AffineMap::get(rank, 0, f, op.getContext()));
    }
    Value result =
        pointwise(rewriter, loc, sizes, plain, inputs, maps, [&](OpBuilder &b, Location l, ValueRange v) -> Value {
          Value value = v[0];
          if (op.getBias()) {
            Value bias = convertScalar(b, l, v[1], acc);
            value = isa<FloatType>(acc) ? (Value)arith::AddFOp::create(b, l, value, bias)
                                        : (Value)arith::AddIOp::create(b, l, value, bias);
          }
          return convertScalar(b, l, value, plain);
        });
    replaceWithSignless(rewriter, op, result);
    return success();
  }
};
} // namespace

void hewn::nn::populateConvTransposePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerConvTranspose>(patterns.getContext());
}
