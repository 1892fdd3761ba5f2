// Dense arrays: sizes, element access and pictures as inputs.
#include "hewn/Support/Errors.h"
#include "hewn/TensorIO/TensorIO.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>

using namespace hewn;
using namespace hewn::io;
using llvm::StringRef;

namespace {
struct TypeInfo {
  DType type;
  unsigned bytes;
  llvm::StringLiteral name;
};
} // namespace

static constexpr TypeInfo kTypes[] = {{DType::F32, 4, "f32"},  {DType::U8, 1, "ui8"},    {DType::I8, 1, "i8"},
                                      {DType::U16, 2, "ui16"}, {DType::I16, 2, "i16"},   {DType::I32, 4, "i32"},
                                      {DType::I64, 8, "i64"},  {DType::Bool, 1, "bool"}, {DType::F16, 2, "f16"},
                                      {DType::F64, 8, "f64"},  {DType::U32, 4, "ui32"},  {DType::U64, 8, "ui64"},
                                      {DType::BF16, 2, "bf16"}};

static const TypeInfo &getInfo(DType type) {
  for (const TypeInfo &info : kTypes)
    if (info.type == type)
      return info;
  llvm_unreachable("an element type without a line in kTypes");
}

size_t io::getByteSize(DType type) { return getInfo(type).bytes; }
StringRef io::getName(DType type) { return getInfo(type).name; }

std::optional<DType> io::symbolizeDType(int64_t number) {
  for (const TypeInfo &info : kTypes)
    if (static_cast<int64_t>(info.type) == number)
      return info.type;
  return std::nullopt;
}

bool io::isFloat(DType type) {
  return type == DType::F32 || type == DType::F64 || type == DType::F16 || type == DType::BF16;
}

std::optional<uint64_t> io::getByteCount(DType type, llvm::ArrayRef<int64_t> shape) {
  uint64_t bytes = getByteSize(type);
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    empty |= size == 0;
    if (size && __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes))
      return std::nullopt;
  }
  if (bytes > static_cast<uint64_t>(INT64_MAX))
    return std::nullopt;
  return empty ? 0 : bytes;
}

Array io::makeArray(StringRef name, DType type, llvm::ArrayRef<int64_t> shape) {
  Array array{name.str(), type, shape.vec(), {}};
  array.bytes.resize(*getByteCount(type, shape));
  return array;
}

std::string Array::describe() const {
  std::string text = getName(dtype).str() + "[";
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  os << "]";
  return text;
}

static double fromSmallFloat(const llvm::fltSemantics &semantics, uint16_t bits) {
  bool lossy;
  llvm::APFloat value(semantics, llvm::APInt(16, bits));
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &lossy);
  return value.convertToDouble();
}

static uint16_t toSmallFloat(const llvm::fltSemantics &semantics, double value) {
  bool lossy;
  llvm::APFloat wide(value);
  wide.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &lossy);
  return static_cast<uint16_t>(wide.bitcastToAPInt().getZExtValue());
}

template <typename T> static T load(const std::vector<char> &bytes, int64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}
template <typename T> static void store(std::vector<char> &bytes, int64_t i, double value) {
  T narrow = static_cast<T>(value);
  std::memcpy(bytes.data() + i * sizeof(T), &narrow, sizeof(T));
}

double Array::at(int64_t i) const {
  switch (dtype) {
  case DType::F32:
    return load<float>(bytes, i);
  case DType::F64:
    return load<double>(bytes, i);
  case DType::F16:
    return fromSmallFloat(llvm::APFloat::IEEEhalf(), load<uint16_t>(bytes, i));
  case DType::BF16:
    return fromSmallFloat(llvm::APFloat::BFloat(), load<uint16_t>(bytes, i));
  case DType::Bool:
  case DType::U8:
    return load<uint8_t>(bytes, i);
  case DType::I8:
    return load<int8_t>(bytes, i);
  case DType::U16:
    return load<uint16_t>(bytes, i);
  case DType::I16:
    return load<int16_t>(bytes, i);
  case DType::U32:
    return load<uint32_t>(bytes, i);
  case DType::I32:
    return load<int32_t>(bytes, i);
  case DType::U64:
    return static_cast<double>(load<uint64_t>(bytes, i));
  case DType::I64:
    return static_cast<double>(load<int64_t>(bytes, i));
  }
  llvm_unreachable("unknown element type");
}

void Array::set(int64_t i, double value) {
  switch (dtype) {
  case DType::F32:
    return store<float>(bytes, i, value);
  case DType::F64:
    return store<double>(bytes, i, value);
  case DType::F16:
    return store<uint16_t>(bytes, i, toSmallFloat(llvm::APFloat::IEEEhalf(), value));
  case DType::BF16:
    return store<uint16_t>(bytes, i, toSmallFloat(llvm::APFloat::BFloat(), value));
  case DType::Bool:
    return store<uint8_t>(bytes, i, value != 0);
  case DType::U8:
    return store<uint8_t>(bytes, i, value);
  case DType::I8:
    return store<int8_t>(bytes, i, value);
  case DType::U16:
    return store<uint16_t>(bytes, i, value);
  case DType::I16:
    return store<int16_t>(bytes, i, value);
  case DType::U32:
    return store<uint32_t>(bytes, i, value);
  case DType::I32:
    return store<int32_t>(bytes, i, value);
  case DType::U64:
    return store<uint64_t>(bytes, i, value);
  case DType::I64:
    return store<int64_t>(bytes, i, value);
  }
}

llvm::Expected<Array> io::pictureToInput(const Array &picture, StringRef name, DType type,
                                         llvm::ArrayRef<int64_t> shape) {
  auto fail = [&](const std::string &why) {
    return llvm::createStringError(errorText(ErrorCode::RunInputMismatch, name, why));
  };
  int64_t height = picture.shape[0], width = picture.shape[1];
  if (type != DType::U8 && !isFloat(type))
    return fail("a picture fits inputs of floats or ui8 only");
  if (shape.size() != 4 || (shape[1] != 3 && shape[3] != 3))
    return fail("a picture fits inputs of shape 1x3xHxW or 1xHxWx3 only");
  bool channelsFirst = shape[1] == 3;
  std::vector<int64_t> sizes =
      channelsFirst ? std::vector<int64_t>{1, 3, height, width} : std::vector<int64_t>{1, height, width, 3};
  for (size_t i = 0; i < 4; ++i)
    if (shape[i] >= 0 && shape[i] != sizes[i])
      return fail(llvm::formatv("the picture is {0} high and {1} wide, the input wants [{2:$[, ]}]", height, width,
                                llvm::make_range(shape.begin(), shape.end()))
                      .str());
  Array input = makeArray(name, type, sizes);
  int64_t pixels = height * width;
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t c = 0; c < 3; ++c) {
      uint8_t byte = static_cast<uint8_t>(picture.bytes[p * 3 + c]);
      input.set(channelsFirst ? c * pixels + p : p * 3 + c, type == DType::U8 ? byte : byte / 255.0);
    }
  return input;
}
