// Greedy grouping. Roots first, from the last to the first, each with the elementwise ops behind it; then row ops with
// elementwise ops before them; then trees of elementwise ops.
#include "Grouping.h"
#include "hewn/Dialect/NN/NN.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include <set>

using namespace mlir;
using namespace hewn;

namespace {

/// A group takes no more ops than this.
constexpr size_t kMaxMembers = 48;

bool isNN(Operation *op) { return isa_and_nonnull<nn::NNDialect>(op->getDialect()); }

class Grouper {
public:
  explicit Grouper(Block &block) {
    for (auto [index, op] : llvm::enumerate(block)) {
      position[&op] = index;
      if (isNN(&op) && getGroupRule(&op).kernel)
        ops.push_back(&op);
    }
  }

  Grouping run() {
    growAll([](const GroupRule &rule) { return rule.epilogue && !rule.prologue; });
    growAll([](const GroupRule &rule) { return rule.prologue; });
    growAll([](const GroupRule &rule) { return rule.elementwise; });
    growAll([](const GroupRule &rule) { return true; });
    return finish();
  }

private:
  using Members = llvm::SetVector<Operation *>;

  bool isFree(Operation *op) const { return position.count(op) && isNN(op) && !groupOf.count(op); }

  /// A broadcast of its own that `op` reads, or null.
  nn::BroadcastOp ownBroadcast(Value operand) const {
    auto broadcast = operand.getDefiningOp<nn::BroadcastOp>();
    return broadcast && isFree(broadcast) && broadcast->hasOneUse() ? broadcast : nn::BroadcastOp();
  }

  void growAll(llvm::function_ref<bool(const GroupRule &)> takes) {
    for (Operation *root : llvm::reverse(ops)) {
      GroupRule rule = getGroupRule(root);
      if (groupOf.count(root) || !takes(rule))
        continue;
      Members members;
      members.insert(root);
      if (rule.elementwise)
        addBroadcasts(root, members);
      if (rule.epilogue)
        growForward(members);
      if (rule.prologue || rule.elementwise)
        growBackward(members);
      for (Operation *op : members)
        groupOf[op] = groups.size();
      groups.push_back(members.takeVector());
    }
  }

  void addBroadcasts(Operation *op, Members &members) const {
    for (Value operand : op->getOperands())
      if (nn::BroadcastOp broadcast = ownBroadcast(operand))
        members.insert(broadcast);
  }

  /// Whether elementwise `op` may follow in the group: what it reads through a broadcast must not come from the group.
  bool mayFollow(Operation *op, const Members &members) const {
    if (!isFree(op) || !getGroupRule(op).elementwise)
      return false;
    return llvm::none_of(op->getOperands(), [&](Value operand) {
      nn::BroadcastOp broadcast = ownBroadcast(operand);
      return broadcast && members.contains(broadcast.getInput().getDefiningOp());
    });
  }

  /// The one value of the group that others read, or null if there are none or several.
  static Value onlyResult(const Members &members) {
    Value only;
    for (Operation *op : members)
      for (Value result : op->getResults()) {
        if (llvm::all_of(result.getUsers(), [&](Operation *user) { return members.contains(user); }))
          continue;
        if (only)
          return {};
        only = result;
      }
    return only;
  }

  /// Adds elementwise users in block order for as long as possible, then cuts back to the last point where the group
  /// has a single result. A single result means that nothing outside lies between two members, so the group cannot
  /// depend on itself.
  void growForward(Members &members) const {
    std::set<std::pair<int64_t, Operation *>> candidates;
    auto addUsers = [&](Operation *op) {
      for (Operation *user : op->getUsers())
        if (position.count(user))
          candidates.emplace(position.lookup(user), user);
    };
    addUsers(members.front());
    size_t kept = members.size();
    while (!candidates.empty() && members.size() < kMaxMembers) {
      Operation *op = candidates.begin()->second;
      candidates.erase(candidates.begin());
      if (members.contains(op) || !mayFollow(op, members))
        continue;
      addBroadcasts(op, members);
      members.insert(op);
      addUsers(op);
      if (Value only = onlyResult(members); only && only.getDefiningOp() == op)
        kept = members.size();
    }
    while (members.size() > kept)
      members.pop_back();
  }

  /// Adds elementwise ops that only the group reads.
  void growBackward(Members &members) const {
    // Grows while it is walked.
    for (size_t index = 0; index < members.size() && members.size() < kMaxMembers; ++index) {
      Operation *op = members[index];
      GroupRule rule = getGroupRule(op);
      if (!rule.elementwise && !rule.prologue)
        continue;
      // A row op takes a prologue at its input only: scale and bias are read as they are.
      ValueRange operands =
          rule.elementwise ? ValueRange(op->getOperands()) : ValueRange(op->getOperands().take_front(1));
      bool added = false;
      for (Value operand : operands) {
        Operation *producer = operand.getDefiningOp();
        if (!producer || members.contains(producer) || !isFree(producer) || !getGroupRule(producer).elementwise)
          continue;
        if (!llvm::all_of(producer->getUsers(),
                          [&](Operation *user) { return members.contains(user) && readsInPlace(user, producer); }))
          continue;
        members.insert(producer);
        addBroadcasts(producer, members);
        added = true;
      }
      if (added)
        index = -1; // a member's other operand may have become ours alone
    }
  }

  /// Whether a member reads a value of the loop's own element (not through a broadcast, not as scale or bias of a row).
  static bool readsInPlace(Operation *user, Operation *producer) {
    GroupRule rule = getGroupRule(user);
    if (rule.elementwise)
      return true;
    return rule.prologue && llvm::none_of(user->getOperands().drop_front(),
                                          [&](Value operand) { return operand.getDefiningOp() == producer; });
  }

  /// Numbers groups by their last member and sorts members.
  Grouping finish() {
    for (auto &members : groups)
      llvm::sort(members, [&](Operation *a, Operation *b) { return position.lookup(a) < position.lookup(b); });
    llvm::sort(groups, [&](auto &a, auto &b) { return position.lookup(a.back()) < position.lookup(b.back()); });
    Grouping result;
    for (auto [index, members] : llvm::enumerate(groups))
      for (Operation *op : members)
        result.groupOf[op] = index;
    result.groups.assign(groups.begin(), groups.end());
    return result;
  }

  llvm::DenseMap<Operation *, int64_t> position;
  SmallVector<Operation *> ops;
  llvm::DenseMap<Operation *, int64_t> groupOf;
  SmallVector<SmallVector<Operation *>> groups;
};

/// "conv" for nn.conv.
StringRef shortName(Operation *op) { return op->getName().stripDialect(); }

} // namespace

Grouping hewn::computeGroups(Block &block) { return Grouper(block).run(); }

std::string hewn::explainEdge(const Grouping &grouping, Operation *producer, Operation *user) {
  GroupRule from = getGroupRule(producer), to = getGroupRule(user);
  auto edge = [&](StringRef reason) {
    return llvm::formatv("{0} -> {1}: {2}", shortName(producer), shortName(user), reason).str();
  };
  if (!to.kernel)
    return edge("the user is a view between kernels");
  if (isa<nn::BroadcastOp>(user))
    return edge("a broadcast reads each element many times");
  if (!to.elementwise && !to.prologue)
    return edge("the user reads elements more than once or out of order");
  if (!to.elementwise && !from.elementwise)
    return edge("both are roots");
  if (!from.elementwise && !from.epilogue && to.elementwise)
    return edge("the producer takes no elementwise ops behind it");
  bool others = llvm::any_of(producer->getUsers(), [&](Operation *other) {
    auto group = grouping.groupOf.find(other);
    return group == grouping.groupOf.end() || group->second != grouping.groupOf.lookup(user);
  });
  if (others)
    return edge("the value has other users");
  return edge("the user belongs to the kernel of another producer");
}
