// Coded errors: `error[HWN####]: what, where, what to do`. Errors.def lists them all.
#ifndef HEWN_SUPPORT_ERRORS_H
#define HEWN_SUPPORT_ERRORS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/FormatVariadic.h"
#include <string>

namespace hewn {

enum class ErrorCode : unsigned {
#define HEWN_ERROR(Name, number, text, remedy) Name = number,
#include "hewn/Support/Errors.def"
};

struct ErrorInfo {
  ErrorCode code;
  const char *name, *text, *remedy;
};
/// All errors, in order of their numbers.
llvm::ArrayRef<ErrorInfo> getErrors();
const ErrorInfo &getErrorInfo(ErrorCode code);

namespace detail {
std::string formatError(ErrorCode code, llvm::ArrayRef<std::string> arguments);
template <typename T> std::string errorArgument(const T &value) { return llvm::formatv("{0}", value).str(); }
} // namespace detail

/// "[HWN1001]: cannot read 'x': ...; check the path ..." (a diagnostic's severity prints the word "error" before it).
template <typename... Args> std::string errorText(ErrorCode code, const Args &...args) {
  return detail::formatError(code, {detail::errorArgument(args)...});
}
/// Emits the error at `location`.
///   return emitCoded(op->getLoc(), ErrorCode::OpUnsupported, "Foo", "no lowering");
template <typename... Args> mlir::InFlightDiagnostic emitCoded(mlir::Location location, ErrorCode code, const Args &...args) {
  return mlir::emitError(location) << errorText(code, args...);
}

} // namespace hewn

#endif // HEWN_SUPPORT_ERRORS_H
