// Shape arithmetic is done on sizes while converting and never becomes tensor ops.
#include "ShapeValues.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

Evaluated hewn::graph::one(KnownElements result) {
  SmallVector<KnownElements> results;
  results.push_back(std::move(result));
  return results;
}

bool hewn::graph::isTracked(Type type) { return type.isSignlessInteger() && type.getIntOrFloatBitWidth() <= 64; }

int64_t hewn::graph::countElements(ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(elements, size, elements))
      return kMaxEvaluatedElements + 1;
  return elements;
}

int64_t hewn::graph::broadcastPosition(ArrayRef<int64_t> from, ArrayRef<int64_t> to, int64_t position) {
  int64_t result = 0, stride = 1;
  for (size_t back = 1; back <= to.size(); ++back) {
    int64_t index = position % to[to.size() - back];
    position /= to[to.size() - back];
    if (back > from.size())
      continue;
    int64_t size = from[from.size() - back];
    result += (size == 1 ? 0 : index) * stride;
    stride *= size;
  }
  return result;
}

std::optional<SmallVector<int64_t>> hewn::graph::broadcastShapes(ArrayRef<const KnownElements *> operands) {
  SmallVector<int64_t> shape;
  for (const KnownElements *operand : operands) {
    if (operand->shape.size() > shape.size())
      shape.insert(shape.begin(), operand->shape.size() - shape.size(), 1);
    for (size_t back = 1; back <= operand->shape.size(); ++back) {
      int64_t size = operand->shape[operand->shape.size() - back], &wanted = shape[shape.size() - back];
      if (size != 1 && wanted != 1 && size != wanted)
        return std::nullopt;
      wanted = wanted == 1 ? size : wanted;
    }
  }
  return countElements(shape) <= kMaxEvaluatedElements ? std::optional(shape) : std::nullopt;
}

std::optional<SmallVector<const KnownElements *>> hewn::graph::allKnown(Node &node, unsigned minimum) {
  SmallVector<const KnownElements *> operands;
  for (unsigned index = 0; index < node.operandCount(); ++index) {
    const KnownElements *known = node.known(index);
    if (!known || !isTracked(known->elementType))
      return std::nullopt;
    operands.push_back(known);
  }
  return operands.size() >= minimum ? std::optional(operands) : std::nullopt;
}

std::optional<SmallVector<KnownElements>> hewn::graph::evaluateKnown(Node &node) {
  static const Evaluators evaluators = [] {
    Evaluators table;
    addShapeArithmetic(table);
    addShapeStructure(table);
    return table;
  }();
  if (!node.op.getDomain().empty())
    return std::nullopt;
  auto it = evaluators.find(node.op.getOpType());
  return it == evaluators.end() ? std::nullopt : it->second(node);
}
