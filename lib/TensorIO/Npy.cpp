// NumPy's .npy format: a magic, a Python dict as text, the elements.
#include "Format.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include <cstring>

using namespace hewn;
using namespace hewn::io;
using llvm::StringRef;

static constexpr llvm::StringLiteral kMagic("\x93NUMPY");

static std::optional<DType> parseDescr(StringRef descr) {
  return llvm::StringSwitch<std::optional<DType>>(descr)
      .Case("<f4", DType::F32)
      .Case("<f8", DType::F64)
      .Case("<f2", DType::F16)
      .Cases({"<V2", "|V2"}, DType::BF16)
      .Cases({"|b1", "?"}, DType::Bool)
      .Cases({"|u1", "<u1"}, DType::U8)
      .Cases({"|i1", "<i1"}, DType::I8)
      .Case("<u2", DType::U16)
      .Case("<i2", DType::I16)
      .Case("<u4", DType::U32)
      .Case("<i4", DType::I32)
      .Case("<u8", DType::U64)
      .Case("<i8", DType::I64)
      .Default(std::nullopt);
}

static StringRef getDescr(DType type) {
  switch (type) {
  case DType::F32:
    return "<f4";
  case DType::F64:
    return "<f8";
  case DType::F16:
    return "<f2";
  case DType::BF16:
    return "<V2";
  case DType::Bool:
    return "|b1";
  case DType::U8:
    return "|u1";
  case DType::I8:
    return "|i1";
  case DType::U16:
    return "<u2";
  case DType::I16:
    return "<i2";
  case DType::U32:
    return "<u4";
  case DType::I32:
    return "<i4";
  case DType::U64:
    return "<u8";
  case DType::I64:
    return "<i8";
  }
  llvm_unreachable("unknown element type");
}

/// The text after `'key':` in the header's dict, or empty.
static StringRef findValue(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return "";
  StringRef rest = header.drop_front(at + key.size() + 2).ltrim();
  return rest.consume_front(":") ? rest.ltrim() : "";
}

/// Elements in Fortran order become row-major.
static void transpose(Array &array) {
  size_t element = getByteSize(array.dtype), rank = array.shape.size();
  std::vector<char> out(array.bytes.size());
  std::vector<int64_t> index(rank, 0), strides(rank, 1);
  for (size_t d = 1; d < rank; ++d)
    strides[d] = strides[d - 1] * array.shape[d - 1];
  for (int64_t i = 0, e = array.size(); i < e; ++i) {
    int64_t from = 0;
    for (size_t d = 0; d < rank; ++d)
      from += index[d] * strides[d];
    std::memcpy(out.data() + i * element, array.bytes.data() + from * element, element);
    for (size_t d = rank; d-- > 0 && ++index[d] == array.shape[d];)
      index[d] = 0;
  }
  array.bytes = std::move(out);
}

llvm::Expected<Array> io::parseNpy(StringRef bytes, StringRef what) {
  StringRef rest = bytes;
  if (!rest.consume_front(kMagic) || rest.size() < 4)
    return malformed(what, "not a .npy file");
  unsigned major = static_cast<uint8_t>(rest[0]);
  size_t lengthBytes = major == 1 ? 2 : 4;
  if (major < 1 || major > 3 || rest.size() < 2 + lengthBytes)
    return malformed(what, "unknown version of the .npy format");
  size_t length =
      major == 1 ? llvm::support::endian::read16le(rest.data() + 2) : llvm::support::endian::read32le(rest.data() + 2);
  rest = rest.drop_front(2 + lengthBytes);
  if (length > rest.size())
    return malformed(what, "the header is cut off");
  StringRef header = rest.take_front(length), data = rest.drop_front(length);

  Array array;
  StringRef descr = findValue(header, "descr");
  if (!descr.consume_front("'"))
    return malformed(what, "the header has no 'descr' of a plain element type");
  descr = descr.take_until([](char c) { return c == '\''; });
  std::optional<DType> type = parseDescr(descr);
  if (!type)
    return malformed(what, "element type '" + descr.str() + "' is not supported (little-endian numbers and bool are)");
  array.dtype = *type;

  StringRef shape = findValue(header, "shape");
  size_t close = shape.find(')');
  if (!shape.consume_front("(") || close == StringRef::npos)
    return malformed(what, "the header has no 'shape'");
  shape = shape.take_front(close - 1);
  llvm::SmallVector<StringRef> sizes;
  shape.split(sizes, ',', -1, /*KeepEmpty=*/false);
  for (StringRef size : sizes) {
    int64_t value;
    if (size.trim().empty())
      continue;
    if (size.trim().getAsInteger(10, value) || value < 0)
      return malformed(what, "bad size '" + size.trim().str() + "' in the shape");
    array.shape.push_back(value);
  }
  std::optional<uint64_t> count = getByteCount(array.dtype, array.shape);
  if (!count || *count > data.size())
    return malformed(what, "the shape asks for more bytes than the file has");
  array.bytes.assign(data.begin(), data.begin() + *count);
  if (findValue(header, "fortran_order").starts_with("True"))
    transpose(array);
  return array;
}

std::string io::formatNpy(const Array &array) {
  std::string shape;
  llvm::raw_string_ostream os(shape);
  llvm::interleave(array.shape, os, ", ");
  if (array.shape.size() == 1)
    os << ",";
  std::string dict =
      ("{'descr': '" + getDescr(array.dtype) + "', 'fortran_order': False, 'shape': (" + shape + "), }").str();
  size_t prefix = kMagic.size() + 4;
  size_t total = llvm::alignTo(prefix + dict.size() + 1, 64);
  dict.append(total - prefix - dict.size() - 1, ' ');
  dict += '\n';
  std::string out(kMagic);
  out += {1, 0, static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  out += dict;
  out.append(array.bytes.begin(), array.bytes.end());
  return out;
}
