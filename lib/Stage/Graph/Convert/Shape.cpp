// Operators that keep the elements and change the shape, constants, and questions about shapes.
#include "Registry.h"
#include "hewn/Dialect/Hewn/Hewn.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

/// The value of a DenseElementsAttr. arith.constant takes no unsigned numbers: the same bits are converted.
static Value constantOf(Node &node, DenseElementsAttr value) {
  auto unsignedType = dyn_cast<IntegerType>(value.getElementType());
  if (!unsignedType || !unsignedType.isUnsigned())
    return node.constant(value);
  Type signless = node.builder.getIntegerType(unsignedType.getWidth());
  return node.cast(node.constant(value.bitcast(signless)), unsignedType);
}

static Results convertConstant(Node &node) {
  Builder &b = node.builder;
  Attribute value = node.attr("value");
  if (auto elements = dyn_cast_or_null<DenseElementsAttr>(value))
    return SmallVector<Value>{constantOf(node, elements)};
  if (auto symbol = dyn_cast_or_null<FlatSymbolRefAttr>(value)) {
    auto weight = SymbolTable::lookupNearestSymbolFrom<WeightOp>(node.op, symbol);
    if (!weight)
      return node.invalid("weight '" + symbol.getValue() + "' does not exist");
    return SmallVector<Value>{LoadWeightOp::create(node.builder, node.loc, weight.getType(), symbol)};
  }
  if (node.hasAttr("value_int"))
    return SmallVector<Value>{node.scalar(0, b.getI64Type())}; // evaluated as known elements
  if (auto list = node.integers("value_ints"))
    return SmallVector<Value>{node.tensor(b.getI64Type(), {(int64_t)list->size()}, node.sizes.constants(*list))};
  if (node.hasAttr("value_float"))
    return SmallVector<Value>{node.scalar(node.real("value_float", 0), b.getF32Type())};
  if (auto list = dyn_cast_or_null<DenseF32ArrayAttr>(node.attr("value_floats"))) {
    auto type = RankedTensorType::get({(int64_t)list.size()}, b.getF32Type());
    return SmallVector<Value>{node.constant(DenseElementsAttr::get(type, list.asArrayRef()))};
  }
  return node.unsupported("it has no numeric value");
}

static Results convertIdentity(Node &node) {
  if (failed(node.require(1)))
    return failure();
  return SmallVector<Value>{node.operand(0)};
}

/// Dropout does nothing at inference; its mask is all true.
static Results convertDropout(Node &node) {
  if (failed(node.require(1)))
    return failure();
  if (const KnownElements *training = node.known(2);
      node.has(2) && (!training || !Sizes::isKnown(training->elements[0], 0)))
    return node.unsupported("training_mode may be true");
  Value x = node.operand(0);
  SmallVector<Value> results = {x};
  if (node.isUsed(1))
    results.push_back(node.broadcast(node.scalar(1, node.builder.getI1Type()), node.shape(x)));
  return results;
}

/// 0 copies the input's size, -1 takes what remains.
static Results convertReshape(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<SizeList> wanted = node.sizeElements(1);
  if (failed(wanted))
    return failure();
  SizeList from = node.shape(x), target = *wanted;
  bool allowZero = node.integer("allowzero", 0) != 0;
  std::optional<size_t> open;
  SizeList remaining = from;
  for (auto [position, size] : llvm::enumerate(target)) {
    if (Sizes::isKnown(size, -1)) {
      if (open)
        return node.invalid("the shape has two entries -1");
      open = position;
      continue;
    }
    if (Sizes::isKnown(size, 0) && !allowZero) {
      if (position >= from.size())
        return node.invalid("entry " + Twine(position) + " of the shape copies a dimension that the input lacks");
      size = from[position];
    }
  }
  if (open) {
    SizeList others;
    for (auto [position, size] : llvm::enumerate(target)) {
      if (position == *open)
        continue;
      // A size on both sides cancels, also when it is zero at run time.
      if (auto *same = llvm::find(remaining, size); same != remaining.end() && !Sizes::known(size))
        remaining.erase(same);
      else
        others.push_back(size);
    }
    AffineExpr all = node.sizes.product(remaining), rest = node.sizes.product(others);
    if (Sizes::isKnown(rest, 0))
      return node.invalid("the shape leaves -1 undefined beside a 0");
    target[*open] = node.sizes.divide(all, rest);
    if (!node.expectEqual(node.sizes.mul(target[*open], rest), all, "the shape does not divide the element count"))
      return failure();
    // The counts agree now; nothing is left for reshape to guard.
    node.sizes.assumeEqual(node.sizes.product(target), node.sizes.product(from));
  }
  return SmallVector<Value>{node.reshape(x, target)};
}

static Results convertFlatten(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  int64_t axis = node.integer("axis", 1), rank = Node::rank(x);
  if (axis < -rank || axis > rank)
    return node.invalid("axis " + Twine(axis) + " is outside of rank " + Twine(rank));
  axis = axis < 0 ? axis + rank : axis;
  SizeList shape = node.shape(x);
  return SmallVector<Value>{node.reshape(
      x, {node.sizes.product(ArrayRef(shape).take_front(axis)), node.sizes.product(ArrayRef(shape).drop_front(axis))})};
}

/// Squeeze with axes as an input; without them every static 1 goes.
static Results convertSqueeze(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x), target;
  SmallVector<int64_t> axes;
  if (node.has(1)) {
    FailureOr<SmallVector<int64_t>> raw = node.integerElements(1);
    if (failed(raw))
      return failure();
    FailureOr<SmallVector<int64_t>> list = node.axes(*raw, shape.size());
    if (failed(list))
      return failure();
    axes = *list;
  } else {
    // A dynamic size is taken as more than 1: the result's rank must not depend on it.
    for (auto [position, size] : llvm::enumerate(shape))
      if (Sizes::isKnown(size, 1))
        axes.push_back(position);
  }
  for (auto [position, size] : llvm::enumerate(shape)) {
    if (!llvm::is_contained(axes, (int64_t)position))
      target.push_back(size);
    else if (!node.expectEqual(size, node.sizes.constant(1),
                               "size of squeezed dimension " + Twine(position) + " is not 1"))
      return failure();
  }
  return SmallVector<Value>{node.reshape(x, target)};
}

static Results convertUnsqueeze(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<SmallVector<int64_t>> raw = node.integerElements(1);
  if (failed(raw))
    return failure();
  int64_t rank = Node::rank(x) + raw->size();
  FailureOr<SmallVector<int64_t>> axes = node.axes(*raw, rank);
  if (failed(axes))
    return failure();
  SizeList shape = node.shape(x), target;
  for (int64_t position = 0; position < rank; ++position)
    target.push_back(llvm::is_contained(*axes, position)
                         ? node.sizes.constant(1)
                         : shape[target.size() - llvm::count_if(*axes, [&](int64_t axis) { return axis < position; })]);
  return SmallVector<Value>{node.reshape(x, target)};
}

static Results convertTranspose(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  int64_t rank = Node::rank(x);
  SmallVector<int64_t> perm = llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (auto given = node.integers("perm"))
    perm = *given;
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  if (sorted != llvm::to_vector(llvm::seq<int64_t>(0, rank)))
    return node.invalid("attribute 'perm' is not a permutation of the input's dimensions");
  return SmallVector<Value>{node.transpose(x, perm)};
}

/// Shape and Size are known elements (ShapeValues.cpp); this entry makes the operators known to the registry.
static Results convertEvaluated(Node &node) { return node.unsupported("its input has no rank"); }

static Results convertExpand(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<SizeList> wanted = node.sizeElements(1);
  if (failed(wanted))
    return failure();
  FailureOr<SizeList> target = node.broadcastShape({node.shape(x), *wanted});
  if (failed(target))
    return failure();
  return SmallVector<Value>{node.broadcast(x, *target)};
}

static Results convertConstantOfShape(Node &node) {
  if (failed(node.require(1)))
    return failure();
  FailureOr<SizeList> wanted = node.sizeElements(0);
  if (failed(wanted))
    return failure();
  Value value;
  if (auto elements = dyn_cast_or_null<DenseElementsAttr>(node.attr("value"))) {
    if (elements.getNumElements() != 1)
      return node.invalid("attribute 'value' must have one element");
    value = node.reshape(constantOf(node, elements), {});
  } else {
    value = node.scalar(0, node.builder.getF32Type());
  }
  return SmallVector<Value>{node.broadcast(value, *wanted)};
}

void hewn::graph::registerShape(Registry &registry) {
  registry.add("Constant", convertConstant);
  registry.add("Identity", convertIdentity);
  registry.add("Dropout", convertDropout, 7);
  registry.add("Reshape", convertReshape, 5);
  registry.add("Flatten", convertFlatten);
  registry.add("Squeeze", convertSqueeze, 13);
  registry.add("Unsqueeze", convertUnsqueeze, 13);
  registry.add("Transpose", convertTranspose);
  registry.add("Shape", convertEvaluated);
  registry.add("Size", convertEvaluated);
  registry.add("Expand", convertExpand);
  registry.add("ConstantOfShape", convertConstantOfShape);
}
