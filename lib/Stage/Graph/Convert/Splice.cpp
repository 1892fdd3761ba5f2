// Operators that join, cut, repeat, pad and rearrange tensors.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

static Results convertConcat(Node &node) {
  if (failed(node.require(std::max(1u, node.operandCount()))))
    return failure();
  SmallVector<Value> values = node.operands();
  if (!node.hasAttr("axis"))
    return node.invalid("attribute 'axis' is missing");
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), Node::rank(values[0]));
  if (failed(axis))
    return failure();
  SizeList first = node.shape(values[0]);
  for (auto [index, value] : llvm::enumerate(values)) {
    SizeList other = node.shape(value);
    if (other.size() != first.size() || Node::element(value) != Node::element(values[0]))
      return node.invalid("operand " + Twine(index) + " has another rank or element type than operand 0");
    for (size_t dim = 0; dim < first.size(); ++dim)
      if ((int64_t)dim != *axis &&
          !node.expectEqual(first[dim], other[dim], "size of dimension " + Twine(dim) + " differs between operands"))
        return failure();
  }
  // Empty parts add nothing.
  SmallVector<Value> parts =
      llvm::filter_to_vector(values, [&](Value value) { return !Sizes::isKnown(node.shape(value)[*axis], 0); });
  if (parts.empty())
    parts.push_back(values[0]);
  if (parts.size() == 1)
    return SmallVector<Value>{parts[0]};
  return SmallVector<Value>{node.build<nn::ConcatOp>(Node::element(parts[0]), parts, *axis)};
}

/// Split from version 13 on: sizes as an input, or num_outputs equal parts (the last one may be smaller).
static Results convertSplit(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), shape.size());
  if (failed(axis))
    return failure();
  size_t count = node.op.getNumResults();
  SizeList parts;
  if (node.has(1)) {
    FailureOr<SizeList> given = node.sizeElements(1);
    if (failed(given))
      return failure();
    if (given->size() != count)
      return node.invalid("there are " + Twine(given->size()) + " sizes for " + Twine(count) + " outputs");
    parts = *given;
    AffineExpr sum = node.sizes.constant(0);
    for (AffineExpr part : parts)
      sum = node.sizes.add(sum, part);
    if (!node.expectEqual(sum, shape[*axis], "the parts do not sum up to the input's size"))
      return failure();
  } else {
    auto size = Sizes::known(shape[*axis]);
    int64_t number = node.integer("num_outputs", count);
    if (number != (int64_t)count)
      return node.invalid("num_outputs is " + Twine(number) + ", but there are " + Twine(count) + " outputs");
    if (!size) {
      AffineExpr part = node.sizes.divide(shape[*axis], node.sizes.constant(count));
      if (!node.expectEqual(node.sizes.mul(part, node.sizes.constant(count)), shape[*axis],
                            "the size does not split evenly"))
        return failure();
      parts.assign(count, part);
    } else {
      int64_t part = llvm::divideCeil(*size, (int64_t)count), rest = *size;
      for (size_t index = 0; index < count; ++index, rest -= part)
        parts.push_back(node.sizes.constant(std::clamp<int64_t>(rest, 0, part)));
    }
  }
  SmallVector<Value> results;
  SizeList offsets(shape.size(), node.sizes.constant(0)), target = shape;
  SmallVector<int64_t> steps(shape.size(), 1);
  for (AffineExpr part : parts) {
    target[*axis] = part;
    results.push_back(node.slice(x, offsets, target, steps));
    offsets[*axis] = node.sizes.add(offsets[*axis], part);
  }
  return results;
}

/// Where a slice of a dimension starts and how many elements it takes, by ONNX's clamping rules.
std::pair<AffineExpr, AffineExpr> hewn::graph::clampSlice(Sizes &sizes, AffineExpr start, AffineExpr end, int64_t step,
                                                          AffineExpr size) {
  AffineExpr zero = sizes.constant(0), last = sizes.sub(size, sizes.constant(1));
  auto wrap = [&](AffineExpr at) {
    auto number = Sizes::known(at);
    return number && *number < 0 ? sizes.add(*number < std::numeric_limits<int32_t>::min()
                                                 ? sizes.constant(std::numeric_limits<int32_t>::min())
                                                 : at,
                                             size)
                                 : at;
  };
  start = wrap(start), end = wrap(end);
  if (step > 0) {
    start = sizes.max(zero, sizes.min(start, size));
    end = sizes.max(zero, sizes.min(end, size));
    AffineExpr span = sizes.max(zero, sizes.sub(end, start));
    return {start, step == 1 ? span : sizes.divide(sizes.add(span, sizes.constant(step - 1)), sizes.constant(step))};
  }
  // Backward: start lies in [-1, size - 1] (empty at -1), end in [-1, size - 1].
  AffineExpr minusOne = sizes.constant(-1);
  start = sizes.max(minusOne, sizes.min(start, last));
  end = sizes.max(minusOne, sizes.min(end, last));
  AffineExpr span = sizes.max(zero, sizes.sub(start, end));
  int64_t stride = step == std::numeric_limits<int64_t>::min() ? std::numeric_limits<int64_t>::max() : -step;
  AffineExpr count =
      stride == 1 ? span
                  : sizes.divide(sizes.add(span, sizes.constant(std::min<int64_t>(stride - 1, int64_t(1) << 40))),
                                 sizes.constant(stride));
  return {sizes.max(zero, start), count};
}

/// Starts, ends, axes and steps as inputs.
static Results convertSlice(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x), offsets(shape.size(), node.sizes.constant(0)), target = shape;
  SmallVector<int64_t> steps(shape.size(), 1);
  FailureOr<SizeList> starts = node.sizeElements(1), ends = node.sizeElements(2);
  if (failed(starts) || failed(ends))
    return failure();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, starts->size())), given(starts->size(), 1);
  if (node.has(3)) {
    FailureOr<SmallVector<int64_t>> raw = node.integerElements(3);
    if (failed(raw))
      return failure();
    axes = *raw;
  }
  if (node.has(4)) {
    FailureOr<SmallVector<int64_t>> raw = node.integerElements(4);
    if (failed(raw))
      return failure();
    given = *raw;
  }
  FailureOr<SmallVector<int64_t>> checked = node.axes(axes, shape.size());
  if (failed(checked))
    return failure();
  if (ends->size() != starts->size() || checked->size() != starts->size() || given.size() != starts->size())
    return node.invalid("starts, ends, axes and steps differ in length");
  for (auto [index, axis] : llvm::enumerate(*checked)) {
    if (given[index] == 0)
      return node.invalid("a step is 0");
    auto [offset, count] = clampSlice(node.sizes, (*starts)[index], (*ends)[index], given[index], shape[axis]);
    offsets[axis] = offset, target[axis] = count, steps[axis] = given[index];
    if (Sizes::isKnown(count, 0) || Sizes::isKnown(count, 1))
      steps[axis] = 1; // nothing to step over
  }
  return SmallVector<Value>{node.slice(x, offsets, target, steps)};
}

/// Tile: [a, b] repeated [r, s] times is [1, a, 1, b] broadcast to [r, a, s, b].
static Results convertTile(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<SizeList> repeats = node.sizeElements(1);
  if (failed(repeats))
    return failure();
  SizeList shape = node.shape(x), single, repeated, target;
  if (repeats->size() != shape.size())
    return node.invalid("there are " + Twine(repeats->size()) + " repeats for rank " + Twine(shape.size()));
  for (auto [size, repeat] : llvm::zip(shape, *repeats)) {
    if (!Sizes::isKnown(repeat, 1)) {
      single.push_back(node.sizes.constant(1));
      repeated.push_back(repeat);
    }
    single.push_back(size);
    repeated.push_back(size);
    target.push_back(node.sizes.mul(size, repeat));
  }
  return SmallVector<Value>{node.reshape(node.broadcast(node.reshape(x, single), repeated), target)};
}

/// Pads, value and axes as inputs.
static Results convertPad(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), value = node.operandOrNull(2);
  int64_t rank = Node::rank(x);
  FailureOr<SmallVector<int64_t>> pads = node.integerElements(1);
  if (failed(pads))
    return failure();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  if (node.has(3)) {
    FailureOr<SmallVector<int64_t>> raw = node.integerElements(3);
    if (failed(raw))
      return failure();
    FailureOr<SmallVector<int64_t>> checked = node.axes(*raw, rank);
    if (failed(checked))
      return failure();
    axes = *checked;
  }
  if (pads->size() != 2 * axes.size())
    return node.invalid("there are " + Twine(pads->size()) + " pads for " + Twine(axes.size()) + " dimensions");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [index, axis] : llvm::enumerate(axes)) {
    low[axis] = (*pads)[index], high[axis] = (*pads)[axes.size() + index];
    if (std::abs(low[axis]) > (int64_t(1) << 40) || std::abs(high[axis]) > (int64_t(1) << 40))
      return node.invalid("a pad is too large");
  }
  std::string mode = node.string("mode", "constant");
  auto kind = nn::symbolizePadMode(mode);
  if (!kind)
    return node.invalid("mode '" + mode + "' does not exist");
  if (value && Node::rank(value) != 0)
    value = node.reshape(value, {});
  if (*kind != nn::PadMode::Constant)
    value = {};
  return SmallVector<Value>{node.build<nn::PadOp>(Node::element(x), x, value, low, high, *kind)};
}

/// Numbers 0, 1, ... along one dimension of a shape.
static Value positions(Node &node, AffineExpr size, int64_t axis, int64_t rank) {
  Type i64 = node.builder.getI64Type();
  auto [fixed, dynamic] = node.split(size);
  return node.alongAxis(node.build<nn::IotaOp>(i64, node.scalar(0, i64), node.scalar(1, i64), dynamic, fixed), axis,
                        rank);
}

/// Trilu: keeps column - row <= k (lower) or >= k (upper), zeros the rest.
static Results convertTrilu(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  int64_t k = 0;
  if (node.has(1)) {
    FailureOr<int64_t> given = node.integerElement(1);
    if (failed(given))
      return failure();
    k = *given;
  }
  SizeList shape = node.shape(x);
  if (shape.size() < 2)
    return node.invalid("its input must have rank 2 or more");
  Value rows = positions(node, shape[shape.size() - 2], 0, 2), columns = positions(node, shape.back(), 1, 2);
  Value distance = node.binary(ElementwiseKind::Sub, columns, rows);
  Value keep = node.binary(node.integer("upper", 1) ? ElementwiseKind::GreaterEqual : ElementwiseKind::LessEqual,
                           distance, node.scalar(k, node.builder.getI64Type()), node.builder.getI1Type());
  Value zero = node.broadcast(node.scalar(0, Node::element(x)), shape);
  return SmallVector<Value>{
      node.elementwise(ElementwiseKind::Select, {node.broadcast(keep, shape), x, zero}, Node::element(x))};
}

static Results convertEyeLike(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x);
  Type type = node.hasAttr("dtype") ? elementType(node.op.getContext(), node.integer("dtype", 0)) : Node::element(x);
  if (shape.size() != 2 || !type)
    return node.invalid("its input must have rank 2, and dtype must exist");
  Value distance = node.binary(ElementwiseKind::Sub, positions(node, shape[1], 1, 2), positions(node, shape[0], 0, 2));
  Value hit = node.binary(ElementwiseKind::Equal, distance,
                          node.scalar(node.integer("k", 0), node.builder.getI64Type()), node.builder.getI1Type());
  return SmallVector<Value>{node.cast(hit, type)};
}

/// DepthToSpace and SpaceToDepth: reshape, transpose, reshape.
static Results convertDepthSpace(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  int64_t block = node.integer("blocksize", 0);
  SizeList s = node.shape(x);
  if (s.size() != 4 || block < 1 || block > (1 << 20))
    return node.invalid("its input must have rank 4, and blocksize be positive");
  Sizes &sizes = node.sizes;
  AffineExpr b = sizes.constant(block), area = sizes.constant(block * block);
  auto exact = [&](AffineExpr whole, AffineExpr part) {
    AffineExpr quotient = sizes.divide(whole, part);
    node.expectEqual(sizes.mul(quotient, part), whole, "blocksize does not divide a dimension");
    return quotient;
  };
  bool columnFirst = node.string("mode", "DCR") == "CRD";
  if (node.op.getOpType() == "SpaceToDepth") {
    AffineExpr h = exact(s[2], b), w = exact(s[3], b);
    Value blocks = node.reshape(x, {s[0], s[1], h, b, w, b});
    Value y = columnFirst ? node.transpose(blocks, {0, 1, 3, 5, 2, 4}) : node.transpose(blocks, {0, 3, 5, 1, 2, 4});
    return SmallVector<Value>{node.reshape(y, {s[0], sizes.mul(s[1], area), h, w})};
  }
  AffineExpr c = exact(s[1], area);
  Value y = columnFirst ? node.transpose(node.reshape(x, {s[0], c, b, b, s[2], s[3]}), {0, 1, 4, 2, 5, 3})
                        : node.transpose(node.reshape(x, {s[0], b, b, c, s[2], s[3]}), {0, 3, 4, 1, 5, 2});
  return SmallVector<Value>{node.reshape(y, {s[0], c, sizes.mul(s[2], b), sizes.mul(s[3], b)})};
}

/// Range: ceil((limit - start) / delta) numbers.
static Results convertRange(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value start = node.operand(0), delta = node.operand(2);
  AffineExpr count;
  if (node.known(0) && node.known(1) && node.known(2)) {
    Sizes &sizes = node.sizes;
    AffineExpr from = node.known(0)->elements[0], to = node.known(1)->elements[0];
    auto step = Sizes::known(node.known(2)->elements[0]);
    if (!step || *step == 0 || std::abs(*step) > (int64_t(1) << 40))
      return node.unsupported("delta must be a constant other than 0");
    AffineExpr span = sizes.max(sizes.constant(0), *step > 0 ? sizes.sub(to, from) : sizes.sub(from, to));
    int64_t stride = std::abs(*step);
    count = sizes.divide(sizes.add(span, sizes.constant(stride - 1)), sizes.constant(stride));
  } else if (isa<FloatType>(Node::element(start))) {
    FailureOr<SmallVector<double>> a = node.realElements(0), b = node.realElements(1), c = node.realElements(2);
    if (failed(a) || failed(b) || failed(c))
      return failure();
    double number =
        a->size() == 1 && b->size() == 1 && c->size() == 1 ? std::ceil((b->front() - a->front()) / c->front()) : NAN;
    if (!(std::abs(number) < 1e12))
      return node.invalid("start, limit and delta give no finite number of elements");
    count = node.sizes.constant(std::max(0.0, number));
  } else {
    return node.unsupported("start, limit or delta depends on the data");
  }
  auto [fixed, dynamic] = node.split(count);
  return SmallVector<Value>{
      node.build<nn::IotaOp>(Node::element(start), node.reshape(start, {}), node.reshape(delta, {}), dynamic, fixed)};
}

void hewn::graph::registerSplice(Registry &registry) {
  registry.add("Concat", convertConcat);
  registry.add("Split", convertSplit, 13);
  registry.add("Slice", convertSlice, 10);
  registry.add("Tile", convertTile, 6);
  registry.add("Pad", convertPad, 11);
  registry.add("Trilu", convertTrilu);
  registry.add("EyeLike", convertEyeLike);
  registry.add("DepthToSpace", convertDepthSpace);
  registry.add("SpaceToDepth", convertDepthSpace);
  registry.add("Range", convertRange);
}
