// ONNX's TensorProto (.pb files of its node tests): walks the wire format, bounds-checked.
#include "Format.h"
#include <cstring>

using namespace hewn;
using namespace hewn::io;
using llvm::StringRef;

namespace {
/// One field of a protobuf message.
struct Field {
  uint32_t number = 0;
  uint32_t wire = 0;
  uint64_t value = 0; // wire types 0, 1, 5
  StringRef bytes;    // wire type 2
};
} // namespace

static bool readVarint(StringRef &in, uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    uint8_t byte = static_cast<uint8_t>(in.front());
    in = in.drop_front();
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return true;
  }
  return false;
}

static bool readField(StringRef &in, Field &field) {
  uint64_t tag;
  if (!readVarint(in, tag))
    return false;
  field.number = static_cast<uint32_t>(tag >> 3);
  field.wire = tag & 7;
  size_t fixed = field.wire == 1 ? 8 : field.wire == 5 ? 4 : 0;
  if (fixed) {
    if (in.size() < fixed)
      return false;
    field.value = 0;
    std::memcpy(&field.value, in.data(), fixed);
    in = in.drop_front(fixed);
    return true;
  }
  if (!readVarint(in, field.value))
    return false;
  if (field.wire == 0)
    return true;
  if (field.wire != 2 || field.value > in.size())
    return false;
  field.bytes = in.take_front(field.value);
  in = in.drop_front(field.value);
  return true;
}

/// A repeated number, packed or not, appended as 64-bit patterns.
static bool appendNumbers(const Field &field, size_t fixed, std::vector<uint64_t> &numbers) {
  if (field.wire != 2) {
    numbers.push_back(field.value);
    return true;
  }
  StringRef in = field.bytes;
  while (!in.empty()) {
    uint64_t value = 0;
    if (!fixed) {
      if (!readVarint(in, value))
        return false;
    } else {
      if (in.size() < fixed)
        return false;
      std::memcpy(&value, in.data(), fixed);
      in = in.drop_front(fixed);
    }
    numbers.push_back(value);
  }
  return true;
}

llvm::Expected<Array> io::parseTensorProto(StringRef bytes, StringRef what) {
  Array array;
  std::vector<uint64_t> dims, numbers;
  StringRef raw;
  bool hasRaw = false, external = false;
  uint64_t type = 0;
  for (StringRef in = bytes; !in.empty();) {
    Field field;
    bool good = readField(in, field);
    if (good)
      switch (field.number) {
      case 1: // dims
        good = appendNumbers(field, 0, dims);
        break;
      case 2: // data_type
        type = field.value;
        break;
      case 4: // float_data
        good = appendNumbers(field, 4, numbers);
        break;
      case 5:  // int32_data
      case 7:  // int64_data
      case 11: // uint64_data
        good = appendNumbers(field, 0, numbers);
        break;
      case 8: // name
        array.name = field.bytes.str();
        break;
      case 9: // raw_data
        raw = field.bytes;
        hasRaw = true;
        break;
      case 10: // double_data
        good = appendNumbers(field, 8, numbers);
        break;
      case 14: // data_location
        external = field.value == 1;
        break;
      default:
        break;
      }
    if (!good)
      return malformed(what, "not a valid TensorProto");
  }
  if (external)
    return malformed(what, "tensors with external data are not read here");
  std::optional<DType> known = symbolizeDType(static_cast<int64_t>(type));
  if (!known)
    return malformed(what, "element type " + std::to_string(type) + " is not supported");
  array.dtype = *known;
  for (uint64_t dim : dims)
    array.shape.push_back(static_cast<int64_t>(dim));
  std::optional<uint64_t> count = getByteCount(array.dtype, array.shape);
  size_t element = getByteSize(array.dtype);
  if (!count || *count != (hasRaw ? raw.size() : numbers.size() * element))
    return malformed(what, "the number of elements does not fit the dimensions");
  if (hasRaw) {
    array.bytes.assign(raw.begin(), raw.end());
    return array;
  }
  // Typed fields hold bit patterns (floats) or sign-extended integers: the low bytes are the element.
  array.bytes.resize(*count);
  for (size_t i = 0; i < numbers.size(); ++i)
    std::memcpy(array.bytes.data() + i * element, &numbers[i], element);
  return array;
}
