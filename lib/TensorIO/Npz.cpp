// NumPy's .npz format: a zip archive of .npy entries, stored or deflated. Reads through the central directory.
#include "Format.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <zlib.h>

using namespace hewn;
using namespace hewn::io;
using namespace llvm::support::endian;
using llvm::StringRef;

namespace {
/// One line of the central directory.
struct Entry {
  StringRef name;
  unsigned method;
  uint32_t crc;
  uint64_t packed, size, header;
};
} // namespace

/// Replaces sizes of 0xffffffff by those of the zip64 extra field (0x0001), in the order of the format.
static bool readZip64(StringRef extra, Entry &entry) {
  while (extra.size() >= 4) {
    unsigned id = read16le(extra.data()), length = read16le(extra.data() + 2);
    extra = extra.drop_front(4);
    if (length > extra.size())
      return false;
    StringRef field = extra.take_front(length);
    extra = extra.drop_front(length);
    if (id != 1)
      continue;
    for (uint64_t *value : {&entry.size, &entry.packed, &entry.header}) {
      if (*value != 0xffffffff)
        continue;
      if (field.size() < 8)
        return false;
      *value = read64le(field.data());
      field = field.drop_front(8);
    }
  }
  return true;
}

static llvm::Expected<std::vector<Entry>> readDirectory(StringRef bytes, StringRef what) {
  constexpr size_t kEndSize = 22;
  // The end record is the last thing but a comment of at most 65535 bytes.
  size_t end = bytes.rfind(StringRef("PK\x05\x06", 4));
  if (end == StringRef::npos || bytes.size() - end < kEndSize)
    return malformed(what, "not a .npz file (no end of a zip archive)");
  uint64_t count = read16le(bytes.data() + end + 10), offset = read32le(bytes.data() + end + 16);
  if (offset == 0xffffffff || count == 0xffff) {
    if (end < 20 || !bytes.substr(end - 20).starts_with(StringRef("PK\x06\x07", 4)))
      return malformed(what, "the zip64 locator is missing");
    uint64_t record = read64le(bytes.data() + end - 12);
    if (record > bytes.size() || bytes.size() - record < 56)
      return malformed(what, "the zip64 record is outside the file");
    count = read64le(bytes.data() + record + 32);
    offset = read64le(bytes.data() + record + 48);
  }
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < count; ++i) {
    constexpr size_t kSize = 46;
    if (offset > bytes.size() || bytes.size() - offset < kSize ||
        !bytes.substr(offset).starts_with(StringRef("PK\x01\x02", 4)))
      return malformed(what, "the directory of the archive is damaged");
    const char *at = bytes.data() + offset;
    uint64_t nameSize = read16le(at + 28), extraSize = read16le(at + 30), commentSize = read16le(at + 32);
    if (bytes.size() - offset - kSize < nameSize + extraSize + commentSize)
      return malformed(what, "the directory of the archive is cut off");
    Entry entry{bytes.substr(offset + kSize, nameSize),
                read16le(at + 10),
                read32le(at + 16),
                read32le(at + 20),
                read32le(at + 24),
                read32le(at + 42)};
    if (read16le(at + 8) & 1)
      return malformed(what, "entry '" + entry.name.str() + "' is encrypted");
    if (!readZip64(bytes.substr(offset + kSize + nameSize, extraSize), entry))
      return malformed(what, "a zip64 field is damaged");
    entries.push_back(entry);
    offset += kSize + nameSize + extraSize + commentSize;
  }
  return entries;
}

static llvm::Expected<std::string> readEntry(StringRef bytes, const Entry &entry, StringRef what) {
  constexpr size_t kSize = 30;
  auto fail = [&](const char *why) { return malformed(what, "entry '" + entry.name.str() + "' " + why); };
  if (entry.header > bytes.size() || bytes.size() - entry.header < kSize ||
      !bytes.substr(entry.header).starts_with(StringRef("PK\x03\x04", 4)))
    return fail("is outside the file");
  const char *at = bytes.data() + entry.header;
  uint64_t start = entry.header + kSize + read16le(at + 26) + read16le(at + 28);
  if (start > bytes.size() || bytes.size() - start < entry.packed)
    return fail("is cut off");
  StringRef packed = bytes.substr(start, entry.packed);
  std::string data;
  if (entry.method == 0) {
    data = packed.str();
  } else if (entry.method == 8) {
    // Deflate expands at most 1032-fold: a larger claim is a lie, refused before memory is taken.
    if (entry.size / 1032 > entry.packed + 1)
      return fail("claims an impossible size");
    data.resize(entry.size);
    z_stream stream = {};
    if (inflateInit2(&stream, -15) != Z_OK)
      return fail("cannot be decompressed");
    uint64_t in = 0, out = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data() + in));
      stream.avail_in = static_cast<uInt>(std::min<uint64_t>(packed.size() - in, 1u << 30));
      stream.next_out = reinterpret_cast<Bytef *>(data.data() + out);
      stream.avail_out = static_cast<uInt>(std::min<uint64_t>(data.size() - out, 1u << 30));
      uint64_t inBefore = stream.avail_in, outBefore = stream.avail_out;
      status = inflate(&stream, Z_NO_FLUSH);
      in += inBefore - stream.avail_in;
      out += outBefore - stream.avail_out;
      if (inBefore == stream.avail_in && outBefore == stream.avail_out && status == Z_OK)
        status = Z_BUF_ERROR; // no progress
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END || out != entry.size)
      return fail("is not a valid deflate stream");
  } else {
    return fail("uses an unknown compression");
  }
  uLong crc = crc32(0, nullptr, 0);
  for (size_t done = 0; done < data.size();) {
    size_t step = std::min<size_t>(data.size() - done, 1u << 30);
    crc = crc32(crc, reinterpret_cast<const Bytef *>(data.data() + done), static_cast<uInt>(step));
    done += step;
  }
  if (crc != entry.crc)
    return fail("is damaged (checksum)");
  return data;
}

llvm::Expected<std::vector<Array>> io::parseNpz(StringRef bytes, StringRef what) {
  auto entries = readDirectory(bytes, what);
  if (!entries)
    return entries.takeError();
  std::vector<Array> arrays;
  for (const Entry &entry : *entries) {
    StringRef name = entry.name;
    if (!name.consume_back(".npy"))
      continue;
    auto data = readEntry(bytes, entry, what);
    if (!data)
      return data.takeError();
    auto array = parseNpy(*data, (what + ":" + entry.name).str());
    if (!array)
      return array.takeError();
    array->name = name.str();
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

static void put16(std::string &out, unsigned value) {
  out += {static_cast<char>(value), static_cast<char>(value >> 8)};
}
static void put32(std::string &out, uint32_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

/// The fields that local header and directory share, from "version needed" to "extra length". The date is 1980-01-01.
static void putCommon(std::string &out, uint32_t crc, uint32_t size, size_t nameSize) {
  for (unsigned value : {20u, 0u, 0u, 0u, 33u})
    put16(out, value);
  put32(out, crc);
  put32(out, size);
  put32(out, size);
  put16(out, static_cast<unsigned>(nameSize));
  put16(out, 0);
}

static llvm::Error writeNpz(llvm::raw_ostream &os, StringRef path, llvm::ArrayRef<Array> arrays) {
  std::string directory;
  uint64_t offset = 0;
  for (const Array &array : arrays) {
    std::string data = formatNpy(array), name = array.name + ".npy", local = "PK\x03\x04";
    if (data.size() + offset >= 0xffffffff || name.size() > 0xffff)
      return llvm::createStringError(
          errorText(ErrorCode::FileUnwritable, path, "arrays of more than 4 GB do not fit a .npz file"));
    uint32_t crc = crc32(0, reinterpret_cast<const Bytef *>(data.data()), static_cast<uInt>(data.size()));
    putCommon(local, crc, static_cast<uint32_t>(data.size()), name.size());
    directory += "PK\x01\x02";
    put16(directory, 20);
    putCommon(directory, crc, static_cast<uint32_t>(data.size()), name.size());
    directory.append(10, '\0'); // comment, disk, attributes
    put32(directory, static_cast<uint32_t>(offset));
    directory += name;
    os << local << name << data;
    offset += local.size() + name.size() + data.size();
  }
  std::string end = "PK\x05\x06";
  for (unsigned value : {0u, 0u, static_cast<unsigned>(arrays.size()), static_cast<unsigned>(arrays.size())})
    put16(end, value);
  put32(end, static_cast<uint32_t>(directory.size()));
  put32(end, static_cast<uint32_t>(offset));
  put16(end, 0);
  os << directory << end;
  return llvm::Error::success();
}

llvm::Error io::writeArrays(StringRef path, llvm::ArrayRef<Array> arrays) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return llvm::createStringError(errorText(ErrorCode::FileUnwritable, path, error.message()));
  if (path.ends_with(".npy") && arrays.size() == 1)
    os << formatNpy(arrays.front());
  else if (llvm::Error failure = writeNpz(os, path, arrays))
    return failure;
  os.close();
  if (os.has_error()) {
    std::string why = os.error().message();
    os.clear_error();
    return llvm::createStringError(errorText(ErrorCode::FileUnwritable, path, why));
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<Array>> io::readArrays(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(errorText(ErrorCode::FileUnreadable, path, buffer.getError().message()));
  StringRef bytes = (*buffer)->getBuffer();
  if (path.ends_with(".npz"))
    return parseNpz(bytes, path);
  auto array = path.ends_with(".npy")  ? parseNpy(bytes, path)
               : path.ends_with(".pb") ? parseTensorProto(bytes, path)
               : path.ends_with(".png")
                   ? parsePng(bytes, path)
                   : llvm::Expected<Array>(malformed(path, "unknown suffix (.npz, .npy, .pb and .png are known)"));
  if (!array)
    return array.takeError();
  std::vector<Array> arrays;
  arrays.push_back(std::move(*array));
  return arrays;
}
