// Initializers, Constant nodes and attributes -> weights, constants and attributes of the IR.
#include "GraphBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

/// Shapes, axes and scalars are constants of the IR; what is larger stays in its file.
static bool isSmall(const TensorData &data) {
  Type element = data.type.getElementType();
  return data.elements <= (isa<IntegerType>(element) ? 1024 : 64);
}

/// arith.constant takes no unsigned integers.
static bool isSignless(Type element) { return !element.isUnsignedInteger(); }

FailureOr<Value> GraphBuilder::materialize(const Tensor &tensor, StringRef name, Location loc) {
  FailureOr<TensorData> data = tensors.inspect(tensor, loc);
  if (failed(data))
    return failure();
  bool constant = isSignless(data->type.getElementType()) && isSmall(*data);
  if (data->sliceable && !constant) {
    FailureOr<WeightOp> weight = getWeight(tensor, *data, name, loc);
    if (failed(weight))
      return failure();
    return Value(LoadWeightOp::create(builder, loc, data->type, weight->getSymName()));
  }
  FailureOr<DenseElementsAttr> value = tensors.decode(tensor, *data, loc);
  if (failed(value))
    return failure();
  if (isSignless(data->type.getElementType()))
    return Value(arith::ConstantOp::create(builder, loc, *value));
  // Unsigned data that the file does not hold as little-endian bytes.
  auto node = onnx::NodeOp::create(builder, loc, TypeRange{data->type}, ValueRange{}, builder.getStringAttr("Constant"),
                                   builder.getStringAttr(""), builder.getI64IntegerAttr(13),
                                   builder.getDictionaryAttr(builder.getNamedAttr("value", *value)), ArrayAttr(), 0u);
  return node->getResult(0);
}

/// A symbol made of letters, digits, '_', '.', '$' and '-'.
static std::string sanitise(StringRef name) {
  std::string symbol;
  for (char c : name.take_front(200))
    symbol.push_back(llvm::isAlnum(c) || c == '.' || c == '$' || c == '-' ? c : '_');
  if (symbol.empty() || !(llvm::isAlpha(symbol[0]) || symbol[0] == '_'))
    symbol.insert(0, "_");
  return symbol;
}

FailureOr<WeightOp> GraphBuilder::getWeight(const Tensor &tensor, const TensorData &data, StringRef name,
                                            Location loc) {
  if (WeightOp known = weights.lookup(&tensor))
    return known;
  std::string symbol = sanitise(name);
  while (true) {
    auto [entry, isNew] = symbols.try_emplace(symbol, 0);
    if (isNew)
      break;
    symbol += "_" + std::to_string(++entry->second);
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(module.getBody(), std::prev(module.getBody()->end())); // before @main, which is last
  auto source = SourceAttr::get(builder.getContext(), data.file, data.offset, data.bytes);
  auto weight =
      WeightOp::create(builder, loc, builder.getStringAttr(symbol), StringAttr(), TypeAttr::get(data.type), source);
  weights[&tensor] = weight;
  return weight;
}

LogicalResult GraphBuilder::buildConstant(const Node &node, const Param &attribute, Scope &scope, Call &call) {
  if (node.outputs.size() != 1 || node.outputs.front().empty() || !node.inputs.empty())
    return malformed(call, "a constant has no inputs and one output");
  Value value;
  if (attribute.kind == Param::TensorKind) {
    FailureOr<Value> tensor = materialize(attribute.tensors.front(), node.outputs.front(), call.loc);
    if (failed(tensor))
      return failure();
    value = *tensor;
  } else {
    auto type = [&](size_t count, Type element) { return RankedTensorType::get(static_cast<int64_t>(count), element); };
    DenseElementsAttr dense;
    if (attribute.kind == Param::Int)
      dense = DenseElementsAttr::get(RankedTensorType::get({}, builder.getI64Type()), attribute.i);
    else if (attribute.kind == Param::Float)
      dense = DenseElementsAttr::get(RankedTensorType::get({}, builder.getF32Type()), attribute.f);
    else if (attribute.kind == Param::Ints)
      dense = DenseElementsAttr::get(type(attribute.ints.size(), builder.getI64Type()), ArrayRef(attribute.ints));
    else
      dense = DenseElementsAttr::get(type(attribute.floats.size(), builder.getF32Type()), ArrayRef(attribute.floats));
    value = arith::ConstantOp::create(builder, call.loc, dense);
  }
  return define(node.outputs.front(), value, scope, call);
}

FailureOr<mlir::Attribute> GraphBuilder::convertTensor(const Tensor &tensor, Call &call) {
  FailureOr<TensorData> data = tensors.inspect(tensor, call.loc);
  if (failed(data))
    return failure();
  if (data->sliceable && !isSmall(*data)) {
    FailureOr<WeightOp> weight =
        getWeight(tensor, *data, tensor.name.empty() ? StringRef(call.name) : tensor.name, call.loc);
    if (failed(weight))
      return failure();
    return mlir::Attribute(FlatSymbolRefAttr::get(weight->getSymNameAttr()));
  }
  FailureOr<DenseElementsAttr> value = tensors.decode(tensor, *data, call.loc);
  if (failed(value))
    return failure();
  return mlir::Attribute(*value);
}

FailureOr<mlir::Attribute> GraphBuilder::convert(const Param &attribute, Call &call) {
  switch (attribute.kind) {
  case Param::Float:
    return mlir::Attribute(builder.getF32FloatAttr(attribute.f));
  case Param::Int:
    return mlir::Attribute(builder.getI64IntegerAttr(attribute.i));
  case Param::String:
    return mlir::Attribute(builder.getStringAttr(attribute.s));
  case Param::Floats:
    return mlir::Attribute(builder.getDenseF32ArrayAttr(attribute.floats));
  case Param::Ints:
    return mlir::Attribute(builder.getDenseI64ArrayAttr(attribute.ints));
  case Param::Strings:
    return mlir::Attribute(builder.getStrArrayAttr(attribute.strings));
  case Param::TensorKind:
    return convertTensor(attribute.tensors.front(), call);
  case Param::Tensors: {
    SmallVector<mlir::Attribute> tensors;
    for (const Tensor &tensor : attribute.tensors) {
      FailureOr<mlir::Attribute> value = convertTensor(tensor, call);
      if (failed(value))
        return failure();
      tensors.push_back(*value);
    }
    return mlir::Attribute(builder.getArrayAttr(tensors));
  }
  default:
    return malformed(call, "attribute '" + quote(attribute.name) +
                               "' has a type that Hewn does not take (sparse tensor, type, or none)");
  }
}
