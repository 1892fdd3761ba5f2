// Element types, shapes and symbolic dimensions.
#include "Types.h"
#include "hewn/Dialect/ONNX/Schema.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

std::string hewn::import::getElementTypeName(int64_t type) {
  StringRef name = onnx::getDataTypeName(type);
  return name.empty() ? "number " + std::to_string(type) : name.str();
}

Type hewn::import::getElementType(MLIRContext *context, int64_t type) {
  Builder b(context);
  auto uint = [&](unsigned bits) { return IntegerType::get(context, bits, IntegerType::Unsigned); };
  switch (type) {
  case FLOAT:
    return b.getF32Type();
  case UINT8:
    return uint(8);
  case INT8:
    return b.getIntegerType(8);
  case UINT16:
    return uint(16);
  case INT16:
    return b.getIntegerType(16);
  case INT32:
    return b.getI32Type();
  case INT64:
    return b.getI64Type();
  case BOOL:
    return b.getI1Type();
  case FLOAT16:
    return b.getF16Type();
  case DOUBLE:
    return b.getF64Type();
  case UINT32:
    return uint(32);
  case UINT64:
    return uint(64);
  case COMPLEX64:
    return ComplexType::get(b.getF32Type());
  case COMPLEX128:
    return ComplexType::get(b.getF64Type());
  case BFLOAT16:
    return b.getBF16Type();
  case FLOAT8E4M3FN:
    return b.getType<Float8E4M3FNType>();
  case FLOAT8E4M3FNUZ:
    return b.getType<Float8E4M3FNUZType>();
  case FLOAT8E5M2:
    return b.getType<Float8E5M2Type>();
  case FLOAT8E5M2FNUZ:
    return b.getType<Float8E5M2FNUZType>();
  case UINT4:
    return uint(4);
  case INT4:
    return b.getIntegerType(4);
  case FLOAT4E2M1:
    return b.getType<Float4E2M1FNType>();
  case FLOAT8E8M0:
    return b.getType<Float8E8M0FNUType>();
  case UINT2:
    return uint(2);
  case INT2:
    return b.getIntegerType(2);
  case FLOAT6E2M3:
    return b.getType<Float6E2M3FNType>();
  case FLOAT6E3M2:
    return b.getType<Float6E3M2FNType>();
  default:
    return {};
  }
}

unsigned hewn::import::getElementBits(Type element) {
  if (auto complex = dyn_cast<ComplexType>(element))
    return 2 * complex.getElementType().getIntOrFloatBitWidth();
  unsigned bits = element.getIntOrFloatBitWidth();
  return bits == 1 ? 8 : bits;
}

std::optional<uint64_t> hewn::import::countElements(llvm::ArrayRef<int64_t> shape, unsigned bits) {
  constexpr uint64_t limit = uint64_t(1) << 60;
  uint64_t count = 1;
  bool empty = false; // [2^62, 0] has no elements, but the product of its sizes must not overflow anywhere
  for (int64_t size : shape) {
    if (ShapedType::isDynamic(size))
      continue;
    if (size < 0)
      return std::nullopt;
    if (size == 0) {
      empty = true;
      continue;
    }
    if (count > limit / uint64_t(size))
      return std::nullopt;
    count *= uint64_t(size);
  }
  if (count > limit / ((bits + 7) / 8))
    return std::nullopt;
  return empty ? 0 : count;
}

/// Exporters write "?" for a dimension that they cannot name.
static bool isNamed(const Dim &dim) {
  return !dim.value && !dim.param.empty() && dim.param != "?" && dim.param != "-1";
}
static bool isDynamic(const Dim &dim) { return !dim.value || *dim.value == -1; }

void Dims::reserve(llvm::ArrayRef<ValueInfo> values) {
  for (const ValueInfo &value : values)
    for (const Dim &dim : value.type.dims)
      if (isNamed(dim))
        known.insert(dim.param);
}

std::string Dims::name(StringRef value, unsigned index, const Dim &dim) {
  if (!isDynamic(dim))
    return {};
  if (isNamed(dim))
    return dim.param.str();
  std::string name = (value + "_" + llvm::Twine(index)).str();
  while (!known.insert(name).second)
    name += "_";
  return name;
}

int64_t Dims::size(StringRef name, const Dim &dim) {
  if (!isDynamic(dim))
    return *dim.value;
  if (isNamed(dim))
    known.insert(dim.param);
  auto found = sizes.find((name.empty() && isNamed(dim) ? dim.param : name).str());
  return found == sizes.end() ? ShapedType::kDynamic : found->second;
}

std::optional<std::string> Dims::unused() const {
  for (const auto &[name, size] : sizes)
    if (!known.contains(name))
      return name;
  return std::nullopt;
}

std::string Dims::list() const {
  llvm::SmallVector<StringRef> names(known.keys());
  llvm::sort(names);
  return names.empty() ? "none" : llvm::join(names, ", ");
}

Type hewn::import::getType(MLIRContext *context, const ValueInfo &value, Dims &dims, std::string &why,
                           llvm::SmallVectorImpl<std::string> *names) {
  static constexpr llvm::StringLiteral kinds[] = {"no type",  "tensor",        "sequence", "map",
                                                  "optional", "sparse tensor", "opaque"};
  if (value.type.kind != ValueType::TensorKind) {
    why = "it is of kind '" + kinds[value.type.kind].str() + "', not a tensor";
    return {};
  }
  Type element = getElementType(context, value.type.element);
  if (!element) {
    why = "its element type is " + getElementTypeName(value.type.element);
    return {};
  }
  if (!value.type.ranked)
    return UnrankedTensorType::get(element);
  llvm::SmallVector<int64_t> shape;
  for (auto [index, dim] : llvm::enumerate(value.type.dims)) {
    std::string name = names ? dims.name(value.name, index, dim) : std::string();
    int64_t size = dims.size(name, dim);
    if (size < 0 && !ShapedType::isDynamic(size)) {
      why = "dimension " + std::to_string(index) + " has size " + std::to_string(size);
      return {};
    }
    if (dim.value && *dim.value == std::numeric_limits<int64_t>::min()) { // the bits of kDynamic, not its meaning
      why = "dimension " + std::to_string(index) + " has size -2^63";
      return {};
    }
    shape.push_back(size);
    if (names)
      names->push_back(ShapedType::isDynamic(size) ? name : std::string());
  }
  if (!countElements(shape, getElementBits(element))) {
    why = "its sizes multiply to more than 2^60 bytes";
    return {};
  }
  return RankedTensorType::get(shape, element);
}

std::string hewn::import::quote(StringRef name, size_t limit) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::printEscapedString(name.take_front(limit), os);
  if (name.size() > limit)
    os << "...";
  return text;
}
