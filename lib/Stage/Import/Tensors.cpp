// Checks tensors against their bytes. Large ones are only located; small ones are decoded.
#include "Tensors.h"
#include "Types.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::import;

/// The TensorProto field that holds typed data of `type`, as onnx.proto assigns them.
static unsigned getDataField(int64_t type) {
  switch (type) {
  case FLOAT:
  case COMPLEX64:
    return 4;
  case DOUBLE:
  case COMPLEX128:
    return 10;
  case INT64:
    return 7;
  case UINT32:
  case UINT64:
    return 11;
  default:
    return 5;
  }
}

FailureOr<TensorData> TensorReader::inspect(const Tensor &tensor, Location loc) {
  std::string name = quote(tensor.name);
  Type element = getElementType(context, tensor.type);
  if (!element)
    return emitCoded(loc, ErrorCode::ElementTypeUnsupported, name,
                     "its element type is " + getElementTypeName(tensor.type));
  unsigned bits = getElementBits(element);
  for (int64_t size : tensor.dims)
    if (size < 0)
      return emitCoded(loc, ErrorCode::TensorMalformed, name, "it has a dimension of size " + std::to_string(size));
  std::optional<uint64_t> elements = countElements(tensor.dims, bits);
  if (!elements)
    return emitCoded(loc, ErrorCode::TensorMalformed, name, "its sizes multiply to more than 2^60 bytes");
  TensorData data;
  data.type = RankedTensorType::get(tensor.dims, element);
  data.elements = *elements;
  data.bytes = (*elements * bits + 7) / 8;
  LogicalResult located = success();
  if (tensor.external)
    located = locateExternal(tensor, data, loc);
  else if (tensor.raw || tensor.dataPieces == 0) {
    StringRef raw = tensor.raw.value_or(StringRef());
    if (raw.size() != data.bytes)
      return emitCoded(loc, ErrorCode::TensorMalformed, name,
                       llvm::formatv("it has {0} bytes of data, but its type takes {1}", raw.size(), data.bytes));
    data.sliceable = true;
    data.file = file.str();
    data.offset = raw.empty() ? 0 : raw.data() - source.bytes().data();
  } else
    located = locateTyped(tensor, data, loc);
  if (failed(located))
    return failure();
  return data;
}

LogicalResult TensorReader::locateExternal(const Tensor &tensor, TensorData &data, Location loc) {
  std::string name = quote(tensor.name);
  StringRef location;
  uint64_t offset = 0, length = data.bytes;
  for (auto [key, value] : tensor.externalData) {
    if (key == "location")
      location = value;
    else if (key == "offset" && value.getAsInteger(10, offset))
      return emitCoded(loc, ErrorCode::ExternalDataRefused, name,
                       "its offset is '" + quote(value) + "', not a number of bytes");
    else if (key == "length" && value.getAsInteger(10, length))
      return emitCoded(loc, ErrorCode::ExternalDataRefused, name,
                       "its length is '" + quote(value) + "', not a number of bytes");
  }
  const ExternalFiles::File &file = external.open(location);
  if (!file.error.empty())
    return emitCoded(loc, ErrorCode::ExternalDataRefused, name, quote(file.error));
  if (length != data.bytes)
    return emitCoded(loc, ErrorCode::ExternalDataRefused, name,
                     llvm::formatv("its length is {0} bytes, but its type takes {1}", length, data.bytes));
  if (offset > file.size || length > file.size - offset)
    return emitCoded(loc, ErrorCode::ExternalDataRefused, name,
                     llvm::formatv("it ends at byte {0} + {1} of '{2}', which has {3} bytes", offset, length,
                                   quote(file.path), file.size));
  data.sliceable = true;
  data.file = file.path;
  data.offset = offset;
  return success();
}

LogicalResult TensorReader::locateTyped(const Tensor &tensor, TensorData &data, Location loc) {
  unsigned field = getDataField(tensor.type);
  if (tensor.dataFields != 1u << field)
    return emitCoded(loc, ErrorCode::TensorMalformed, quote(tensor.name),
                     "its data are in a field for another type than " + getElementTypeName(tensor.type));
  // One packed run of floats is little-endian data already; so are 8-bit values that take one byte each.
  bool fixed = field == 4 || field == 10;
  bool narrow = tensor.type == UINT8 || tensor.type == INT8;
  if (tensor.dataPieces != 1 || tensor.packed.size() != data.bytes || tensor.packed.empty())
    return success();
  if (narrow)
    source.fetch(tensor.packed);
  if (!fixed && !(narrow && llvm::all_of(tensor.packed, [](char c) { return !(c & 0x80); })))
    return success();
  data.sliceable = true;
  data.file = file.str();
  data.offset = tensor.packed.data() - source.bytes().data();
  return success();
}

/// Appends the low `width` bytes of a value.
static void append(std::string &to, uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i)
    to.push_back(static_cast<char>(value >> (8 * i)));
}

/// Splits bit-packed elements into one byte each.
static std::string unpack(StringRef packed, unsigned bits, uint64_t elements) {
  std::string result;
  for (uint64_t i = 0; i < elements; ++i) {
    uint64_t at = i * bits;
    unsigned word = static_cast<uint8_t>(packed[at / 8]);
    if (at / 8 + 1 < packed.size())
      word |= static_cast<uint8_t>(packed[at / 8 + 1]) << 8;
    result.push_back(static_cast<char>((word >> (at % 8)) & ((1u << bits) - 1)));
  }
  return result;
}

/// Typed data -> the elements' bytes, elements of less than a byte in one byte each.
LogicalResult TensorReader::decodeTyped(const Tensor &tensor, const TensorData &data, Location loc,
                                        std::string &elements) {
  Type element = data.type.getElementType();
  unsigned bits = getElementBits(element);
  // An entry of int32_data holds one element, or 8 bits of packed 2-bit and 4-bit ones.
  bool packed = bits < 8 && bits != 6;
  uint64_t wanted = packed ? data.bytes : data.elements, count = 0;
  unsigned width = (bits + 7) / 8;
  if (isa<ComplexType>(element)) {
    wanted *= 2;
    width /= 2;
  }
  bool whole = forEachElement(source, tensor.message, getDataField(tensor.type), [&](uint64_t value) {
    if (++count <= wanted)
      append(elements, value, width);
    return count <= wanted;
  });
  if (!whole || count != wanted)
    return emitCoded(loc, ErrorCode::TensorMalformed, quote(tensor.name),
                     llvm::formatv("its type takes {0} values, but the file has {1}", wanted,
                                   !whole           ? "a broken list of them"
                                   : count > wanted ? "more"
                                                    : "only " + std::to_string(count)));
  if (packed)
    elements = unpack(elements, bits, data.elements);
  return success();
}

FailureOr<DenseElementsAttr> TensorReader::decode(const Tensor &tensor, const TensorData &data, Location loc) {
  Type element = data.type.getElementType();
  unsigned bits = getElementBits(element);
  if (data.elements > kMaxDecoded)
    return emitCoded(
        loc, ErrorCode::TensorMalformed, quote(tensor.name),
        llvm::formatv("it has {0} elements in a field for small tensors (at most {1})", data.elements, kMaxDecoded));
  std::string elements;
  if (!data.sliceable) {
    if (failed(decodeTyped(tensor, data, loc, elements)))
      return failure();
  } else {
    if (tensor.external) {
      const ExternalFiles::File &beside = external.open(data.file);
      if (data.bytes && !ExternalFiles::read(beside, data.offset, data.bytes, elements))
        return emitCoded(loc, ErrorCode::ExternalDataRefused, quote(tensor.name),
                         "'" + quote(data.file) + "' cannot be read");
    } else {
      StringRef slice = source.bytes().substr(data.offset, data.bytes);
      source.fetch(slice);
      elements = slice.str();
    }
    if (bits < 8)
      elements = unpack(elements, bits, data.elements);
  }
  if (element.isInteger(1)) {
    SmallVector<bool> values;
    for (char value : elements)
      values.push_back(value != 0);
    return DenseElementsAttr::get(data.type, values);
  }
  // A raw buffer of bytes is what DenseElementsAttr keeps, except that unused high bits must be zero.
  if (bits == 6)
    for (char &value : elements)
      value &= 0x3f;
  ArrayRef<char> buffer(elements.data(), elements.size());
  bool splat;
  if (!DenseElementsAttr::isValidRawBuffer(data.type, buffer, splat))
    return emitCoded(loc, ErrorCode::TensorMalformed, quote(tensor.name), "its data do not have the size of its type");
  return DenseElementsAttr::getFromRawBuffer(data.type, buffer);
}
