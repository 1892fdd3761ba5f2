// nchw -> nhwc: flips every op that has a layout, sinks the transpositions back to nchw, and lets them meet their
// inverses. One walk in order suffices: when an op is reached, its operands are final, so a "lifted" operand (one that
// is a transposition back to nchw) is recognised by its defining op.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace hewn;

namespace hewn {
#define GEN_PASS_DEF_FLIPLAYOUT
#include "hewn/Stage/Layout/Passes.h.inc"
} // namespace hewn

namespace {

using Perm = SmallVector<int64_t>;

/// nhwc from nchw: result dimension d is dimension perm[d] of the nchw tensor.
Perm toLast(int64_t rank) {
  Perm perm{0};
  for (int64_t d = 2; d < rank; ++d)
    perm.push_back(d);
  perm.push_back(1);
  return perm;
}
/// nchw from nhwc.
Perm toFirst(int64_t rank) {
  Perm perm{0, rank - 1};
  for (int64_t d = 1; d < rank - 1; ++d)
    perm.push_back(d);
  return perm;
}

template <typename T> SmallVector<T> permuted(ArrayRef<T> values, ArrayRef<int64_t> perm) {
  SmallVector<T> result;
  for (int64_t source : perm)
    result.push_back(values[source]);
  return result;
}

class Flipper {
public:
  explicit Flipper(func::FuncOp function) : builder(function.getContext()), function(function) {}

  void run() {
    SmallVector<Operation *> ops;
    for (Operation &op : function.getBody().getOps())
      ops.push_back(&op);
    for (Operation *op : ops) {
      builder.setInsertionPoint(op);
      if (Value nhwc = flip(op))
        replace(op, lift(nhwc, op->getLoc()));
    }
  }

private:
  OpBuilder builder;
  func::FuncOp function;
  DenseSet<Operation *> lifts; // transpositions that this pass made, nhwc -> nchw

  static RankedTensorType type(Value value) { return cast<RankedTensorType>(value.getType()); }

  void replace(Operation *op, Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  }

  Value lift(Value nhwc, Location loc) {
    auto op =
        nn::build<nn::TransposeOp>(builder, loc, type(nhwc).getElementType(), nhwc, toFirst(type(nhwc).getRank()));
    lifts.insert(op);
    return op;
  }

  bool isLifted(Value value) {
    Operation *op = value.getDefiningOp();
    return op && lifts.contains(op);
  }

  /// The nhwc form of a value: the source of its lift, or a transposition of it (a reshape where only dimensions of
  /// size 1 move, a permuted attribute for a splat constant).
  Value lower(Value value) {
    if (isLifted(value))
      return value.getDefiningOp()->getOperand(0);
    int64_t rank = type(value).getRank();
    Location loc = value.getLoc();
    if (auto constant = value.getDefiningOp<arith::ConstantOp>())
      if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue())) {
        auto flipped =
            RankedTensorType::get(permuted(type(value).getShape(), toLast(rank)), type(value).getElementType());
        return arith::ConstantOp::create(builder, loc,
                                         DenseElementsAttr::get(flipped, splat.getSplatValue<Attribute>()));
      }
    if (auto broadcast = value.getDefiningOp<nn::BroadcastOp>())
      return lowerBroadcast(broadcast);
    return nn::build<nn::TransposeOp>(builder, loc, type(value).getElementType(), value, toLast(rank)).getResult();
  }

  /// broadcast(v) in nhwc: broadcast of v in nhwc, with leading dimensions of size 1 made explicit.
  Value lowerBroadcast(nn::BroadcastOp op) {
    Value input = op.getInput();
    int64_t rank = type(op.getResult()).getRank(), missing = rank - type(input).getRank();
    if (missing > 0 && missing < rank) {
      SmallVector<int64_t> shape(missing, 1);
      llvm::append_range(shape, type(input).getShape());
      SmallVector<Value> sizes;
      for (int64_t d = 0; d < type(input).getRank(); ++d)
        if (type(input).isDynamicDim(d))
          sizes.push_back(tensor::DimOp::create(builder, op.getLoc(), input, d));
      input = nn::build<nn::ReshapeOp>(builder, op.getLoc(), type(input).getElementType(), input, sizes, shape);
    }
    if (missing < rank)
      input = lower(input);
    SmallVector<OpFoldResult> sizes = permuted(ArrayRef(op.getMixedSizes()), toLast(rank));
    SmallVector<int64_t> fixed;
    SmallVector<Value> dynamic;
    dispatchIndexOpFoldResults(sizes, dynamic, fixed);
    return nn::build<nn::BroadcastOp>(builder, op.getLoc(), type(input).getElementType(), input, dynamic, fixed);
  }

  /// The nhwc result of an op, made beside it; null when the op stays as it is.
  Value flip(Operation *op) {
    if (Value made = flipLayoutOp(op))
      return made;
    if (op->getNumResults() != 1 || !llvm::any_of(op->getOperands(), [&](Value v) { return isLifted(v); }))
      return {};
    return TypeSwitch<Operation *, Value>(op)
        .Case<nn::ElementwiseOp, nn::CastOp>([&](auto same) { return sink(same); })
        .Case<nn::BroadcastOp>([&](nn::BroadcastOp broadcast) {
          return type(broadcast.getInput()).getRank() == type(broadcast.getResult()).getRank()
                     ? lowerBroadcast(broadcast)
                     : Value();
        })
        .Case<nn::ConcatOp, nn::PadOp, nn::SliceOp, nn::ResizeOp, nn::ReduceOp, nn::SoftmaxOp>(
            [&](auto other) { return sinkWithDims(other); })
        .Default([](Operation *) { return Value(); });
  }

  /// Conv, conv_transpose and pool of layout nchw.
  Value flipLayoutOp(Operation *op) {
    auto layout = op->getAttrOfType<nn::LayoutAttr>("layout");
    if (!isa<nn::ConvOp, nn::ConvTransposeOp, nn::PoolOp>(op) || (layout && layout.getValue() != nn::Layout::NCHW))
      return {};
    IRMapping mapping;
    mapping.map(op->getOperand(0), lower(op->getOperand(0)));
    return cloneFlipped(op, mapping, [&](Operation *made) {
      made->setAttr("layout", nn::LayoutAttr::get(op->getContext(), nn::Layout::NHWC));
    });
  }

  /// Ops whose operands and result share one order of dimensions and that have no attribute about dimensions.
  Value sink(Operation *op) {
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        mapping.map(operand, lower(operand));
    return cloneFlipped(op, mapping, [](Operation *) {});
  }

  Value sinkWithDims(nn::ConcatOp op) {
    IRMapping mapping;
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        mapping.map(operand, lower(operand));
    return cloneFlipped(op, mapping, [&](Operation *made) {
      cast<nn::ConcatOp>(made).setAxis(newDim(op->getOperand(0), op.getAxis()));
    });
  }

  Value sinkWithDims(nn::PadOp op) {
    Perm perm = toLast(type(op.getResult()).getRank());
    IRMapping mapping;
    mapping.map(op.getInput(), lower(op.getInput()));
    return cloneFlipped(op, mapping, [&](Operation *made) {
      cast<nn::PadOp>(made).setLow(permuted(op.getLow(), perm));
      cast<nn::PadOp>(made).setHigh(permuted(op.getHigh(), perm));
    });
  }

  Value sinkWithDims(nn::SliceOp op) {
    Perm perm = toLast(type(op.getResult()).getRank());
    SmallVector<int64_t> offsets, sizes;
    SmallVector<Value> dynamicOffsets, dynamicSizes;
    dispatchIndexOpFoldResults(permuted(ArrayRef(op.getMixedOffsets()), perm), dynamicOffsets, offsets);
    dispatchIndexOpFoldResults(permuted(ArrayRef(op.getMixedSizes()), perm), dynamicSizes, sizes);
    return nn::build<nn::SliceOp>(builder, op.getLoc(), type(op.getResult()).getElementType(), lower(op.getInput()),
                                  dynamicOffsets, dynamicSizes, offsets, sizes, permuted(op.getSteps(), perm));
  }

  Value sinkWithDims(nn::ResizeOp op) {
    Perm perm = toLast(type(op.getResult()).getRank());
    SmallVector<int64_t> sizes;
    SmallVector<Value> dynamic;
    dispatchIndexOpFoldResults(permuted(ArrayRef(getMixedValues(op.getStaticSizes(), op.getSizes(), builder)), perm),
                               dynamic, sizes);
    IRMapping mapping;
    mapping.map(op.getInput(), lower(op.getInput()));
    auto made = cast<nn::ResizeOp>(builder.clone(*op, mapping));
    made.getSizesMutable().assign(dynamic);
    made.setStaticSizes(sizes);
    made.setScales(permuted(op.getScales(), perm));
    return infer(made);
  }

  Value sinkWithDims(nn::SoftmaxOp op) {
    IRMapping mapping;
    mapping.map(op.getInput(), lower(op.getInput()));
    return cloneFlipped(op, mapping, [&](Operation *made) {
      cast<nn::SoftmaxOp>(made).setAxis(newDim(op->getOperand(0), op.getAxis()));
    });
  }

  /// With kept dimensions a reduction sinks like any op. Without, the dimensions that remain keep their order when
  /// channels are reduced or nothing spatial remains; then the result needs no transposition at all.
  Value sinkWithDims(nn::ReduceOp op) {
    SmallVector<int64_t> axes;
    for (int64_t axis : op.getAxes())
      axes.push_back(newDim(op.getInput(), axis));
    llvm::sort(axes);
    int64_t rank = type(op.getInput()).getRank();
    if (!op.getKeepDims()) {
      bool channels = llvm::is_contained(op.getAxes(), 1);
      bool spatial = (int64_t)op.getAxes().size() - channels - llvm::is_contained(op.getAxes(), 0) < rank - 2;
      if (!channels && spatial)
        return {};
    }
    IRMapping mapping;
    mapping.map(op.getInput(), lower(op.getInput()));
    auto made = cast<nn::ReduceOp>(builder.clone(*op, mapping));
    made.setAxes(axes);
    Value result = infer(made);
    if (op.getKeepDims())
      return result;
    replace(op, result);
    return {};
  }

  static int64_t newDim(Value nchw, int64_t dim) {
    int64_t rank = type(nchw).getRank();
    return dim == 0 ? 0 : dim == 1 ? rank - 1 : dim - 1;
  }

  /// Gives a clone the result type that its operands and attributes now have.
  Value infer(Operation *made) {
    auto old = type(made->getResult(0));
    made->getResult(0).setType(RankedTensorType::get(nn::inferStaticShapes(made)[0], old.getElementType()));
    return made->getResult(0);
  }

  Value cloneFlipped(Operation *op, IRMapping &mapping, function_ref<void(Operation *)> edit) {
    auto old = type(op->getResult(0));
    Operation *made = builder.clone(*op, mapping);
    edit(made);
    Value result = infer(made);
    // Sizes that only the old type knew stay known.
    SmallVector<int64_t> shape = permuted(old.getShape(), toLast(old.getRank()));
    for (auto [size, known] : llvm::zip_equal(shape, type(result).getShape()))
      if (ShapedType::isDynamic(size))
        size = known;
    result.setType(RankedTensorType::get(shape, old.getElementType()));
    return result;
  }
};

/// A transposition that only moves dimensions of size 1 is a reshape (a free view):
///   %t = nn.transpose %x {perm = [0, 3, 1, 2]} : tensor<?x1x1x8xf32> -> tensor<?x8x1x1xf32>   ->   nn.reshape
struct UnitTransposeToReshape final : OpRewritePattern<nn::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::TransposeOp op, PatternRewriter &rewriter) const override {
    auto input = cast<RankedTensorType>(op.getInput().getType());
    int64_t last = -1;
    for (int64_t source : op.getPerm()) {
      if (input.getDimSize(source) == 1)
        continue;
      if (source < last)
        return rewriter.notifyMatchFailure(op, "moves a dimension whose size is not 1");
      last = source;
    }
    auto result = cast<RankedTensorType>(op.getResult().getType());
    SmallVector<Value> sizes;
    for (auto [position, source] : llvm::enumerate(op.getPerm()))
      if (result.isDynamicDim(position))
        sizes.push_back(tensor::DimOp::create(rewriter, op.getLoc(), op.getInput(), source));
    rewriter.replaceOpWithNewOp<nn::ReshapeOp>(op, result, op.getInput(), sizes, result.getShape());
    return success();
  }
};

/// transpose(transpose(x)) by inverse permutations is x; by others, one transposition.
struct MergeTransposes final : OpRewritePattern<nn::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(nn::TransposeOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<nn::TransposeOp>();
    if (!inner)
      return failure();
    Perm perm = permuted(inner.getPerm(), op.getPerm());
    if (llvm::is_sorted(perm) && inner.getInput().getType() == op.getType())
      rewriter.replaceOp(op, inner.getInput());
    else
      rewriter.replaceOpWithNewOp<nn::TransposeOp>(op, op.getType(), inner.getInput(), perm);
    return success();
  }
};

struct FlipLayout final : hewn::impl::FlipLayoutBase<FlipLayout> {
  void runOnOperation() override {
    flipToNHWC(getOperation());
    RewritePatternSet patterns(&getContext());
    patterns.add<UnitTransposeToReshape, MergeTransposes>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

void hewn::flipToNHWC(func::FuncOp function) { Flipper(function).run(); }
