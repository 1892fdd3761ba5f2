// Operators that read or write elements by index.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

static LogicalResult checkIndices(Node &node, Value indices) {
  Type type = Node::element(indices);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return node.invalid("indices must be i32 or i64");
  return success();
}

/// One constant index is a slice.
static Results convertGather(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), shape.size());
  if (failed(axis))
    return failure();
  const KnownElements *index = node.known(1);
  if (index && index->elements.size() == 1 && Sizes::known(index->elements[0])) {
    int64_t at = *Sizes::known(index->elements[0]);
    auto size = Sizes::known(shape[*axis]);
    if (size && (at < -*size || at >= *size))
      return node.invalid("index " + Twine(at) + " is outside of dimension " + Twine(*axis) + " of size " +
                          Twine(*size));
    SizeList offsets(shape.size(), node.sizes.constant(0)), taken = shape, target = shape;
    offsets[*axis] = at < 0 ? node.sizes.add(shape[*axis], node.sizes.constant(at)) : node.sizes.constant(at);
    taken[*axis] = node.sizes.constant(1);
    Value row = node.slice(x, offsets, taken, SmallVector<int64_t>(shape.size(), 1));
    target.erase(target.begin() + *axis);
    for (size_t i = 0; i < index->shape.size(); ++i)
      target.insert(target.begin() + *axis, node.sizes.constant(1));
    return SmallVector<Value>{node.reshape(row, target)};
  }
  if (failed(checkIndices(node, node.operand(1))))
    return failure();
  return SmallVector<Value>{node.build<nn::GatherOp>(Node::element(x), x, node.operand(1), *axis)};
}

static Results convertGatherElements(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), indices = node.operand(1);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), Node::rank(x));
  if (failed(axis) || failed(checkIndices(node, indices)))
    return failure();
  if (Node::rank(x) != Node::rank(indices))
    return node.invalid("data and indices differ in rank");
  return SmallVector<Value>{node.build<nn::GatherElementsOp>(Node::element(x), x, indices, *axis)};
}

/// The length of the index vectors, checked against the data's rank.
static FailureOr<int64_t> indexLength(Node &node, Value x, Value indices, int64_t batchDims) {
  if (failed(checkIndices(node, indices)))
    return failure();
  int64_t rank = Node::rank(x), indexRank = Node::rank(indices);
  if (batchDims < 0 || indexRank < 1 || batchDims >= std::min(rank, indexRank))
    return node.invalid("batch_dims or the rank of the indices does not fit");
  int64_t length = Node::type(indices).getShape().back();
  if (ShapedType::isDynamic(length))
    return node.unsupported("the length of the index vectors is dynamic");
  if (length < 1 || length > rank - batchDims)
    return node.invalid("index vectors of length " + Twine(length) + " do not fit rank " + Twine(rank));
  return length;
}

static Results convertGatherND(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), indices = node.operand(1);
  int64_t batchDims = node.integer("batch_dims", 0);
  if (failed(indexLength(node, x, indices, batchDims)))
    return failure();
  return SmallVector<Value>{node.build<nn::GatherNDOp>(Node::element(x), x, indices, batchDims)};
}

static FailureOr<nn::ScatterKind> scatterKind(Node &node) {
  std::string name = node.string("reduction", "none");
  if (auto kind = nn::symbolizeScatterKind(name))
    return *kind;
  return node.invalid("reduction '" + name + "' does not exist");
}

static Results convertScatterElements(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0), indices = node.operand(1), updates = node.operand(2);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), Node::rank(x));
  FailureOr<nn::ScatterKind> kind = scatterKind(node);
  if (failed(axis) || failed(kind) || failed(checkIndices(node, indices)))
    return failure();
  if (Node::rank(x) != Node::rank(indices) || Node::rank(x) != Node::rank(updates))
    return node.invalid("data, indices and updates differ in rank");
  for (auto [a, b] : llvm::zip(node.shape(indices), node.shape(updates)))
    if (!node.expectEqual(a, b, "indices and updates differ in size"))
      return failure();
  return SmallVector<Value>{node.build<nn::ScatterElementsOp>(Node::element(x), x, indices, updates, *axis, *kind)};
}

static Results convertScatterND(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0), indices = node.operand(1), updates = node.operand(2);
  FailureOr<nn::ScatterKind> kind = scatterKind(node);
  FailureOr<int64_t> length = indexLength(node, x, indices, 0);
  if (failed(kind) || failed(length))
    return failure();
  SizeList wanted = node.shape(indices), data = node.shape(x), given = node.shape(updates);
  wanted.pop_back();
  wanted.append(data.begin() + *length, data.end());
  if (wanted.size() != given.size())
    return node.invalid("updates have rank " + Twine(given.size()) + ", not " + Twine(wanted.size()));
  for (auto [a, b] : llvm::zip(wanted, given))
    if (!node.expectEqual(a, b, "updates do not fit indices and data"))
      return failure();
  return SmallVector<Value>{node.build<nn::ScatterNDOp>(Node::element(x), x, indices, updates, *kind)};
}

static Results convertTopK(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), Node::rank(x)), k = node.integerElement(1);
  if (failed(axis) || failed(k))
    return failure();
  auto size = Sizes::known(node.shape(x)[*axis]);
  if (*k < 0 || (size && *k > *size))
    return node.invalid("k is " + Twine(*k) + ", outside of the dimension's size");
  auto op = node.build<nn::TopKOp>({Node::element(x), node.builder.getI64Type()}, x, *axis, *k,
                                   node.integer("largest", 1) != 0);
  return SmallVector<Value>{op.getValues(), op.getIndices()};
}

/// OneHot: the axis's positions compared with the indices; negative indices count from the end.
static Results convertOneHot(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Type i64 = node.builder.getI64Type(), boolean = node.builder.getI1Type();
  Value indices = node.cast(node.operand(0), i64), values = node.operand(2);
  FailureOr<SizeList> depth = node.sizeElements(1);
  if (failed(depth))
    return failure();
  int64_t rank = Node::rank(indices) + 1;
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), rank);
  if (failed(axis))
    return failure();
  if (depth->size() != 1 || Node::rank(values) != 1 || Node::type(values).getDimSize(0) != 2)
    return node.invalid("depth must have one element and values two");
  SizeList shape = node.shape(indices);
  shape.insert(shape.begin() + *axis, node.sizes.constant(1));
  Value spread = node.reshape(indices, shape);
  Value size = node.tensor(i64, {}, (*depth)[0]);
  Value negative = node.binary(ElementwiseKind::Less, spread, node.scalar(0, i64), boolean);
  Value wrapped = node.binary(ElementwiseKind::Add, spread, size);
  spread = node.elementwise(ElementwiseKind::Select, {negative, wrapped, spread}, i64);
  auto [fixed, dynamic] = node.split((*depth)[0]);
  Value numbers = node.build<nn::IotaOp>(i64, node.scalar(0, i64), node.scalar(1, i64), dynamic, fixed);
  Value hit = node.binary(ElementwiseKind::Equal, spread, node.alongAxis(numbers, *axis, rank), boolean);
  auto pick = [&](int64_t index) {
    Value one = node.slice(values, node.sizes.constant(index), node.sizes.constant(1), 1);
    return node.broadcast(node.reshape(one, {}), node.shape(hit));
  };
  return SmallVector<Value>{node.elementwise(ElementwiseKind::Select, {hit, pick(1), pick(0)}, Node::element(values))};
}

void hewn::graph::registerIndexed(Registry &registry) {
  registry.add("Gather", convertGather);
  registry.add("GatherElements", convertGatherElements);
  registry.add("GatherND", convertGatherND);
  registry.add("ScatterElements", convertScatterElements);
  registry.add("ScatterND", convertScatterND);
  registry.add("TopK", convertTopK, 10);
  registry.add("OneHot", convertOneHot);
}
