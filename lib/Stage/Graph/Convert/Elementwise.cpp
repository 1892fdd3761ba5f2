// Operators that compute each element by itself.
#include "Registry.h"
#include "hewn/Dialect/NN/NN.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

/// Name in ONNX, kind, and the attributes that become alpha and beta with their defaults.
struct UnaryRow {
  const char *name;
  ElementwiseKind kind;
  const char *alphaName = nullptr;
  double alpha = 0;
  const char *betaName = nullptr;
  double beta = 0;
};
static const UnaryRow kUnary[] = {
    {"Abs", ElementwiseKind::Abs},
    {"Neg", ElementwiseKind::Neg},
    {"Exp", ElementwiseKind::Exp},
    {"Log", ElementwiseKind::Log},
    {"Sqrt", ElementwiseKind::Sqrt},
    {"Reciprocal", ElementwiseKind::Reciprocal},
    {"Floor", ElementwiseKind::Floor},
    {"Ceil", ElementwiseKind::Ceil},
    {"Round", ElementwiseKind::Round},
    {"Sign", ElementwiseKind::Sign},
    {"Sin", ElementwiseKind::Sin},
    {"Cos", ElementwiseKind::Cos},
    {"Tan", ElementwiseKind::Tan},
    {"Asin", ElementwiseKind::Asin},
    {"Acos", ElementwiseKind::Acos},
    {"Atan", ElementwiseKind::Atan},
    {"Sinh", ElementwiseKind::Sinh},
    {"Cosh", ElementwiseKind::Cosh},
    {"Tanh", ElementwiseKind::Tanh},
    {"Asinh", ElementwiseKind::Asinh},
    {"Acosh", ElementwiseKind::Acosh},
    {"Atanh", ElementwiseKind::Atanh},
    {"Erf", ElementwiseKind::Erf},
    {"Sigmoid", ElementwiseKind::Sigmoid},
    {"Relu", ElementwiseKind::Relu},
    {"Softplus", ElementwiseKind::Softplus},
    {"Softsign", ElementwiseKind::Softsign},
    {"Mish", ElementwiseKind::Mish},
    {"HardSwish", ElementwiseKind::HardSwish},
    {"Not", ElementwiseKind::Not},
    {"BitwiseNot", ElementwiseKind::BitNot},
    {"LeakyRelu", ElementwiseKind::LeakyRelu, "alpha", 0.01f},
    {"Elu", ElementwiseKind::Elu, "alpha", 1.0f},
    {"Celu", ElementwiseKind::Celu, "alpha", 1.0f},
    {"Selu", ElementwiseKind::Selu, "alpha", 1.67326319217681884765625f, "gamma", 1.05070102214813232421875f},
    {"HardSigmoid", ElementwiseKind::HardSigmoid, "alpha", 0.2f, "beta", 0.5f},
    {"ThresholdedRelu", ElementwiseKind::ThresholdedRelu, "alpha", 1.0f},
};

struct BinaryRow {
  const char *name;
  ElementwiseKind kind;
};
static const BinaryRow kBinary[] = {
    {"Add", ElementwiseKind::Add},
    {"Sub", ElementwiseKind::Sub},
    {"Mul", ElementwiseKind::Mul},
    {"Div", ElementwiseKind::Div},
    {"And", ElementwiseKind::And},
    {"Or", ElementwiseKind::Or},
    {"Xor", ElementwiseKind::Xor},
    {"BitwiseAnd", ElementwiseKind::BitAnd},
    {"BitwiseOr", ElementwiseKind::BitOr},
    {"BitwiseXor", ElementwiseKind::BitXor},
    {"Equal", ElementwiseKind::Equal},
    {"Less", ElementwiseKind::Less},
    {"Greater", ElementwiseKind::Greater},
    {"LessOrEqual", ElementwiseKind::LessEqual},
    {"GreaterOrEqual", ElementwiseKind::GreaterEqual},
};

static Results convertUnary(Node &node) {
  if (failed(node.require(1)))
    return failure();
  const UnaryRow *row = llvm::find_if(kUnary, [&](const UnaryRow &row) { return row.name == node.op.getOpType(); });
  std::optional<double> alpha, beta;
  if (row->alphaName)
    alpha = node.real(row->alphaName, row->alpha);
  if (row->betaName)
    beta = node.real(row->betaName, row->beta);
  return SmallVector<Value>{node.elementwise(row->kind, node.operand(0), {}, alpha, beta)};
}

static Results convertBinary(Node &node) {
  if (failed(node.require(2)))
    return failure();
  const BinaryRow *row = llvm::find_if(kBinary, [&](const BinaryRow &row) { return row.name == node.op.getOpType(); });
  Type result;
  if (nn::getElementwiseInfo(row->kind).types == nn::ElementwiseTypes::Comparison)
    result = node.builder.getI1Type();
  return SmallVector<Value>{node.binary(row->kind, node.operand(0), node.operand(1), result)};
}

/// Sum, Mean, Max, Min of any number of operands.
static Results convertVariadic(Node &node) {
  if (failed(node.require(std::max(1u, node.operandCount()))))
    return failure();
  StringRef name = node.op.getOpType();
  ElementwiseKind kind = name == "Max"   ? ElementwiseKind::Max
                         : name == "Min" ? ElementwiseKind::Min
                                         : ElementwiseKind::Add;
  SmallVector<Value> values = node.broadcastAll(node.operands());
  if (node.failed)
    return failure();
  Value result = values.front();
  for (Value value : ArrayRef(values).drop_front())
    result = node.elementwise(kind, {result, value});
  if (name == "Mean")
    result = node.binary(ElementwiseKind::Div, result, node.scalar(values.size(), Node::element(result)));
  return SmallVector<Value>{result};
}

/// The exponent may have another type than the base; the result has the base's.
static Results convertPow(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value base = node.operand(0), exponent = node.operand(1);
  Type type = Node::element(base);
  bool widen = isa<IntegerType>(type) && isa<FloatType>(Node::element(exponent));
  Type work = widen ? Node::element(exponent) : type;
  Value result = node.binary(ElementwiseKind::Pow, node.cast(base, work), node.cast(exponent, work));
  return SmallVector<Value>{node.cast(result, type)};
}

static Results convertMod(Node &node) {
  if (failed(node.require(2)))
    return failure();
  bool truncated = node.integer("fmod", 0) != 0;
  return SmallVector<Value>{
      node.binary(truncated ? ElementwiseKind::FMod : ElementwiseKind::Mod, node.operand(0), node.operand(1))};
}

static Results convertBitShift(Node &node) {
  if (failed(node.require(2)))
    return failure();
  std::string direction = node.string("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return node.invalid("attribute 'direction' must be LEFT or RIGHT");
  return SmallVector<Value>{node.binary(direction == "LEFT" ? ElementwiseKind::ShiftLeft : ElementwiseKind::ShiftRight,
                                        node.operand(0), node.operand(1))};
}

static Results convertPRelu(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), slope = node.operand(1);
  return SmallVector<Value>{node.elementwise(ElementwiseKind::PRelu, {x, node.broadcast(slope, node.shape(x))})};
}

static Results convertWhere(Node &node) {
  if (failed(node.require(3)))
    return failure();
  SmallVector<Value> values = node.broadcastAll(node.operands());
  if (node.failed)
    return failure();
  return SmallVector<Value>{node.elementwise(ElementwiseKind::Select, values, Node::element(values[1]))};
}

/// A missing bound is the type's own.
static Results convertClip(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  auto bound = [&](unsigned index, ElementwiseKind kind) {
    if (!node.has(index) || node.failed)
      return;
    Value value = node.operand(index);
    if (Node::rank(value) == 1) // some exporters write [1]
      value = node.reshape(value, {});
    x = node.elementwise(kind, {x, node.broadcast(value, node.shape(x))});
  };
  if (node.has(1) && node.has(2)) {
    SmallVector<Value> inputs = {x};
    for (unsigned index : {1, 2}) {
      Value value = node.operand(index);
      if (Node::rank(value) == 1)
        value = node.reshape(value, {});
      inputs.push_back(node.broadcast(value, node.shape(x)));
    }
    return SmallVector<Value>{node.elementwise(ElementwiseKind::Clip, inputs)};
  }
  bound(1, ElementwiseKind::Max);
  bound(2, ElementwiseKind::Min);
  return SmallVector<Value>{x};
}

static Results convertGelu(Node &node) {
  if (failed(node.require(1)))
    return failure();
  std::string form = node.string("approximate", "none");
  return SmallVector<Value>{
      node.elementwise(form == "tanh" ? ElementwiseKind::GeluTanh : ElementwiseKind::Gelu, node.operand(0))};
}

/// Swish: x * sigmoid(alpha * x).
static Results convertSwish(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0), scaled = x;
  if (double alpha = node.real("alpha", 1.0); alpha != 1.0)
    scaled = node.binary(ElementwiseKind::Mul, x, node.scalar(alpha, Node::element(x)));
  return SmallVector<Value>{
      node.elementwise(ElementwiseKind::Mul, {x, node.elementwise(ElementwiseKind::Sigmoid, scaled)})};
}

/// Shrink: x + bias below -lambd, x - bias above lambd, 0 between.
static Results convertShrink(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  Type type = Node::element(x), boolean = node.builder.getI1Type();
  double bias = node.real("bias", 0.0), lambda = node.real("lambd", 0.5);
  Value zero = node.broadcast(node.scalar(0, type), node.shape(x)), offset = node.scalar(bias, type);
  Value low = node.binary(ElementwiseKind::Less, x, node.scalar(-lambda, type), boolean);
  Value high = node.binary(ElementwiseKind::Greater, x, node.scalar(lambda, type), boolean);
  Value upper =
      node.elementwise(ElementwiseKind::Select, {high, node.binary(ElementwiseKind::Sub, x, offset), zero}, type);
  return SmallVector<Value>{
      node.elementwise(ElementwiseKind::Select, {low, node.binary(ElementwiseKind::Add, x, offset), upper}, type)};
}

static Results convertIsNaN(Node &node) {
  if (failed(node.require(1)))
    return failure();
  return SmallVector<Value>{node.elementwise(ElementwiseKind::IsNaN, node.operand(0), node.builder.getI1Type())};
}

static Results convertIsInf(Node &node) {
  if (failed(node.require(1)))
    return failure();
  return SmallVector<Value>{node.elementwise(ElementwiseKind::IsInf, node.operand(0), node.builder.getI1Type(),
                                             node.integer("detect_positive", 1), node.integer("detect_negative", 1))};
}

/// The MLIR type of an ONNX TensorProto.DataType, or null.
Type hewn::graph::elementType(MLIRContext *context, int64_t onnxType) {
  Builder b(context);
  using Signedness = IntegerType::SignednessSemantics;
  switch (onnxType) {
  case 1:
    return b.getF32Type();
  case 2:
    return IntegerType::get(context, 8, Signedness::Unsigned);
  case 3:
    return b.getI8Type();
  case 4:
    return IntegerType::get(context, 16, Signedness::Unsigned);
  case 5:
    return b.getI16Type();
  case 6:
    return b.getI32Type();
  case 7:
    return b.getI64Type();
  case 9:
    return b.getI1Type();
  case 10:
    return b.getF16Type();
  case 11:
    return b.getF64Type();
  case 12:
    return IntegerType::get(context, 32, Signedness::Unsigned);
  case 13:
    return IntegerType::get(context, 64, Signedness::Unsigned);
  case 16:
    return b.getBF16Type();
  default:
    return {};
  }
}

static Results convertCast(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Type type = elementType(node.op.getContext(), node.integer("to", 0));
  if (!type)
    return node.unsupported("element type " + Twine(node.integer("to", 0)) + " of attribute 'to' has no tensor type");
  return SmallVector<Value>{node.cast(node.operand(0), type)};
}

static Results convertCastLike(Node &node) {
  if (failed(node.require(2)))
    return failure();
  return SmallVector<Value>{node.cast(node.operand(0), Node::element(node.operand(1)))};
}

void hewn::graph::registerElementwise(Registry &registry) {
  for (const UnaryRow &row : kUnary)
    registry.add(row.name, convertUnary);
  for (const BinaryRow &row : kBinary)
    registry.add(row.name, convertBinary);
  for (const char *name : {"Sum", "Mean", "Max", "Min"})
    registry.add(name, convertVariadic);
  registry.add("Pow", convertPow);
  registry.add("Mod", convertMod);
  registry.add("BitShift", convertBitShift);
  registry.add("PRelu", convertPRelu);
  registry.add("Where", convertWhere);
  registry.add("Clip", convertClip, 11);
  registry.add("Gelu", convertGelu);
  registry.add("Swish", convertSwish);
  registry.add("Shrink", convertShrink);
  registry.add("IsNaN", convertIsNaN);
  registry.add("IsInf", convertIsInf);
  registry.add("Cast", convertCast);
  registry.add("CastLike", convertCastLike);
}
