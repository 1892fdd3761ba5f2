// Brings a graph into the form that grouping wants: sizes resolved to arithmetic on argument sizes, elementwise ops
// moved above views, broadcasts cloned per elementwise user, constants that are not splats turned into weights.
#include "Grouping.h"
#include "SizeResolver.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_PREPAREGROUPS
#include "hewn/Stage/Kernels/Passes.h.inc"

namespace {

/// Every elementwise user of a broadcast but the first gets a clone, so that the broadcast can live in its kernel.
void cloneBroadcasts(Block &block) {
  for (auto broadcast : llvm::make_early_inc_range(block.getOps<nn::BroadcastOp>())) {
    bool taken = false;
    for (OpOperand &use : llvm::make_early_inc_range(broadcast->getUses())) {
      if (!isa<nn::ElementwiseOp, nn::CastOp>(use.getOwner()))
        continue;
      if (!taken && broadcast->hasOneUse())
        break;
      taken = true;
      OpBuilder builder(use.getOwner());
      use.set(builder.clone(*broadcast)->getResult(0));
    }
    if (broadcast->use_empty())
      broadcast.erase();
  }
}

/// %v = root(...);  %r = nn.reshape %v;  %e = nn.elementwise %r   ->   %f = nn.elementwise %v;  nn.reshape %f
/// A view between a root and its epilogue would part them. Only where nothing elementwise follows, which %e would
/// leave.
void moveAboveReshapes(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!getGroupRule(&op).elementwise || op.getNumOperands() != 1 ||
        llvm::any_of(op.getUsers(), [](Operation *user) { return getGroupRule(user).elementwise; }))
      continue;
    auto reshape = op.getOperand(0).getDefiningOp<nn::ReshapeOp>();
    Operation *root = reshape ? reshape.getInput().getDefiningOp() : nullptr;
    if (!root || !reshape->hasOneUse() || !root->hasOneUse())
      continue;
    GroupRule rule = getGroupRule(root);
    if (!isa<nn::NNDialect>(root->getDialect()) || (!rule.epilogue && !rule.elementwise))
      continue;
    OpBuilder builder(reshape);
    auto from = cast<RankedTensorType>(reshape.getInput().getType());
    Type element = cast<RankedTensorType>(op.getResult(0).getType()).getElementType();
    Operation *moved = builder.clone(op);
    moved->setOperand(0, reshape.getInput());
    moved->getResult(0).setType(RankedTensorType::get(from.getShape(), element));
    builder.setInsertionPoint(&op);
    Value view = nn::ReshapeOp::create(builder, reshape.getLoc(), op.getResult(0).getType(), moved->getResult(0),
                                       reshape.getSizes(), reshape.getStaticSizes());
    op.getResult(0).replaceAllUsesWith(view);
    op.erase();
    reshape.erase();
  }
}

/// %c = arith.constant dense<[1, 2]> : tensor<2xi64>
///   ->   hewn.weight @constant_0 : tensor<2xi64> { ... }      %c = hewn.load_weight @constant_0
void outlineConstants(Block &block, ModuleOp module, SymbolTable &symbols) {
  for (auto constant : llvm::make_early_inc_range(block.getOps<arith::ConstantOp>())) {
    auto type = dyn_cast<RankedTensorType>(constant.getType());
    if (!type)
      continue;
    auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
    // What an elementwise op or a broadcast reads may stay in its kernel; everything else wants memory.
    bool inKernels = llvm::all_of(constant->getUsers(), [](Operation *user) {
      return isa<nn::ElementwiseOp, nn::CastOp, nn::BroadcastOp, nn::PadOp, nn::IotaOp>(user);
    });
    if (elements && elements.isSplat() && inKernels)
      continue;
    OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
    auto weight =
        WeightOp::create(builder, constant.getLoc(), "constant", builder.getStringAttr("private"), type, SourceAttr());
    symbols.insert(weight);
    builder.createBlock(&weight.getBody());
    Operation *inner = builder.clone(*constant);
    ReturnOp::create(builder, constant.getLoc(), inner->getResults());
    builder.setInsertionPoint(constant);
    auto load = LoadWeightOp::create(builder, constant.getLoc(), type, weight.getSymName());
    constant.replaceAllUsesWith(load.getResult());
    constant.erase();
  }
}

struct PrepareGroups final : impl::PrepareGroupsBase<PrepareGroups> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation())) {
      SymbolTable symbols(module);
      for (func::FuncOp function : getHostFunctions(module)) {
        Block &block = function.getBody().front();
        SizeResolver resolver;
        if (failed(resolver.run(block)) || failed(foldIndices(function)))
          return signalPassFailure();
        moveAboveReshapes(block);
        outlineConstants(block, module, symbols);
        cloneBroadcasts(block);
      }
    }
  }
};

} // namespace
} // namespace hewn
