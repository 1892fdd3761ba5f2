// Lifetimes of a host function's buffers, and sizes as numbers for nominal shapes.
#include "Lifetimes.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace hewn;

Lifetimes::Lifetimes(Block &block) : block(block) {
  for (auto [index, op] : llvm::enumerate(block))
    position[&op] = index;
}

Lifetime Lifetimes::of(Value root) const {
  Lifetime life{INT64_MAX, INT64_MIN};
  for (Value alias : aliasesOf(root))
    for (Operation *user : alias.getUsers()) {
      // Sizes are known without the buffer, views live as long as their users.
      if (isa<memref::DimOp, memref::DeallocOp, ViewLikeOpInterface>(user))
        continue;
      auto at = position.find(block.findAncestorOpInBlock(*user));
      if (at == position.end())
        continue;
      life.lower = std::min(life.lower, at->second);
      life.upper = std::max(life.upper, at->second + 1);
    }
  return life.isEmpty() ? Lifetime() : life;
}

NominalSizes::NominalSizes(func::FuncOp function, int64_t size) {
  llvm::SmallDenseSet<Attribute> leading;
  for (unsigned index = 0; index < function.getNumArguments(); ++index)
    if (auto dims = function.getArgAttrOfType<ArrayAttr>(index, kDimsAttr); dims && !dims.empty())
      leading.insert(dims[0]);
  for (BlockArgument argument : function.getArguments())
    if (Attribute name = function.getArgAttr(argument.getArgNumber(), kDimAttr))
      known[argument] = leading.contains(name) ? 1 : size;
}

std::optional<int64_t> NominalSizes::evaluate(Value value) {
  if (auto entry = known.find(value); entry != known.end())
    return entry->second;
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return known[value] = constant.getInt();
  Operation *op = value.getDefiningOp();
  if (!op || !isScalarOp(*op) || op->getNumResults() != 1)
    return known[value] = std::nullopt;
  SmallVector<Attribute> operands;
  for (Value operand : op->getOperands()) {
    std::optional<int64_t> number = evaluate(operand);
    if (!number)
      return known[value] = std::nullopt;
    operands.push_back(IntegerAttr::get(operand.getType(), *number));
  }
  // A fold may change its op: fold a copy.
  Operation *copy = op->clone();
  SmallVector<OpFoldResult> results;
  std::optional<int64_t> number;
  if (succeeded(copy->fold(operands, results)) && results.size() == 1)
    number = isa<Attribute>(results[0]) ? getConstantIntValue(results[0])
                                        : evaluate(cast<Value>(results[0])); // x * 1 folds to x
  copy->erase();
  return known[value] = number;
}

std::optional<int64_t> NominalSizes::evaluate(OpFoldResult value) {
  if (std::optional<int64_t> number = getConstantIntValue(value))
    return number;
  return evaluate(cast<Value>(value));
}

int64_t hewn::elementBytes(MemRefType type) { return (type.getElementTypeBitWidth() + 7) / 8; }

std::optional<int64_t> NominalSizes::bytes(Value buffer) {
  int64_t total = elementBytes(cast<MemRefType>(buffer.getType()));
  for (OpFoldResult size : sizesOf(buffer)) {
    std::optional<int64_t> number = size ? evaluate(size) : std::nullopt;
    if (!number || *number < 0 || llvm::MulOverflow(total, *number, total))
      return std::nullopt;
  }
  return total;
}

bool NominalSizes::isImpossible(Value buffer) {
  return llvm::any_of(sizesOf(buffer), [&](OpFoldResult size) {
    std::optional<int64_t> number = size ? evaluate(size) : std::nullopt;
    return number && *number < 0;
  });
}
