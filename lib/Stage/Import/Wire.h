// A bounds-checked cursor over the fields of one protobuf message. It copies nothing.
#ifndef HEWN_LIB_STAGE_IMPORT_WIRE_H
#define HEWN_LIB_STAGE_IMPORT_WIRE_H

#include "Source.h"
#include "llvm/Support/Endian.h"

namespace hewn::import {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

/// Takes a varint from the front of `bytes`; false when it is cut off or longer than ten bytes.
inline bool takeVarint(llvm::StringRef &bytes, uint64_t &value) {
  value = 0;
  for (unsigned i = 0; i < 10 && i < bytes.size(); ++i) {
    uint8_t byte = bytes[i];
    value |= uint64_t(byte & 0x7f) << (7 * i);
    if (!(byte & 0x80)) {
      bytes = bytes.drop_front(i + 1);
      return true;
    }
  }
  return false;
}

/// for (WireReader field(message); field.next();) switch (field.number()) ...; then look at `malformed`.
class WireReader {
public:
  explicit WireReader(llvm::StringRef message, Source *source = nullptr) : rest(message), source(source) {}

  /// Moves to the next field. False at the end of the message and where the message is malformed.
  bool next() {
    if (rest.empty() || malformed)
      return false;
    if (source) // a tag and a length, or a number
      source->fetch(rest.take_front(20));
    uint64_t tag;
    malformed = true;
    if (!takeVarint(rest, tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
      return false;
    field = tag >> 3;
    wire = static_cast<WireType>(tag & 7);
    switch (wire) {
    case WireType::Varint:
      malformed = !takeVarint(rest, scalar);
      break;
    case WireType::Fixed64:
      malformed = !take(8);
      scalar = malformed ? 0 : llvm::support::endian::read64le(slice.data());
      break;
    case WireType::Fixed32:
      malformed = !take(4);
      scalar = malformed ? 0 : llvm::support::endian::read32le(slice.data());
      break;
    case WireType::Bytes: {
      uint64_t length;
      malformed = !takeVarint(rest, length) || !take(length);
      break;
    }
    default: // groups are not part of ONNX
      break;
    }
    return !malformed;
  }

  unsigned number() const { return field; }
  WireType type() const { return wire; }
  /// Of a varint, or the bits of a fixed field.
  uint64_t value() const { return scalar; }
  /// Of a length-delimited or fixed field; the former are not fetched.
  llvm::StringRef bytes() const { return slice; }
  /// Where reading stopped.
  const char *position() const { return rest.data(); }

  bool malformed = false;

private:
  bool take(uint64_t count) {
    if (count > rest.size())
      return false;
    slice = rest.take_front(count);
    rest = rest.drop_front(count);
    return true;
  }

  llvm::StringRef rest, slice;
  Source *source;
  uint64_t scalar = 0;
  unsigned field = 0;
  WireType wire = WireType::Varint;
};

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_WIRE_H
