// onnx.node against the schema table: its verifier and its accessors by name.
#include "hewn/Dialect/ONNX/ONNX.h"
#include "hewn/Dialect/ONNX/Schema.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace hewn::onnx;

//===----------------------------------------------------------------------===//
// Verifier
//===----------------------------------------------------------------------===//

/// Is `value` of the form in which params of `kind` are kept?
static bool hasKind(Attribute value, ParamKind kind) {
  auto all = [&](auto predicate) {
    auto array = dyn_cast<ArrayAttr>(value);
    return array && llvm::all_of(array, predicate);
  };
  auto isTensor = [](Attribute value) { return isa<DenseElementsAttr, FlatSymbolRefAttr>(value); };
  switch (kind) {
  case ParamKind::Int: {
    auto integer = dyn_cast<IntegerAttr>(value);
    return integer && integer.getType().isInteger(64);
  }
  case ParamKind::Float: {
    auto real = dyn_cast<FloatAttr>(value);
    return real && real.getType().isF32();
  }
  case ParamKind::String:
    return isa<StringAttr>(value);
  case ParamKind::Ints:
    return isa<DenseI64ArrayAttr>(value);
  case ParamKind::Floats:
    return isa<DenseF32ArrayAttr>(value);
  case ParamKind::Strings:
    return all([](Attribute element) { return isa<StringAttr>(element); });
  case ParamKind::Tensor:
    return isTensor(value);
  case ParamKind::Tensors:
    return all(isTensor);
  default: // graphs are bodies; the rest has no form here
    return false;
  }
}

static StringRef stringify(ParamKind kind) {
  static constexpr llvm::StringLiteral names[] = {
      "undefined", "float",   "int",    "string",        "tensor",         "graph", "floats", "ints",
      "strings",   "tensors", "graphs", "sparse tensor", "sparse tensors", "type",  "types"};
  return names[static_cast<unsigned>(kind)];
}

/// C1: operands and results.
static std::optional<std::string> checkValues(const Schema &schema, ValueRange inputs, size_t outputs) {
  if (inputs.size() < schema.minInputs || inputs.size() > schema.maxInputs) {
    std::string range = std::to_string(schema.minInputs);
    if (schema.maxInputs != schema.minInputs)
      range += schema.maxInputs == INT32_MAX ? " or more" : " to " + std::to_string(schema.maxInputs);
    return llvm::formatv("has {0} operands, not {1} (C1)", inputs.size(), range).str();
  }
  if (outputs > schema.maxOutputs)
    return llvm::formatv("has {0} results, at most {1} are allowed (C1)", outputs, schema.maxOutputs).str();
  for (auto [formal, value] : llvm::zip(schema.inputs, inputs))
    if (formal.kind == FormalKind::Single && isa<NoneType>(value.getType()))
      return llvm::formatv("leaves out the operand '{0}', which it needs (C1)", formal.name).str();
  return std::nullopt;
}

/// C2: params and bodies.
static std::optional<std::string> checkParams(const Schema &schema, DictionaryAttr params, ArrayRef<StringRef> bodies) {
  for (NamedAttribute given : params) {
    StringRef name = given.getName();
    const Param *param = schema.findParam(name);
    if (name.starts_with("__")) // by convention an exporter's own
      continue;
    if (!param)
      return llvm::formatv("has an attribute '{0}' that the operator does not have (C2)", name).str();
    if (!hasKind(given.getValue(), param->kind))
      return llvm::formatv("has an attribute '{0}' that is not of type {1} (C2)", name, stringify(param->kind)).str();
  }
  for (StringRef name : bodies) {
    const Param *param = schema.findParam(name);
    if (!param || (param->kind != ParamKind::Graph && param->kind != ParamKind::Graphs))
      return llvm::formatv("has a body '{0}' that the operator does not have (C2)", name).str();
  }
  for (const Param &param : schema.params)
    if (param.required && !params.contains(param.name) && !llvm::is_contained(bodies, StringRef(param.name)))
      return llvm::formatv("lacks the attribute '{0}' (C2)", param.name).str();
  return std::nullopt;
}

std::optional<std::string> NodeOp::checkSchema() {
  if (getSince() < 1)
    return "has a version that is not positive";
  const Schema *schema = getSchema();
  if (!schema)
    return std::nullopt;
  if (schema->deprecated)
    return llvm::formatv("is deprecated since version {0}", schema->since).str();
  if (std::optional<std::string> wrong = checkValues(*schema, getInputs(), getNumResults()))
    return wrong;
  SmallVector<StringRef> bodies;
  if (ArrayAttr names = getBodyNamesAttr())
    llvm::append_range(bodies, names.getAsValueRange<StringAttr>());
  return checkParams(*schema, getParams(), bodies);
}

LogicalResult NodeOp::verify() {
  size_t names = getBodyNames() ? getBodyNames()->size() : 0;
  if (names != getBodies().size())
    return emitOpError("has ") << getBodies().size() << " bodies, but " << names << " names for them (C3)";
  if (std::optional<std::string> wrong = checkSchema())
    return emitOpError() << '"' << getOpType() << "\" " << *wrong;
  return success();
}

//===----------------------------------------------------------------------===//
// Accessors
//===----------------------------------------------------------------------===//

const Schema *NodeOp::getSchema() { return lookupSchema(getDomain(), getOpType(), getSince()); }

Value NodeOp::getInput(StringRef name) {
  const Schema *schema = getSchema();
  std::optional<unsigned> index = schema ? schema->findInput(name) : std::nullopt;
  if (!index || *index >= getInputs().size() || isa<NoneType>(getInputs()[*index].getType()))
    return {};
  return getInputs()[*index];
}

OperandRange NodeOp::getVariadicInput(StringRef name) {
  const Schema *schema = getSchema();
  std::optional<unsigned> index = schema ? schema->findInput(name) : std::nullopt;
  return getInputs().drop_front(index ? std::min<size_t>(*index, getInputs().size()) : getInputs().size());
}

Value NodeOp::getOutput(StringRef name) {
  const Schema *schema = getSchema();
  std::optional<unsigned> index = schema ? schema->findOutput(name) : std::nullopt;
  if (!index || *index >= getNumResults() || isa<NoneType>(getResult(*index).getType()))
    return {};
  return getResult(*index);
}

Attribute NodeOp::getParam(StringRef name) {
  if (Attribute given = getParams().get(name))
    return given;
  const Schema *schema = getSchema();
  const Param *param = schema ? schema->findParam(name) : nullptr;
  return param ? param->getDefault(getContext()) : Attribute();
}

std::optional<int64_t> NodeOp::getInt(StringRef name) {
  auto value = dyn_cast_or_null<IntegerAttr>(getParam(name));
  return value ? std::optional(value.getInt()) : std::nullopt;
}

std::optional<float> NodeOp::getFloat(StringRef name) {
  auto value = dyn_cast_or_null<FloatAttr>(getParam(name));
  return value && value.getType().isF32() ? std::optional(value.getValue().convertToFloat()) : std::nullopt;
}

std::optional<StringRef> NodeOp::getString(StringRef name) {
  auto value = dyn_cast_or_null<StringAttr>(getParam(name));
  return value ? std::optional(value.getValue()) : std::nullopt;
}

std::optional<ArrayRef<int64_t>> NodeOp::getInts(StringRef name) {
  auto value = dyn_cast_or_null<DenseI64ArrayAttr>(getParam(name));
  return value ? std::optional(value.asArrayRef()) : std::nullopt;
}

Region *NodeOp::getBody(StringRef name) {
  ArrayAttr names = getBodyNamesAttr();
  for (size_t i = 0; names && i < names.size(); ++i)
    if (cast<StringAttr>(names[i]).getValue() == name)
      return &getBodies()[i];
  return nullptr;
}
