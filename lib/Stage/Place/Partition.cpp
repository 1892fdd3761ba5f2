// Gives every op a target. Today one target takes the whole graph: functions and weights move into its module, and the
// public function outside keeps the signature and one invoke.
// Requires the stage graph; reports every op without a home before it changes anything.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_PARTITION
#include "hewn/Stage/Place/Passes.h.inc"

namespace {

/// The attribute on the module, or what the pass options ask for.
FailureOr<TargetAttr> chooseTarget(ModuleOp root, StringRef name, StringRef cpu) {
  if (auto attr = root->getAttrOfType<TargetAttr>(kTargetAttr))
    return attr;
  const Target *target = lookupTarget(root.getContext(), name);
  if (!target)
    return emitCoded(root.getLoc(), ErrorCode::TargetUnknown, name,
                     llvm::join(getTargetNames(root.getContext()), ", "));
  llvm::StringMap<std::string> options;
  options["cpu"] = cpu.str();
  return target->makeAttr(root.getContext(), options);
}

/// Reports every nn op that `target` cannot run.
LogicalResult checkHomes(ModuleOp root, const Target &target, TargetAttr attr) {
  bool failed = false;
  root.walk([&](Operation *op) {
    if (!isa_and_nonnull<nn::NNDialect>(op->getDialect()) || op->getParentOfType<WeightOp>())
      return;
    std::string reason;
    if (target.canRun(op, attr, reason))
      return;
    failed = true;
    emitCoded(op->getLoc(), ErrorCode::OpWithoutTarget, op->getName().getStringRef(), reason, attr.getName());
  });
  return failure(failed);
}

/// Fills the host's copy of `inner` with one invoke. Dynamic result sizes are computed by the callee; the host's
/// empties take theirs from equal symbols of the arguments where there are any.
void buildInvoke(func::FuncOp outer, func::FuncOp inner, StringRef moduleName) {
  OpBuilder builder(outer.getContext());
  Block *entry = outer.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  Location loc = outer.getLoc();
  // dimension name -> (argument, dimension)
  llvm::StringMap<std::pair<Value, int64_t>> symbols;
  for (BlockArgument argument : entry->getArguments())
    if (auto dims = outer.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), kDimsAttr))
      for (auto [index, name] : llvm::enumerate(dims.getAsRange<StringAttr>()))
        symbols.try_emplace(name.getValue(), argument, index);
  SmallVector<Value> inits;
  for (auto [index, type] : llvm::enumerate(outer.getResultTypes())) {
    auto tensorType = cast<RankedTensorType>(type);
    auto dims = outer.getResultAttrOfType<ArrayAttr>(index, kDimsAttr);
    SmallVector<Value> sizes;
    for (auto [dim, size] : llvm::enumerate(tensorType.getShape())) {
      if (!ShapedType::isDynamic(size))
        continue;
      StringRef name = dims && dim < dims.size() ? cast<StringAttr>(dims[dim]).getValue() : StringRef();
      auto known = name.empty() ? symbols.end() : symbols.find(name);
      // Unknown before the run: a size of 0, replaced by what the callee makes.
      sizes.push_back(known == symbols.end()
                          ? arith::ConstantIndexOp::create(builder, loc, 0).getResult()
                          : tensor::DimOp::create(builder, loc, known->second.first, known->second.second).getResult());
    }
    inits.push_back(tensor::EmptyOp::create(builder, loc, tensorType, sizes));
  }
  auto callee = SymbolRefAttr::get(builder.getContext(), moduleName, {FlatSymbolRefAttr::get(inner)});
  auto invoke = InvokeOp::create(builder, loc, outer.getResultTypes(), callee, entry->getArguments(), inits);
  func::ReturnOp::create(builder, loc, invoke.getResults());
  outer->setAttr(kInvokeAttr, callee);
}

struct Partition final : impl::PartitionBase<Partition> {
  using PartitionBase::PartitionBase;
  void runOnOperation() override {
    ModuleOp root = getOperation();
    FailureOr<TargetAttr> attr = chooseTarget(root, target, cpu);
    if (failed(attr))
      return signalPassFailure();
    root->setAttr(kTargetAttr, *attr);
    FailureOr<const Target *> chosen = getTarget(root);
    if (failed(chosen) || failed(checkHomes(root, **chosen, *attr)))
      return signalPassFailure();

    OpBuilder builder(&getContext());
    auto nested = ModuleOp::create(root.getLoc(), attr->getName());
    for (Operation &op : llvm::make_early_inc_range(*root.getBody()))
      op.moveBefore(nested.getBody(), nested.getBody()->end());
    root.push_back(nested);
    nested->setAttr(kTargetAttr, *attr);
    root->removeAttr(kTargetAttr);

    builder.setInsertionPointToStart(root.getBody());
    for (auto inner : nested.getOps<func::FuncOp>()) {
      if (!inner.isPublic())
        continue;
      auto outer = cast<func::FuncOp>(builder.insert(inner->cloneWithoutRegions()));
      buildInvoke(outer, inner, attr->getName());
    }
  }
};

} // namespace
} // namespace hewn
