// Integer operators on known elements: shape arithmetic is done on sizes while converting and never becomes tensor ops.
#include "Registry.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

/// Larger results are left to the ordinary converters.
static constexpr int64_t kMaxElements = 1024;

using Evaluated = std::optional<SmallVector<KnownElements>>;
using EvaluateFn = Evaluated (*)(Node &);

static Evaluated one(KnownElements result) {
  SmallVector<KnownElements> results;
  results.push_back(std::move(result));
  return results;
}

static bool isTracked(Type type) { return type.isSignlessInteger() && type.getIntOrFloatBitWidth() <= 64; }

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t elements = 1;
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(elements, size, elements))
      return kMaxElements + 1;
  return elements;
}

/// Row-major position in `from`, broadcast to `to`, of the element at `position` of `to`.
static int64_t broadcastPosition(ArrayRef<int64_t> from, ArrayRef<int64_t> to, int64_t position) {
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

static std::optional<SmallVector<int64_t>> broadcastShapes(ArrayRef<const KnownElements *> operands) {
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
  return count(shape) <= kMaxElements ? std::optional(shape) : std::nullopt;
}

/// All operands, or none if one is unknown.
static std::optional<SmallVector<const KnownElements *>> allKnown(Node &node, unsigned minimum) {
  SmallVector<const KnownElements *> operands;
  for (unsigned index = 0; index < node.operandCount(); ++index) {
    const KnownElements *known = node.known(index);
    if (!known || !isTracked(known->elementType))
      return std::nullopt;
    operands.push_back(known);
  }
  return operands.size() >= minimum ? std::optional(operands) : std::nullopt;
}

/// Applies `apply` to broadcast elements; a null result means that an element is not known.
static Evaluated elementwise(Node &node, unsigned arity, function_ref<AffineExpr(ArrayRef<AffineExpr>)> apply,
                             Type result = {}) {
  auto operands = allKnown(node, arity);
  if (!operands || operands->size() != arity)
    return std::nullopt;
  auto shape = broadcastShapes(*operands);
  if (!shape)
    return std::nullopt;
  KnownElements known{result ? result : operands->back()->elementType, *shape, {}};
  for (int64_t position = 0, end = count(*shape); position < end; ++position) {
    SmallVector<AffineExpr> arguments;
    for (const KnownElements *operand : *operands)
      arguments.push_back(operand->elements[broadcastPosition(operand->shape, *shape, position)]);
    AffineExpr value = apply(arguments);
    if (!value)
      return std::nullopt;
    known.elements.push_back(value);
  }
  return one(std::move(known));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static Evaluated evaluateAdd(Node &n) {
  return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) { return n.sizes.add(x[0], x[1]); });
}
static Evaluated evaluateSub(Node &n) {
  return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) { return n.sizes.sub(x[0], x[1]); });
}
static Evaluated evaluateMul(Node &n) {
  return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) { return n.sizes.mul(x[0], x[1]); });
}
static Evaluated evaluateDiv(Node &n) {
  return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) { return n.sizes.divide(x[0], x[1]); });
}
static Evaluated evaluateMod(Node &n) {
  if (n.integer("fmod", 0))
    return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) { return n.sizes.remainder(x[0], x[1]); });
  // The sign of the divisor: the same where neither operand is negative.
  return elementwise(n, 2, [&](ArrayRef<AffineExpr> x) {
    bool plain = n.sizes.isNonNegative(x[0]) && n.sizes.isNonNegative(x[1]);
    return plain ? n.sizes.remainder(x[0], x[1]) : AffineExpr();
  });
}
static Evaluated evaluateNeg(Node &n) {
  return elementwise(n, 1, [&](ArrayRef<AffineExpr> x) { return n.sizes.sub(n.sizes.constant(0), x[0]); });
}
static Evaluated evaluateMin(Node &n) {
  return elementwise(n, n.operandCount(), [&](ArrayRef<AffineExpr> x) {
    AffineExpr result = x[0];
    for (AffineExpr other : x.drop_front())
      result = n.sizes.min(result, other);
    return result;
  });
}
static Evaluated evaluateMax(Node &n) {
  return elementwise(n, n.operandCount(), [&](ArrayRef<AffineExpr> x) {
    AffineExpr result = x[0];
    for (AffineExpr other : x.drop_front())
      result = n.sizes.max(result, other);
    return result;
  });
}

/// Comparisons are known where the difference's sign is.
static Evaluated evaluateCompare(Node &n) {
  StringRef name = n.op.getOpType();
  auto compare = [&](ArrayRef<AffineExpr> x) -> AffineExpr {
    Sizes &s = n.sizes;
    AffineExpr one = s.constant(1), a = x[0], b = x[1];
    if (name == "Greater" || name == "GreaterOrEqual")
      std::swap(a, b);
    bool less = s.isAtLeast(s.sub(b, one), a), more = s.isAtLeast(s.sub(a, one), b), same = a == b;
    if (name == "Equal")
      return same ? one : less || more ? s.constant(0) : AffineExpr();
    bool orEqual = name.ends_with("OrEqual");
    if (less || (same && orEqual) || (orEqual && s.isAtLeast(b, a)))
      return one;
    if (more || (same && !orEqual) || (!orEqual && s.isAtLeast(a, b)))
      return s.constant(0);
    return {};
  };
  return elementwise(n, 2, compare, n.builder.getI1Type());
}

static Evaluated evaluateLogic(Node &n) {
  StringRef name = n.op.getOpType();
  return elementwise(n, name == "Not" ? 1 : 2, [&](ArrayRef<AffineExpr> x) -> AffineExpr {
    SmallVector<bool> bits;
    for (AffineExpr bit : x) {
      if (!Sizes::known(bit))
        return {};
      bits.push_back(*Sizes::known(bit) != 0);
    }
    bool value = name == "Not"   ? !bits[0]
                 : name == "And" ? bits[0] && bits[1]
                 : name == "Or"  ? bits[0] || bits[1]
                                 : bits[0] != bits[1];
    return n.sizes.constant(value);
  });
}

static Evaluated evaluateWhere(Node &n) {
  return elementwise(n, 3, [&](ArrayRef<AffineExpr> x) -> AffineExpr {
    if (x[1] == x[2])
      return x[1];
    auto condition = Sizes::known(x[0]);
    return condition ? (*condition ? x[1] : x[2]) : AffineExpr();
  });
}

static Evaluated evaluateCast(Node &n) {
  if (!n.has(0))
    return std::nullopt;
  Type type = elementType(n.op.getContext(), n.integer("to", 0));
  if (!type || !isTracked(type))
    return std::nullopt;
  unsigned width = type.getIntOrFloatBitWidth();
  KnownElements result{type, {}, {}};
  if (const KnownElements *known = n.known(0)) {
    result.shape = known->shape;
    for (AffineExpr element : known->elements) {
      auto number = Sizes::known(element);
      if (width == 1) {
        if (!number)
          return std::nullopt;
        element = n.sizes.constant(*number != 0);
      } else if (number && !llvm::isIntN(width, *number)) {
        return std::nullopt;
      } else if (!number && width < 32) {
        return std::nullopt;
      }
      result.elements.push_back(element);
    }
    return one(std::move(result));
  }
  // A small constant of whole floats.
  DenseFPElementsAttr elements;
  if (width < 32 || !matchPattern(n.operand(0), m_Constant(&elements)) || elements.getNumElements() > kMaxElements)
    return std::nullopt;
  result.shape = llvm::to_vector(elements.getType().getShape());
  for (const APFloat &value : elements.getValues<APFloat>()) {
    APSInt integer(width, /*isUnsigned=*/false);
    bool exact;
    if (value.convertToInteger(integer, APFloat::rmTowardZero, &exact) == APFloat::opInvalidOp)
      return std::nullopt;
    result.elements.push_back(n.sizes.constant(integer.getSExtValue()));
  }
  return one(std::move(result));
}

/// ReduceProd, ReduceSum, ReduceMin, ReduceMax of a whole vector.
static Evaluated evaluateReduce(Node &n) {
  const KnownElements *x = n.known(0);
  if (!x || !isTracked(x->elementType) || x->shape.size() != 1 || x->elements.empty())
    return std::nullopt;
  if (n.has(1)) {
    const KnownElements *axes = n.known(1);
    if (!axes || axes->elements.size() != 1)
      return std::nullopt;
  } else if (n.integer("noop_with_empty_axes", 0)) {
    return std::nullopt;
  }
  StringRef name = n.op.getOpType();
  AffineExpr result = x->elements[0];
  for (AffineExpr element : ArrayRef(x->elements).drop_front())
    result = name == "ReduceProd"  ? n.sizes.mul(result, element)
             : name == "ReduceSum" ? n.sizes.add(result, element)
             : name == "ReduceMin" ? n.sizes.min(result, element)
                                   : n.sizes.max(result, element);
  SmallVector<int64_t> shape;
  if (n.integer("keepdims", 1))
    shape.push_back(1);
  return one({x->elementType, shape, {result}});
}

//===----------------------------------------------------------------------===//
// Structure
//===----------------------------------------------------------------------===//

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
  if (count(result.shape) != (int64_t)x->elements.size())
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
  if ((int64_t)result.elements.size() > kMaxElements)
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
    if (!at || *at < -x->shape[0] || *at >= x->shape[0] || (int64_t)result.elements.size() > kMaxElements)
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
    if ((int64_t)result.elements.size() == kMaxElements)
      return std::nullopt;
    result.elements.push_back(n.sizes.constant(at));
  }
  result.shape = {(int64_t)result.elements.size()};
  return one(std::move(result));
}

static Evaluated evaluateConstantOfShape(Node &n) {
  const KnownElements *shape = n.known(0);
  auto value = dyn_cast_or_null<DenseIntElementsAttr>(n.op.getParams().get("value"));
  if (!shape || !value || !isTracked(value.getElementType()) || value.getNumElements() != 1)
    return std::nullopt;
  KnownElements result{value.getElementType(), {}, {}};
  for (AffineExpr size : shape->elements)
    result.shape.push_back(Sizes::known(size).value_or(-1));
  if (count(result.shape) > kMaxElements)
    return std::nullopt;
  const APInt &number = *value.getValues<APInt>().begin();
  result.elements.assign(count(result.shape),
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
  if (count(target.shape) > kMaxElements)
    return std::nullopt;
  auto both = broadcastShapes({x, &target});
  if (!both)
    return std::nullopt;
  KnownElements result{x->elementType, *both, {}};
  for (int64_t position = 0, end = count(*both); position < end; ++position)
    result.elements.push_back(x->elements[broadcastPosition(x->shape, *both, position)]);
  return one(std::move(result));
}

static const llvm::StringMap<EvaluateFn> &evaluators() {
  static const llvm::StringMap<EvaluateFn> table = {
      {"Add", evaluateAdd},
      {"Sub", evaluateSub},
      {"Mul", evaluateMul},
      {"Div", evaluateDiv},
      {"Mod", evaluateMod},
      {"Neg", evaluateNeg},
      {"Min", evaluateMin},
      {"Max", evaluateMax},
      {"Equal", evaluateCompare},
      {"Less", evaluateCompare},
      {"LessOrEqual", evaluateCompare},
      {"Greater", evaluateCompare},
      {"GreaterOrEqual", evaluateCompare},
      {"Not", evaluateLogic},
      {"And", evaluateLogic},
      {"Or", evaluateLogic},
      {"Xor", evaluateLogic},
      {"Where", evaluateWhere},
      {"Cast", evaluateCast},
      {"ReduceProd", evaluateReduce},
      {"ReduceSum", evaluateReduce},
      {"ReduceMin", evaluateReduce},
      {"ReduceMax", evaluateReduce},
      {"Constant", evaluateConstant},
      {"Shape", evaluateShape},
      {"Size", evaluateSize},
      {"Identity", evaluateIdentity},
      {"Squeeze", evaluateReshape},
      {"Unsqueeze", evaluateReshape},
      {"Reshape", evaluateReshape},
      {"Concat", evaluateConcat},
      {"Gather", evaluateGather},
      {"Slice", evaluateSlice},
      {"Split", evaluateSplit},
      {"Range", evaluateRange},
      {"ConstantOfShape", evaluateConstantOfShape},
      {"Expand", evaluateExpand},
  };
  return table;
}

std::optional<SmallVector<KnownElements>> hewn::graph::evaluateKnown(Node &node) {
  if (!node.op.getDomain().empty())
    return std::nullopt;
  auto it = evaluators().find(node.op.getOpType());
  return it == evaluators().end() ? std::nullopt : it->second(node);
}
