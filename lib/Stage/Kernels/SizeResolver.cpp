// Sizes of every nn result of a block, resting on the sizes of arguments only.
#include "SizeResolver.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace hewn;

LogicalResult SizeResolver::run(Block &block) {
  auto isStatic = [](Type type) { return cast<ShapedType>(type).hasStaticShape(); };
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto dim = dyn_cast<tensor::DimOp>(op))
      replaceDim(dim);
    else if (isa<nn::ShapeOpInterface>(op) && !llvm::all_of(op.getResultTypes(), isStatic) && failed(record(op)))
      return failure();
  }
  return success();
}

SmallVector<Value> SizeResolver::dynamicSizes(OpBuilder &builder, Value result) const {
  SmallVector<Value> values;
  auto known = sizes.find(result);
  if (known == sizes.end())
    return values;
  for (auto [dim, size] : llvm::zip_equal(cast<RankedTensorType>(result.getType()).getShape(), known->second))
    if (ShapedType::isDynamic(dim))
      values.push_back(getValueOrCreateConstantIndexOp(builder, result.getLoc(), size));
  return values;
}

void SizeResolver::replaceDim(tensor::DimOp dim) {
  auto known = sizes.find(dim.getSource());
  std::optional<int64_t> index = dim.getConstantIndex();
  if (known == sizes.end() || !index)
    return;
  OpBuilder builder(dim);
  dim.replaceAllUsesWith(getValueOrCreateConstantIndexOp(builder, dim.getLoc(), known->second[*index]));
  dim.erase();
}

LogicalResult SizeResolver::record(Operation &op) {
  OpBuilder builder(&op);
  Operation *before = op.getPrevNode();
  ReifiedRankedShapedTypeDims shapes;
  if (failed(nn::reifyShapes(&op, builder, shapes)))
    return op.emitOpError("has a shape that cannot be computed from its operands");
  // Reification made new tensor.dim ops of the operands in front of the op; those are known already. Their values may
  // stand in `shapes` themselves.
  IRMapping replaced;
  Operation *next = before ? before->getNextNode() : &op.getBlock()->front();
  while (next != &op) {
    Operation *current = next;
    next = next->getNextNode();
    auto dim = dyn_cast<tensor::DimOp>(current);
    auto known = dim ? sizes.find(dim.getSource()) : sizes.end();
    if (known == sizes.end() || !dim.getConstantIndex())
      continue;
    OpBuilder inner(dim);
    Value value = getValueOrCreateConstantIndexOp(inner, dim.getLoc(), known->second[*dim.getConstantIndex()]);
    replaced.map(dim.getResult(), value);
    dim.replaceAllUsesWith(value);
    dim.erase();
  }
  for (auto [result, shape] : llvm::zip_equal(op.getResults(), shapes)) {
    for (OpFoldResult &size : shape)
      if (auto value = dyn_cast<Value>(size))
        size = replaced.lookupOrDefault(value);
    sizes[result].assign(shape.begin(), shape.end());
  }
  return success();
}

LogicalResult hewn::foldIndices(func::FuncOp function) {
  RewritePatternSet patterns(function.getContext());
  affine::AffineApplyOp::getCanonicalizationPatterns(patterns, function.getContext());
  return applyPatternsGreedily(function, std::move(patterns));
}
