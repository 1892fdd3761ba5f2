// The bytes of a model: in memory, or fetched from a file page by page as they are looked at.
// A mapping would be shorter, but a file that shrinks under a mapping kills the process.
#ifndef HEWN_LIB_STAGE_IMPORT_SOURCE_H
#define HEWN_LIB_STAGE_IMPORT_SOURCE_H

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <system_error>

namespace hewn::import {

class Source {
public:
  explicit Source(llvm::StringRef bytes) : content(bytes) {}
  /// Null, with the reason in `error`, when the file cannot be read.
  static std::unique_ptr<Source> open(llvm::StringRef path, std::error_code &error);
  Source(const Source &) = delete;
  ~Source();

  /// All bytes; only those that were fetched may be looked at.
  llvm::StringRef bytes() const { return content; }
  /// Makes `part`, which lies in `bytes()`, readable.
  void fetch(llvm::StringRef part) {
    if (file >= 0 && !part.empty())
      fetchPages(part.data() - content.data(), part.size());
  }
  /// Did the file change since it was opened?
  bool changed() const;

private:
  static constexpr size_t kPage = 4096;
  void fetchPages(size_t offset, size_t size);

  llvm::StringRef content;
  int file = -1;
  llvm::BitVector fetched; ///< by page
  bool cutOff = false;     ///< the file ended before its size
  uint64_t modified = 0;   ///< time of the last change when it was opened, in ns
};

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_SOURCE_H
