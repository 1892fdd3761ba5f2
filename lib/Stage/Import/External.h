// Files beside a model that hold tensor bytes. Nothing outside the model's folder is ever opened.
#ifndef HEWN_LIB_STAGE_IMPORT_EXTERNAL_H
#define HEWN_LIB_STAGE_IMPORT_EXTERNAL_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace hewn::import {

class ExternalFiles {
public:
  /// An empty folder refuses everything.
  explicit ExternalFiles(llvm::StringRef folder) : folder(folder) {}

  struct File {
    std::string path; ///< relative to the folder, without "."
    std::string real; ///< resolved
    uint64_t size = 0;
    std::string error; ///< empty: usable
  };
  const File &open(llvm::StringRef location);
  /// Reads bytes into `to`; false when the file no longer holds them.
  static bool read(const File &file, uint64_t offset, uint64_t size, std::string &to);

private:
  File inspect(llvm::StringRef location) const;
  std::string folder;
  llvm::StringMap<File> files;
};

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_EXTERNAL_H
