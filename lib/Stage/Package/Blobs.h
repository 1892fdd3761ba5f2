// Files that the packager carries inside itself, so that a compiler that links it needs no paths.
#ifndef HEWN_LIB_STAGE_PACKAGE_BLOBS_H
#define HEWN_LIB_STAGE_PACKAGE_BLOBS_H

#include "llvm/ADT/StringRef.h"

namespace hewn::package {
/// The runtime of models as one relocatable object.
llvm::StringRef getRuntimeObject();
/// hewn/Runtime/hewn.h.
llvm::StringRef getRuntimeHeader();
} // namespace hewn::package

#endif // HEWN_LIB_STAGE_PACKAGE_BLOBS_H
