// Look-up in the generated table of operators.
#include "hewn/Dialect/ONNX/Schema.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hewn::onnx;

namespace {
/// A line of the table: positions and lengths in the pools of formals, params and constraints.
struct Row {
  const char *domain, *name;
  int since;
  bool deprecated;
  unsigned minInputs, maxInputs, minOutputs, maxOutputs;
  unsigned inputs, inputCount, outputs, outputCount, params, paramCount, constraints, constraintCount;
};
} // namespace

#include "Schema.inc"

ArrayRef<Schema> hewn::onnx::getSchemas() {
  static const std::vector<Schema> schemas = [] {
    std::vector<Schema> all;
    for (const Row &row : kRows)
      all.push_back({row.domain, row.name, row.since, row.deprecated, row.minInputs, row.maxInputs, row.minOutputs,
                     row.maxOutputs, ArrayRef(kFormals).slice(row.inputs, row.inputCount),
                     ArrayRef(kFormals).slice(row.outputs, row.outputCount),
                     ArrayRef(kParams).slice(row.params, row.paramCount),
                     ArrayRef(kConstraints).slice(row.constraints, row.constraintCount)});
    return all;
  }();
  return schemas;
}

const Schema *hewn::onnx::lookupSchema(StringRef domain, StringRef name, int64_t opset) {
  ArrayRef<Schema> all = getSchemas();
  auto key = std::make_tuple(domain, name, opset);
  // The last version that is not younger than the opset.
  const Schema *next = std::upper_bound(all.begin(), all.end(), key, [](const auto &key, const Schema &schema) {
    return key < std::make_tuple(schema.domain, schema.name, schema.since);
  });
  if (next == all.begin())
    return nullptr;
  const Schema *schema = next - 1;
  return schema->domain == domain && schema->name == name ? schema : nullptr;
}

template <typename List> static std::optional<unsigned> find(List list, StringRef name) {
  for (auto [index, item] : llvm::enumerate(list))
    if (name == item.name)
      return index;
  return std::nullopt;
}

const Param *Schema::findParam(StringRef name) const {
  std::optional<unsigned> index = find(params, name);
  return index ? &params[*index] : nullptr;
}
std::optional<unsigned> Schema::findInput(StringRef name) const { return find(inputs, name); }
std::optional<unsigned> Schema::findOutput(StringRef name) const { return find(outputs, name); }

/// "1,2" -> {"1", "2"}; "" -> {}.
static SmallVector<StringRef> splitList(StringRef text) {
  SmallVector<StringRef> parts;
  if (!text.empty())
    text.split(parts, ',');
  return parts;
}

// The table is our own, so its numbers are well formed.
static int64_t toInt(StringRef text) {
  int64_t value = 0;
  (void)text.getAsInteger(10, value);
  return value;
}
static float toFloat(StringRef text) { return std::strtof(text.str().c_str(), nullptr); }

Attribute Param::getDefault(MLIRContext *context) const {
  if (!defaultText)
    return {};
  Builder builder(context);
  switch (kind) {
  case ParamKind::Int:
    return builder.getI64IntegerAttr(toInt(defaultText));
  case ParamKind::Float:
    return builder.getF32FloatAttr(toFloat(defaultText));
  case ParamKind::String:
    return builder.getStringAttr(defaultText);
  case ParamKind::Ints:
    return builder.getDenseI64ArrayAttr(llvm::map_to_vector(splitList(defaultText), toInt));
  case ParamKind::Floats:
    return builder.getDenseF32ArrayAttr(llvm::map_to_vector(splitList(defaultText), toFloat));
  case ParamKind::Strings:
    return builder.getStrArrayAttr(splitList(defaultText));
  default:
    return {};
  }
}

StringRef hewn::onnx::getDataTypeName(int64_t type) {
  static constexpr llvm::StringLiteral names[] = {
      "undefined",      "float",      "uint8",          "int8",       "uint16",    "int16",
      "int32",          "int64",      "string",         "bool",       "float16",   "double",
      "uint32",         "uint64",     "complex64",      "complex128", "bfloat16",  "float8e4m3fn",
      "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",      "int4",      "float4e2m1",
      "float8e8m0",     "uint2",      "int2",           "float6e2m3", "float6e3m2"};
  return type >= 0 && type < int64_t(std::size(names)) ? StringRef(names[type]) : StringRef();
}

std::string hewn::onnx::describeTypes(const TypeConstraint &constraint) {
  SmallVector<StringRef> elements, parts;
  for (unsigned bit = 0; bit < 40; ++bit)
    if (constraint.types >> bit & 1)
      elements.push_back(getDataTypeName(bit));
  std::string tensors = "tensors of " + llvm::join(elements, ", ");
  if (!elements.empty())
    parts.push_back(tensors);
  static constexpr llvm::StringLiteral others[] = {"sequences", "optionals", "maps", "sparse tensors", "opaque values"};
  for (auto [index, name] : llvm::enumerate(others))
    if (constraint.types >> (40 + index) & 1)
      parts.push_back(name);
  return llvm::join(parts, "; ");
}
