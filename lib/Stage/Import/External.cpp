// Resolves locations of external data inside the model's folder.
#include "External.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace hewn::import;

const ExternalFiles::File &ExternalFiles::open(StringRef location) {
  auto [entry, isNew] = files.try_emplace(location);
  if (isNew)
    entry->second = inspect(location);
  return entry->second;
}

ExternalFiles::File ExternalFiles::inspect(StringRef location) const {
  File file;
  auto refuse = [&](const Twine &why) {
    file.error = why.str();
    return file;
  };
  if (folder.empty())
    return refuse("this model is not a file, so no file lies beside it");
  if (location.empty())
    return refuse("it names no location");
  if (location.contains('\0') || location.size() > 4096)
    return refuse("its location is not a path");
  if (sys::path::is_absolute(location))
    return refuse("its location is an absolute path");
  for (StringRef part : make_range(sys::path::begin(location), sys::path::end(location)))
    if (part == "..")
      return refuse("its location leaves the model's folder");
  SmallString<128> relative(location), joined(folder), real, root;
  sys::path::remove_dots(relative);
  sys::path::append(joined, relative);
  if (sys::fs::real_path(folder, root))
    return refuse("the model's folder cannot be resolved");
  if (std::error_code code = sys::fs::real_path(joined, real))
    return refuse("'" + relative + "': " + code.message());
  if (root != "/")
    root += '/';
  if (!StringRef(real).starts_with(root))
    return refuse("its location leads outside the model's folder through a symbolic link");
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(real, status))
    return refuse("'" + relative + "': " + code.message());
  if (status.type() != sys::fs::file_type::regular_file)
    return refuse("'" + relative + "' is not a regular file");
  if (std::error_code code = sys::fs::access(real, sys::fs::AccessMode::Exist))
    return refuse("'" + relative + "': " + code.message());
  file.path = relative.str().str();
  file.real = real.str().str();
  file.size = status.getSize();
  return file;
}

bool ExternalFiles::read(const File &file, uint64_t offset, uint64_t size, std::string &to) {
  // Volatile: read, not mapped, so that a file that shrinks meanwhile is no fault.
  auto buffer = MemoryBuffer::getFileSlice(file.real, size, offset, /*IsVolatile=*/true);
  if (!buffer || (*buffer)->getBufferSize() != size)
    return false;
  to = (*buffer)->getBuffer().str();
  return true;
}
