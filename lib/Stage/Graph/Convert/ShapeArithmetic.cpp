// Arithmetic, comparisons, casts and reductions of known elements.
#include "ShapeValues.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

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
  for (int64_t position = 0, end = countElements(*shape); position < end; ++position) {
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
  if (width < 32 || !matchPattern(n.operand(0), m_Constant(&elements)) ||
      elements.getNumElements() > kMaxEvaluatedElements)
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

void hewn::graph::addShapeArithmetic(Evaluators &table) {
  table["Add"] = evaluateAdd;
  table["Sub"] = evaluateSub;
  table["Mul"] = evaluateMul;
  table["Div"] = evaluateDiv;
  table["Mod"] = evaluateMod;
  table["Neg"] = evaluateNeg;
  table["Min"] = evaluateMin;
  table["Max"] = evaluateMax;
  table["Equal"] = evaluateCompare;
  table["Less"] = evaluateCompare;
  table["LessOrEqual"] = evaluateCompare;
  table["Greater"] = evaluateCompare;
  table["GreaterOrEqual"] = evaluateCompare;
  table["Not"] = evaluateLogic;
  table["And"] = evaluateLogic;
  table["Or"] = evaluateLogic;
  table["Xor"] = evaluateLogic;
  table["Where"] = evaluateWhere;
  table["Cast"] = evaluateCast;
  table["ReduceProd"] = evaluateReduce;
  table["ReduceSum"] = evaluateReduce;
  table["ReduceMin"] = evaluateReduce;
  table["ReduceMax"] = evaluateReduce;
}
