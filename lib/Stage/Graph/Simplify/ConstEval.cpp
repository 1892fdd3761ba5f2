// Everything that is computed from weights and constants alone becomes a computed weight, evaluated once when the
// artifact is written. Broadcasts stay in the graph: they only enlarge. Weights that nothing reads any more are
// removed.
#include "../Convert/Conversion.h"
#include "Match.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace hewn::graph;

namespace hewn {
#define GEN_PASS_DEF_HEWNCONSTEVAL
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

/// The nn ops of a block whose operands are all constant.
DenseSet<Operation *> findConstantOps(Block &block) {
  DenseSet<Operation *> constant;
  for (Operation &op : block) {
    if (!isa<nn::NNDialect>(op.getDialect()) || op.getNumResults() != 1 || op.getNumRegions() != 0)
      continue;
    if (!cast<RankedTensorType>(op.getResult(0).getType()).hasStaticShape())
      continue;
    if (llvm::all_of(op.getOperands(), [&](Value operand) {
          Operation *def = operand.getDefiningOp();
          return def && (constant.contains(def) || isa<arith::ConstantOp, LoadWeightOp>(def));
        }))
      constant.insert(&op);
  }
  return constant;
}

/// Ops whose value something outside the constant slices reads, in program order.
SmallVector<Operation *> findRoots(Block &block, const DenseSet<Operation *> &constant) {
  DenseSet<Operation *> escaping;
  SmallVector<Operation *> roots;
  for (Operation &op : llvm::reverse(block)) {
    if (!constant.contains(&op))
      continue;
    bool escapes = llvm::any_of(op.getUsers(), [&](Operation *user) {
      return !constant.contains(user) || (isa<nn::BroadcastOp>(user) && escaping.contains(user));
    });
    if (!escapes)
      continue;
    escaping.insert(&op);
    if (!isa<nn::BroadcastOp>(op))
      roots.push_back(&op);
  }
  return llvm::to_vector(llvm::reverse(roots));
}

std::string weightName(Operation *root) {
  std::string name = nodeName(root->getLoc()).str();
  for (char &c : name)
    if (!llvm::isAlnum(c) && c != '_' && c != '.')
      c = '_';
  return name.empty() ? "folded" : name + ".folded";
}

/// Moves the slice that ends in `root` into a weight.
void outline(Operation *root, const DenseSet<Operation *> &constant, SymbolTable &symbols) {
  llvm::SetVector<Operation *> slice;
  SmallVector<Operation *> stack = {root};
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    if (!op || !slice.insert(op))
      continue;
    if (constant.contains(op))
      for (Value operand : op->getOperands())
        stack.push_back(operand.getDefiningOp());
  }
  SmallVector<Operation *> ordered = slice.takeVector();
  llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });

  Type type = root->getResult(0).getType();
  OpBuilder builder(root->getContext());
  auto weight = WeightOp::create(builder, root->getLoc(), weightName(root), StringAttr(), type, SourceAttr());
  builder.setInsertionPointToStart(&weight.getBody().emplaceBlock());
  IRMapping mapping;
  for (Operation *op : ordered)
    builder.clone(*op, mapping);
  ReturnOp::create(builder, root->getLoc(), mapping.lookup(root->getResult(0)));
  StringAttr name = symbols.insert(weight);

  builder.setInsertionPoint(root);
  Value load = LoadWeightOp::create(builder, root->getLoc(), type, FlatSymbolRefAttr::get(name));
  root->getResult(0).replaceAllUsesWith(load);
}

void eraseDead(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Weights that no load names; a removed weight may have been the last reader of others.
void eraseUnusedWeights(ModuleOp module) {
  while (true) {
    DenseSet<StringAttr> used;
    module.walk([&](LoadWeightOp load) { used.insert(load.getWeightAttr().getAttr()); });
    bool erased = false;
    for (WeightOp weight : llvm::make_early_inc_range(module.getOps<WeightOp>()))
      if (!used.contains(weight.getSymNameAttr())) {
        weight.erase();
        erased = true;
      }
    if (!erased)
      return;
  }
}

struct ConstEval final : impl::HewnConstEvalBase<ConstEval> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody()) {
        DenseSet<Operation *> constant = findConstantOps(block);
        for (Operation *root : findRoots(block, constant)) {
          outline(root, constant, symbols);
          // What read it is still constant: a later slice loads the new weight.
          constant.erase(root);
        }
        eraseDead(block);
      }
    eraseUnusedWeights(getOperation());
  }
};

} // namespace
} // namespace hewn
