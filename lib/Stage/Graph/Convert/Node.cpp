// Operands, attributes, sizes and errors of a node under conversion.
#include "Conversion.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

/// No tensor of a real model has more elements; larger ones come from malformed files.
static constexpr int64_t kMaxElements = int64_t(1) << 40;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

std::string hewn::graph::describe(onnx::NodeOp op) {
  std::string text = op.getDomain().empty() ? op.getOpType().str() : (op.getDomain() + "." + op.getOpType()).str();
  StringRef name = nodeName(op.getLoc());
  return name.empty() ? "'" + text + "'" : "'" + text + "' (node '" + name.str() + "')";
}

LogicalResult Node::invalid(const Twine &reason) {
  if (!failed)
    emitCoded(loc, ErrorCode::GraphNodeInvalid, describe(op), reason.str());
  failed = true;
  return failure();
}

LogicalResult Node::unsupported(const Twine &reason) {
  if (!failed)
    emitCoded(loc, ErrorCode::OpUnsupported, describe(op), reason.str());
  failed = true;
  return failure();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

bool Node::has(unsigned index) { return index < operandCount() && !isa<NoneType>(op.getInputs()[index].getType()); }

SmallVector<Value> Node::operands() {
  SmallVector<Value> values;
  for (unsigned index = 0; index < operandCount(); ++index)
    if (has(index))
      values.push_back(operand(index));
  return values;
}

LogicalResult Node::require(unsigned count) {
  for (unsigned index = 0; index < count; ++index) {
    if (!has(index))
      return invalid("operand " + Twine(index) + " is missing");
    if (!known(index) && !isa<RankedTensorType>(operand(index).getType()))
      return invalid("operand " + Twine(index) + " is not a ranked tensor");
  }
  return success();
}

FailureOr<SizeList> Node::sizeElements(unsigned index) {
  const KnownElements *elements = known(index);
  if (!elements)
    return unsupported("operand " + Twine(index) + " depends on the data, not on shapes only");
  if (elements->shape.size() > 1)
    return invalid("operand " + Twine(index) + " must have rank 0 or 1");
  return elements->elements;
}

FailureOr<SmallVector<int64_t>> Node::integerElements(unsigned index) {
  FailureOr<SizeList> list = sizeElements(index);
  if (mlir::failed(list))
    return failure();
  SmallVector<int64_t> numbers;
  for (AffineExpr element : *list) {
    auto number = Sizes::known(element);
    if (!number)
      return unsupported("operand " + Twine(index) + " is not constant");
    numbers.push_back(*number);
  }
  return numbers;
}

FailureOr<int64_t> Node::integerElement(unsigned index) {
  FailureOr<SmallVector<int64_t>> numbers = integerElements(index);
  if (mlir::failed(numbers))
    return failure();
  if (numbers->size() != 1)
    return invalid("operand " + Twine(index) + " must have one element");
  return numbers->front();
}

FailureOr<SmallVector<double>> Node::realElements(unsigned index) {
  DenseFPElementsAttr elements;
  if (!has(index) || !matchPattern(operand(index), m_Constant(&elements)))
    return unsupported("operand " + Twine(index) + " is not a small constant");
  SmallVector<double> numbers;
  for (const APFloat &value : elements.getValues<APFloat>()) {
    bool losesInfo;
    APFloat wide = value;
    wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
    numbers.push_back(wide.convertToDouble());
  }
  return numbers;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

Attribute Node::attr(StringRef name) {
  readAttrs.insert(name);
  return op.getParams().get(name);
}

/// Attributes without a meaning for inference, or that restate what shapes say.
static bool isIrrelevant(StringRef name) {
  static const StringSet<> names = {"momentum",          "ratio",         "seed",    "stash_type",      "saturate",
                                    "round_mode",        "storage_order", "spatial", "consumed_inputs", "precision",
                                    "softmax_precision", "num_outputs",   "sorted"};
  return names.contains(name);
}

StringRef Node::unreadAttr() {
  for (NamedAttribute param : op.getParams())
    if (!readAttrs.contains(param.getName()) && !isIrrelevant(param.getName()))
      return param.getName();
  return "";
}

int64_t Node::integer(StringRef name, int64_t missing) {
  Attribute attr = this->attr(name);
  if (!attr)
    return missing;
  if (auto integer = dyn_cast<IntegerAttr>(attr); integer && integer.getType().isInteger(64))
    return integer.getInt();
  (void)invalid("attribute '" + name + "' is not an integer"); // kept in `failed`
  return missing;
}

double Node::real(StringRef name, double missing) {
  Attribute attr = this->attr(name);
  if (!attr)
    return missing;
  if (auto number = dyn_cast<FloatAttr>(attr))
    return number.getValueAsDouble();
  (void)invalid("attribute '" + name + "' is not a number"); // kept in `failed`
  return missing;
}

std::string Node::string(StringRef name, StringRef missing) {
  Attribute attr = this->attr(name);
  if (!attr)
    return missing.str();
  if (auto text = dyn_cast<StringAttr>(attr))
    return text.getValue().str();
  (void)invalid("attribute '" + name + "' is not a string"); // kept in `failed`
  return missing.str();
}

std::optional<SmallVector<int64_t>> Node::integers(StringRef name) {
  Attribute attr = this->attr(name);
  if (!attr)
    return std::nullopt;
  if (auto list = dyn_cast<DenseI64ArrayAttr>(attr))
    return llvm::to_vector(list.asArrayRef());
  (void)invalid("attribute '" + name + "' is not a list of integers"); // kept in `failed`
  return std::nullopt;
}

SmallVector<int64_t> Node::integers(StringRef name, size_t count, int64_t missing) {
  std::optional<SmallVector<int64_t>> list = integers(name);
  if (list && list->size() == count)
    return *list;
  if (list && !list->empty())
    (void)invalid("attribute '" + name + "' has " + Twine(list->size()) + " entries, not " +
                  Twine(count)); // kept in `failed`
  return SmallVector<int64_t>(count, missing);
}

FailureOr<int64_t> Node::axis(int64_t value, int64_t rank) {
  if (value < -rank || value >= rank)
    return invalid("axis " + Twine(value) + " is outside of rank " + Twine(rank));
  return value < 0 ? value + rank : value;
}

FailureOr<SmallVector<int64_t>> Node::axes(ArrayRef<int64_t> values, int64_t rank) {
  SmallVector<int64_t> list;
  for (int64_t value : values) {
    FailureOr<int64_t> one = axis(value, rank);
    if (mlir::failed(one))
      return failure();
    if (llvm::is_contained(list, *one))
      return invalid("axis " + Twine(value) + " is given twice");
    list.push_back(*one);
  }
  return list;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

void Node::guardEqual(AffineExpr a, AffineExpr b, const Twine &what) {
  if (sizes.equal(a, b))
    return;
  Value x = sizes.materialize(builder, loc, a), y = sizes.materialize(builder, loc, b);
  Value same = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, x, y);
  GuardOp::create(builder, loc, same, 6004, describe(op) + ": " + what.str());
  sizes.assumeEqual(a, b);
}

bool Node::expectEqual(AffineExpr a, AffineExpr b, const Twine &what) {
  auto x = Sizes::known(a), y = Sizes::known(b);
  if (x && y && *x != *y) {
    (void)invalid(what + " (" + Twine(*x) + " and " + Twine(*y) + ")"); // kept in `failed`
    return false;
  }
  guardEqual(a, b, what);
  return true;
}

std::pair<SmallVector<int64_t>, SmallVector<Value>> Node::split(ArrayRef<AffineExpr> list) {
  std::pair<SmallVector<int64_t>, SmallVector<Value>> result;
  for (AffineExpr size : list) {
    result.first.push_back(Sizes::known(size).value_or(ShapedType::kDynamic));
    if (!Sizes::known(size))
      result.second.push_back(sizes.materialize(builder, loc, size));
  }
  return result;
}

/// A window that is larger than its input would give a negative size.
void Node::guardNonNegative(AffineExpr size) {
  if (sizes.isNonNegative(size))
    return;
  Value value = sizes.materialize(builder, loc, size);
  Value zero = sizes.materialize(builder, loc, sizes.constant(0));
  Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sge, value, zero);
  GuardOp::create(builder, loc, fits, 6004, describe(op) + ": its input is too small");
  sizes.assumeNonNegative(size);
}

/// Gives a new op its result types and verifies it; whatever is wrong with it is wrong with the node.
void Node::infer(Operation *made) {
  nn::ShapeContext context(made->getContext());
  for (auto [result, dims] :
       llvm::zip_equal(made->getResults(), mlir::cast<nn::ShapeOpInterface>(made).resultDims(context))) {
    SizeList list;
    SmallVector<int64_t> shape;
    int64_t elements = 1;
    for (AffineExpr dim : dims) {
      AffineExpr size = context.rewrite(dim, [&](Value value, std::optional<int64_t> position) {
        return position ? conversion.sizesOf(value)[*position] : sizes.ofValue(value);
      });
      size = sizes.representative(sizes.normalize(size));
      auto number = Sizes::known(size);
      if (number && (*number < 0 || llvm::MulOverflow(elements, *number, elements) || elements > kMaxElements)) {
        (void)invalid("its result would have size " + Twine(*number) + " in dimension " + Twine(list.size())); // kept
        number = 0, elements = 0, size = sizes.constant(0);
      }
      if (!number)
        guardNonNegative(size);
      list.push_back(size);
      shape.push_back(number.value_or(ShapedType::kDynamic));
    }
    result.setType(RankedTensorType::get(shape, mlir::cast<ShapedType>(result.getType()).getElementType()));
    conversion.setSizes(result, list);
  }
  if (failed)
    return;
  std::string text;
  LogicalResult verified = [&] {
    ScopedDiagnosticHandler handler(made->getContext(), [&](Diagnostic &diagnostic) {
      if (text.empty())
        text = diagnostic.str();
      return success();
    });
    return verify(made, /*verifyRecursively=*/false);
  }();
  if (mlir::failed(verified))
    (void)invalid(text); // kept in `failed`
}
