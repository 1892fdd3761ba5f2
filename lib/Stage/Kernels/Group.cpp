// Writes the decision of Grouping.h on the ops.
#include "Grouping.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_GROUP
#include "hewn/Stage/Kernels/Passes.h.inc"

namespace {

/// The reasons of all edges that leave `members`.
SmallVector<Attribute> explainGroup(const Grouping &grouping, ArrayRef<Operation *> members) {
  llvm::SetVector<Attribute> reasons;
  for (Operation *op : members)
    for (Operation *user : op->getUsers()) {
      if (!isa_and_nonnull<nn::NNDialect>(user->getDialect()) || llvm::is_contained(members, user))
        continue;
      reasons.insert(StringAttr::get(op->getContext(), explainEdge(grouping, op, user)));
    }
  return llvm::to_vector(reasons);
}

void writeGroups(Block &block) {
  Grouping grouping = computeGroups(block);
  Builder builder(block.getParent()->getContext());
  for (auto [index, members] : llvm::enumerate(grouping.groups)) {
    for (Operation *op : members)
      op->setAttr(kGroupAttr, builder.getI64IntegerAttr(index));
    if (SmallVector<Attribute> reasons = explainGroup(grouping, members); !reasons.empty())
      members.back()->setAttr(kUnfusedAttr, builder.getArrayAttr(reasons));
  }
}

struct Group final : impl::GroupBase<Group> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      for (func::FuncOp function : getHostFunctions(module))
        writeGroups(function.getBody().front());
  }
};

} // namespace
} // namespace hewn
