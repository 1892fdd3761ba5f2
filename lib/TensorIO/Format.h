// What the readers and writers of files share.
#ifndef HEWN_LIB_TENSORIO_FORMAT_H
#define HEWN_LIB_TENSORIO_FORMAT_H

#include "hewn/Support/Errors.h"
#include "hewn/TensorIO/TensorIO.h"

namespace hewn::io {

/// HWN6102 about the file `what`.
inline llvm::Error malformed(llvm::StringRef what, const std::string &why) {
  return llvm::createStringError(errorText(ErrorCode::ArrayMalformed, what, why));
}

/// The bytes of a .npy file.
std::string formatNpy(const Array &array);

} // namespace hewn::io

#endif // HEWN_LIB_TENSORIO_FORMAT_H
