// What every recipe shares: the range arguments, the extent function, the clean-up of linalg.
#include "Schedule.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

Machine hewn::cpu::getMachine(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>(kTargetAttr))
      return Machine::read(target);
  Machine machine;
  machine.vectorBits = 256;
  machine.l1 = 32 << 10;
  machine.l2 = 1 << 20;
  machine.l3 = 32 << 20;
  return machine;
}

std::pair<Value, Value> hewn::cpu::addRange(func::FuncOp kernel) {
  Type index = IndexType::get(kernel.getContext());
  unsigned count = kernel.getNumArguments();
  Location loc = kernel.getLoc();
  (void)kernel.insertArguments({count, count}, {index, index}, {DictionaryAttr(), DictionaryAttr()}, {loc, loc});
  return {kernel.getArgument(count), kernel.getArgument(count + 1)};
}

/// Clones what computes `value` into the extent function; null where it cannot be computed from sizes.
static Value cloneIndex(Value value, OpBuilder &builder, IRMapping &map) {
  if (Value known = map.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() || !isMemoryEffectFree(op))
    return {};
  for (Value operand : op->getOperands())
    if (!cloneIndex(operand, builder, map))
      return {};
  builder.clone(*op, map);
  return map.lookup(value);
}

FailureOr<func::FuncOp> hewn::cpu::makeExtent(func::FuncOp kernel, ArrayRef<OpFoldResult> sizes) {
  MLIRContext *context = kernel.getContext();
  Location loc = kernel.getLoc();
  OpBuilder builder(context);
  Type index = builder.getIndexType();
  IRMapping map;
  SmallVector<Type> types;
  SmallVector<std::pair<Value, int64_t>> origins; // (kernel argument, dimension or -1)
  for (BlockArgument argument : kernel.getArguments()) {
    auto access = kernel.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kAccessAttr);
    if (access && access.getValue() == "scratch")
      continue;
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type) {
      types.push_back(index);
      origins.push_back({argument, -1});
      continue;
    }
    for (int64_t i = 0; i < type.getRank(); ++i)
      if (type.isDynamicDim(i)) {
        types.push_back(index);
        origins.push_back({argument, i});
      }
    if (auto layout = dyn_cast<StridedLayoutAttr>(type.getLayout()))
      for (int64_t stride : layout.getStrides())
        if (ShapedType::isDynamic(stride)) {
          types.push_back(index);
          origins.push_back({argument, -2});
        }
  }
  // The range arguments, if they are there already, are no part of it.
  auto function =
      func::FuncOp::create(loc, (kernel.getName() + kExtentSuffix).str(), FunctionType::get(context, types, {index}));
  function.setPrivate();
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  for (auto [origin, argument] : llvm::zip_equal(origins, entry->getArguments()))
    if (origin.second == -1)
      map.map(origin.first, argument);
  // memref.dim of an argument becomes the argument that holds it.
  kernel.walk([&](memref::DimOp dim) {
    std::optional<int64_t> position = dim.getConstantIndex();
    auto type = dyn_cast<MemRefType>(dim.getSource().getType());
    if (!position || !type)
      return;
    for (auto [origin, argument] : llvm::zip_equal(origins, entry->getArguments()))
      if (origin.first == dim.getSource() && origin.second == *position)
        map.map(dim.getResult(), argument);
  });
  Value product = arith::ConstantIndexOp::create(builder, loc, 1);
  for (OpFoldResult size : sizes) {
    Value value = getConstantIntValue(size)
                      ? (Value)arith::ConstantIndexOp::create(builder, loc, *getConstantIntValue(size))
                      : cloneIndex(cast<Value>(size), builder, map);
    if (!value) {
      function.erase();
      return kernel.emitError("the extent of its outermost loop does not follow from its arguments' sizes");
    }
    product = arith::MulIOp::create(builder, loc, product, value);
  }
  func::ReturnOp::create(builder, loc, product);
  return function;
}

/// An elementwise producer is worth computing again in each user where it is cheap; a reduction never is.
static bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  if (!producer || producer.getNumReductionLoops() != 0)
    return false;
  if (producer->hasOneUse())
    return true;
  bool cheap = true;
  producer.getBody()->walk(
      [&](Operation *op) { cheap &= !isa<math::MathDialect>(op->getDialect()) && !isa<arith::DivFOp>(op); });
  return cheap && !isa<linalg::FillOp>(operand->getOwner());
}

namespace {
/// tensor.dim (to_tensor %m), %i  ->  memref.dim %m, %i
struct DimOfToTensor final : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::DimOp dim, PatternRewriter &rewriter) const override {
    auto source = dim.getSource().getDefiningOp<bufferization::ToTensorOp>();
    if (!source)
      return failure();
    rewriter.replaceOpWithNewOp<memref::DimOp>(dim, source.getBuffer(), dim.getIndex());
    return success();
  }
};
} // namespace

LogicalResult hewn::cpu::fuseAndResolve(func::FuncOp kernel) {
  MLIRContext *context = kernel.getContext();
  RewritePatternSet patterns(context);
  linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
  tensor::DimOp::getCanonicalizationPatterns(patterns, context);
  patterns.add<DimOfToTensor>(context);
  if (failed(applyPatternsGreedily(kernel, std::move(patterns))))
    return kernel.emitError("fusion does not converge");
  // Each kernel result is computed straight into its buffer.
  kernel.walk([&](bufferization::MaterializeInDestinationOp op) {
    Value source = op.getSource();
    auto root = source.getDefiningOp<DestinationStyleOpInterface>();
    if (!root || !isa<MemRefType>(op.getDest().getType()) || !source.hasOneUse())
      return;
    // A second to_tensor of one memref would count as another buffer.
    if (llvm::any_of(op.getDest().getUsers(), [](Operation *user) { return isa<bufferization::ToTensorOp>(user); }))
      return;
    OpOperand *init = root.getTiedOpOperand(cast<OpResult>(source));
    while (auto inner = init->get().getDefiningOp<DestinationStyleOpInterface>()) {
      if (!init->get().hasOneUse())
        return;
      init = inner.getTiedOpOperand(cast<OpResult>(init->get()));
    }
    if (!init->get().getDefiningOp<tensor::EmptyOp>())
      return;
    OpBuilder builder(&kernel.getBody().front(), kernel.getBody().front().begin());
    auto target = bufferization::ToTensorOp::create(builder, op.getLoc(), init->get().getType(), op.getDest(),
                                                    /*restrict=*/true, /*writable=*/true);
    init->set(target);
  });
  return success();
}
