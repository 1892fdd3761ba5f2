// Signatures of models, and inputs that fit them: from files, or drawn from a seed.
#include "Signature.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Support/Errors.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

std::string TensorSpec::describe() const {
  std::string text = name + ": " + io::getName(dtype).str() + "[";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? " x " : "") + (shape[i] >= 0 ? std::to_string(shape[i]) : labels[i].empty() ? "?" : labels[i]);
  return text + "]";
}

Signature driver::getSignature(const hewn_model_info &info) {
  auto convert = [&](const hewn_tensor_info &tensor, bool isInput) {
    TensorSpec spec{tensor.name, static_cast<io::DType>(tensor.dtype), {}, {}};
    for (int32_t i = 0; i < tensor.rank; ++i) {
      spec.shape.push_back(tensor.sizes[i]);
      spec.labels.push_back(isInput && tensor.sizes[i] < 0 ? info.dims[tensor.symbols[i]] : "");
    }
    return spec;
  };
  Signature signature;
  for (int32_t i = 0; i < info.input_count; ++i)
    signature.inputs.push_back(convert(info.inputs[i], true));
  for (int32_t i = 0; i < info.output_count; ++i)
    signature.outputs.push_back(convert(info.outputs[i], false));
  return signature;
}

static std::optional<io::DType> toDType(Type type) {
  if (type.isF32())
    return io::DType::F32;
  if (type.isF16())
    return io::DType::F16;
  if (type.isF64())
    return io::DType::F64;
  if (type.isBF16())
    return io::DType::BF16;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return io::DType::Bool;
  case 8:
    return isUnsigned ? io::DType::U8 : io::DType::I8;
  case 16:
    return isUnsigned ? io::DType::U16 : io::DType::I16;
  case 32:
    return isUnsigned ? io::DType::U32 : io::DType::I32;
  case 64:
    return isUnsigned ? io::DType::U64 : io::DType::I64;
  default:
    return std::nullopt;
  }
}

FailureOr<Signature> driver::getSignature(func::FuncOp main) {
  Signature signature;
  auto add = [&](std::vector<TensorSpec> &list, Type type, DictionaryAttr attributes, const char *fallback) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<io::DType> dtype = tensor ? toDType(tensor.getElementType()) : std::nullopt;
    auto name = attributes ? attributes.getAs<StringAttr>(kNameAttr) : StringAttr();
    TensorSpec spec;
    spec.name = name ? name.str() : fallback + std::to_string(list.size());
    if (!dtype) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return emitCoded(main.getLoc(), ErrorCode::PackageType, spec.name, text), failure();
    }
    spec.dtype = *dtype;
    auto labels = attributes ? attributes.getAs<ArrayAttr>(kDimsAttr) : ArrayAttr();
    for (auto [index, size] : llvm::enumerate(tensor.getShape())) {
      bool dynamic = ShapedType::isDynamic(size);
      spec.shape.push_back(dynamic ? -1 : size);
      std::string label = dynamic && labels && index < labels.size() ? cast<StringAttr>(labels[index]).str() : "";
      if (dynamic && label.empty())
        label = spec.name + "_" + std::to_string(index);
      spec.labels.push_back(label);
    }
    list.push_back(std::move(spec));
    return LogicalResult(success());
  };
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (failed(add(signature.inputs, main.getArgument(i).getType(), main.getArgAttrDict(i), "input")))
      return failure();
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    if (failed(add(signature.outputs, main.getResultTypes()[i], main.getResultAttrDict(i), "output")))
      return failure();
  return signature;
}

static llvm::Error mismatch(StringRef name, const std::string &why) {
  return llvm::createStringError(errorText(ErrorCode::RunInputMismatch, name, why));
}

/// Checks an array against what the model wants and notes the sizes of symbolic dimensions.
static llvm::Error bindSizes(const TensorSpec &spec, const io::Array &array, Sizes &sizes) {
  if (array.dtype != spec.dtype || array.shape.size() != spec.shape.size())
    return mismatch(spec.name, "is " + array.describe() + ", the model wants " + spec.describe());
  for (size_t i = 0; i < spec.shape.size(); ++i) {
    if (spec.shape[i] >= 0) {
      if (spec.shape[i] != array.shape[i])
        return mismatch(spec.name, "is " + array.describe() + ", the model wants " + spec.describe());
      continue;
    }
    auto [it, isNew] = sizes.try_emplace(spec.labels[i], array.shape[i]);
    if (!isNew && it->second != array.shape[i])
      return mismatch(spec.name, llvm::formatv("dimension '{0}' has size {1} here, but {2} elsewhere", spec.labels[i],
                                               array.shape[i], it->second)
                                     .str());
  }
  return llvm::Error::success();
}

/// Arrays of the given files, at the inputs that they are for.
static llvm::Expected<std::vector<std::optional<io::Array>>> readInputs(const Signature &signature,
                                                                        const RunOptions &options) {
  std::vector<std::optional<io::Array>> inputs(signature.inputs.size());
  auto find = [&](StringRef name) {
    return llvm::find_if(signature.inputs, [&](const TensorSpec &spec) { return spec.name == name; }) -
           signature.inputs.begin();
  };
  for (StringRef text : options.inputs) {
    auto [name, path] = text.split('=');
    if (path.empty() || static_cast<size_t>(find(name)) == inputs.size()) {
      path = text; // no "NAME="
      name = "";
    }
    auto arrays = io::readArrays(path);
    if (!arrays)
      return arrays.takeError();
    for (io::Array &array : *arrays) {
      size_t index = find(name.empty() ? StringRef(array.name) : name);
      if (index == inputs.size() && !path.ends_with(".npz"))
        index = llvm::find_if(inputs, [](const auto &input) { return !input; }) - inputs.begin();
      if (index == inputs.size())
        continue; // an .npz may hold more than the inputs
      const TensorSpec &spec = signature.inputs[index];
      if (path.ends_with(".png")) {
        auto input = io::pictureToInput(array, spec.name, spec.dtype, spec.shape);
        if (!input)
          return input.takeError();
        array = std::move(*input);
      }
      array.name = spec.name;
      inputs[index] = std::move(array);
    }
  }
  return inputs;
}

/// A sequence that is the same everywhere (splitmix64).
static uint64_t nextRandom(uint64_t &state) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// Floats uniformly from [-1, 1), other types from {0, 1}: both are in range for indices and masks of any size.
static io::Array draw(const TensorSpec &spec, ArrayRef<int64_t> shape, uint64_t seed) {
  io::Array array = io::makeArray(spec.name, spec.dtype, shape);
  for (int64_t i = 0, e = array.size(); i < e; ++i) {
    uint64_t bits = nextRandom(seed);
    array.set(i, io::isFloat(spec.dtype) ? static_cast<double>(bits >> 11) * 0x1p-52 - 1.0
                                         : static_cast<double>(bits & 1));
  }
  return array;
}

llvm::Expected<std::vector<io::Array>> driver::makeInputs(const Signature &signature, const RunOptions &options,
                                                          Sizes &sizes) {
  auto given = readInputs(signature, options);
  if (!given)
    return given.takeError();
  for (auto [spec, array] : llvm::zip(signature.inputs, *given))
    if (array)
      if (llvm::Error error = bindSizes(spec, *array, sizes))
        return error;
  std::vector<io::Array> inputs;
  uint64_t seed = options.seed * 1000;
  for (auto [spec, array] : llvm::zip(signature.inputs, *given)) {
    ++seed;
    if (array) {
      inputs.push_back(std::move(*array));
      continue;
    }
    if (!options.inputs.empty())
      return mismatch(spec.name, "is missing; the model wants " + spec.describe());
    std::vector<int64_t> shape = spec.shape;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] >= 0)
        continue;
      auto size = sizes.find(spec.labels[i]);
      if (size == sizes.end()) {
        if (i != 0)
          return llvm::createStringError(errorText(ErrorCode::DimUnknown, spec.labels[i]));
        size = sizes.emplace(spec.labels[i], 1).first;
      }
      shape[i] = size->second;
    }
    std::optional<uint64_t> bytes = io::getByteCount(spec.dtype, shape);
    if (!bytes || *bytes > (uint64_t(1) << 40))
      return mismatch(spec.name, "has impossible sizes");
    inputs.push_back(draw(spec, shape, seed));
  }
  return inputs;
}
