// Operators that make, join, cut and reshape known elements.
#include "ShapeValues.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

static Evaluated evaluateConstant(Node &n) {
  Type i64 = n.builder.getI64Type();
  if (n.hasAttr("value_int"))
    return one({i64, {}, {n.sizes.constant(n.integer("value_int", 0))}});
  return std::nullopt;
}

static std::optional<SizeList> operandShape(Node &n) {
  if (!n.has(0))
    return std::nullopt;
  Value onnx = n.op.getInputs()[0];
  if (const KnownElements *known = n.conversion.known(onnx))
    return n.sizes.constants(known->shape);
  Value x = n.operand(0);
  return isa<RankedTensorType>(x.getType()) ? std::optional(n.shape(x)) : std::nullopt;
}

static Evaluated evaluateShape(Node &n) {
  auto shape = operandShape(n);
  if (!shape)
    return std::nullopt;
  int64_t rank = shape->size();
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + rank : at, 0, rank); };
  int64_t start = clamp(n.integer("start", 0)), end = std::max(start, clamp(n.integer("end", rank)));
  SizeList taken(shape->begin() + start, shape->begin() + end);
  return one({n.builder.getI64Type(), {end - start}, taken});
}

static Evaluated evaluateSize(Node &n) {
  auto shape = operandShape(n);
  if (!shape)
    return std::nullopt;
  return one({n.builder.getI64Type(), {}, {n.sizes.product(*shape)}});
}

static Evaluated evaluateIdentity(Node &n) {
  const KnownElements *x = n.known(0);
  return x && isTracked(x->elementType) ? one(*x) : std::nullopt;
}

/// Squeeze, Unsqueeze, Reshape, Flatten: the shape that the ordinary rules give, found by counting.
static Evaluated evaluateReshape(Node &n) {
  const KnownElements *x = n.known(0);
  if (!x || !isTracked(x->elementType))
    return std::nullopt;
  StringRef name = n.op.getOpType();
  KnownElements result = *x;
  SmallVector<int64_t> list;
  if (n.has(1)) {
    const KnownElements *given = n.known(1);
    if (!given || given->shape.size() > 1)
      return std::nullopt;
    for (AffineExpr element : given->elements) {
      if (!Sizes::known(element))
        return std::nullopt;
      list.push_back(*Sizes::known(element));
    }
  }
  if (name == "Squeeze") {
    int64_t rank = x->shape.size();
    result.shape.clear();
    for (int64_t dim = 0; dim < rank; ++dim) {
      bool named = llvm::is_contained(list, dim) || llvm::is_contained(list, dim - rank);
      if (!(n.has(1) ? named : x->shape[dim] == 1))
        result.shape.push_back(x->shape[dim]);
    }
  } else if (name == "Unsqueeze") {
    int64_t rank = x->shape.size() + list.size(), next = 0;
    result.shape.clear();
    for (int64_t dim = 0; dim < rank; ++dim) {
      bool named = llvm::is_contained(list, dim) || llvm::is_contained(list, dim - rank);
      if (!named && next >= (int64_t)x->shape.size())
        return std::nullopt;
      result.shape.push_back(named ? 1 : x->shape[next++]);
    }
  } else { // Reshape
    result.shape = list;
    int64_t rest = 1, *open = nullptr;
    for (auto [position, size] : llvm::enumerate(result.shape)) {
      if (size == 0 && !n.integer("allowzero", 0)) {
        if (position >= x->shape.size())
          return std::nullopt;
        size = x->shape[position];
      }
      if (size == -1)
        open = &size;
      else if (llvm::MulOverflow(rest, size, rest))
        return std::nullopt;
    }
    if (open && rest <= 0)
      return std::nullopt;
    if (open)
      *open = (int64_t)x->elements.size() / rest;
  }
  if (countElements(result.shape) != (int64_t)x->elements.size())
    return std::nullopt; // the ordinary converter reports it
  return one(std::move(result));
}

/// Concat along the first dimension.
static Evaluated evaluateConcat(Node &n) {
  auto operands = allKnown(n, 1);
  if (!operands)
    return std::nullopt;
  KnownElements result{operands->front()->elementType, operands->front()->shape, {}};
  int64_t rank = result.shape.size(), axis = n.integer("axis", 0);
  if (rank == 0 || (axis != 0 && axis != -rank))
    return std::nullopt;
  result.shape[0] = 0;
  for (const KnownElements *operand : *operands) {
    if ((int64_t)operand->shape.size() != rank || operand->elementType != result.elementType ||
        ArrayRef(operand->shape).drop_front() != ArrayRef(result.shape).drop_front())
      return std::nullopt;
    result.shape[0] += operand->shape[0];
    llvm::append_range(result.elements, operand->elements);
  }
  if ((int64_t)result.elements.size() > kMaxEvaluatedElements)
    return std::nullopt;
  return one(std::move(result));
}

/// Gather along the first dimension by constant indices.
static Evaluated evaluateGather(Node &n) {
  const KnownElements *x = n.known(0), *indices = n.known(1);
  if (!x || !indices || !isTracked(x->elementType) || x->shape.empty() || x->shape[0] == 0)
    return std::nullopt;
  int64_t axis = n.integer("axis", 0), row = (int64_t)x->elements.size() / x->shape[0];
  if (axis != 0 && axis != -(int64_t)x->shape.size())
    return std::nullopt;
  KnownElements result{x->elementType, indices->shape, {}};
  result.shape.append(x->shape.begin() + 1, x->shape.end());
  for (AffineExpr index : indices->elements) {
    auto at = Sizes::known(index);
    if (!at || *at < -x->shape[0] || *at >= x->shape[0] || (int64_t)result.elements.size() > kMaxEvaluatedElements)
      return std::nullopt;
    int64_t first = (*at < 0 ? *at + x->shape[0] : *at) * row;
    result.elements.append(x->elements.begin() + first, x->elements.begin() + first + row);
  }
  return one(std::move(result));
}

/// Slice of a vector.
static Evaluated evaluateSlice(Node &n) {
  const KnownElements *x = n.known(0);
  if (!x || !isTracked(x->elementType) || x->shape.size() != 1)
    return std::nullopt;
  int64_t arguments[4] = {0, 0, 0, 1}; // start, end, axis, step
  for (unsigned index = 1; index < 5; ++index) {
    if (!n.has(index)) {
      if (index < 3)
        return std::nullopt;
      continue;
    }
    const KnownElements *given = n.known(index);
    if (!given || given->elements.size() != 1 || !Sizes::known(given->elements[0]))
      return std::nullopt;
    arguments[index - 1] = *Sizes::known(given->elements[0]);
  }
  auto [start, end, axis, step] = arguments;
  if ((axis != 0 && axis != -1) || step == 0)
    return std::nullopt;
  auto [offset, length] =
      clampSlice(n.sizes, n.sizes.constant(start), n.sizes.constant(end), step, n.sizes.constant(x->shape[0]));
  int64_t at = *Sizes::known(offset), number = *Sizes::known(length);
  KnownElements result{x->elementType, {number}, {}};
  for (int64_t index = 0; index < number; ++index, at += step)
    result.elements.push_back(x->elements[at]);
  return one(std::move(result));
}

/// Split of a vector by constant sizes, or evenly.
static Evaluated evaluateSplit(Node &n) {
  const KnownElements *x = n.known(0);
  if (!x || !isTracked(x->elementType) || x->shape.size() != 1)
    return std::nullopt;
  int64_t number = n.op.getNumResults(), at = 0;
  SmallVector<int64_t> parts;
  if (n.has(1)) {
    const KnownElements *given = n.known(1);
    if (!given)
      return std::nullopt;
    for (AffineExpr part : given->elements)
      parts.push_back(Sizes::known(part).value_or(-1));
  } else if (number > 0 && x->shape[0] % number == 0) {
    parts.assign(number, x->shape[0] / number);
  }
  SmallVector<KnownElements> results;
  if ((int64_t)parts.size() != number)
    return std::nullopt;
  for (int64_t part : parts) {
    if (part < 0 || part > x->shape[0] - at)
      return std::nullopt;
    results.push_back({x->elementType, {part}, SizeList(x->elements.begin() + at, x->elements.begin() + at + part)});
    at += part;
  }
  return results;
}

static Evaluated evaluateRange(Node &n) {
  auto operands = allKnown(n, 3);
  if (!operands)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (const KnownElements *operand : *operands) {
    if (operand->elements.size() != 1 || !Sizes::known(operand->elements[0]))
      return std::nullopt;
    numbers.push_back(*Sizes::known(operand->elements[0]));
  }
  // Bounded, so that the arithmetic below cannot overflow.
  if (numbers[2] == 0 || llvm::any_of(numbers, [](int64_t number) { return std::abs(number) > (int64_t(1) << 40); }))
    return std::nullopt;
  KnownElements result{(*operands)[0]->elementType, {}, {}};
  for (int64_t at = numbers[0]; numbers[2] > 0 ? at < numbers[1] : at > numbers[1]; at += numbers[2]) {
    if ((int64_t)result.elements.size() == kMaxEvaluatedElements)
      return std::nullopt;
    result.elements.push_back(n.sizes.constant(at));
  }
  result.shape = {(int64_t)result.elements.size()};
  return one(std::move(result));
}

static Evaluated evaluateConstantOfShape(Node &n) {
  const KnownElements *shape = n.known(0);
  auto value = dyn_cast_or_null<DenseIntElementsAttr>(n.attr("value"));
  if (!shape || !value || !isTracked(value.getElementType()) || value.getNumElements() != 1)
    return std::nullopt;
  KnownElements result{value.getElementType(), {}, {}};
  for (AffineExpr size : shape->elements)
    result.shape.push_back(Sizes::known(size).value_or(-1));
  if (countElements(result.shape) > kMaxEvaluatedElements)
    return std::nullopt;
  const APInt &number = *value.getValues<APInt>().begin();
  result.elements.assign(countElements(result.shape),
                         n.sizes.constant(number.getBitWidth() == 1 ? number.getZExtValue() : number.getSExtValue()));
  return one(std::move(result));
}

static Evaluated evaluateExpand(Node &n) {
  const KnownElements *x = n.known(0), *shape = n.known(1);
  if (!x || !shape || !isTracked(x->elementType))
    return std::nullopt;
  KnownElements target{x->elementType, {}, {}};
  for (AffineExpr size : shape->elements)
    target.shape.push_back(Sizes::known(size).value_or(-1));
  if (countElements(target.shape) > kMaxEvaluatedElements)
    return std::nullopt;
  auto both = broadcastShapes({x, &target});
  if (!both)
    return std::nullopt;
  KnownElements result{x->elementType, *both, {}};
  for (int64_t position = 0, end = countElements(*both); position < end; ++position)
    result.elements.push_back(x->elements[broadcastPosition(x->shape, *both, position)]);
  return one(std::move(result));
}

void hewn::graph::addShapeStructure(Evaluators &table) {
  table["Constant"] = evaluateConstant;
  table["Shape"] = evaluateShape;
  table["Size"] = evaluateSize;
  table["Identity"] = evaluateIdentity;
  table["Squeeze"] = evaluateReshape;
  table["Unsqueeze"] = evaluateReshape;
  table["Reshape"] = evaluateReshape;
  table["Concat"] = evaluateConcat;
  table["Gather"] = evaluateGather;
  table["Slice"] = evaluateSlice;
  table["Split"] = evaluateSplit;
  table["Range"] = evaluateRange;
  table["ConstantOfShape"] = evaluateConstantOfShape;
  table["Expand"] = evaluateExpand;
}
