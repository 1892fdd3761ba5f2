// Formats the errors of Errors.def.
#include "hewn/Support/Errors.h"

using namespace hewn;

static const ErrorInfo kErrors[] = {
#define HEWN_ERROR(Name, number, text, remedy) {ErrorCode::Name, #Name, text, remedy},
#include "hewn/Support/Errors.def"
};

llvm::ArrayRef<ErrorInfo> hewn::getErrors() { return kErrors; }

const ErrorInfo &hewn::getErrorInfo(ErrorCode code) {
  for (const ErrorInfo &info : kErrors)
    if (info.code == code)
      return info;
  llvm_unreachable("an enumerator without a line in Errors.def");
}

std::string hewn::detail::formatError(ErrorCode code, llvm::ArrayRef<std::string> arguments) {
  const ErrorInfo &info = getErrorInfo(code);
  std::string text(info.text);
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    std::string slot = "{" + std::to_string(index) + "}";
    for (size_t at = 0; (at = text.find(slot, at)) != std::string::npos; at += argument.size())
      text.replace(at, slot.size(), argument);
  }
  return llvm::formatv("[HWN{0}]: {1}; {2}", static_cast<unsigned>(code), text, info.remedy).str();
}
