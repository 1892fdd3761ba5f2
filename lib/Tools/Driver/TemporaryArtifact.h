// The artifact that `run` and `bench` use: the folder that was given, or one made of a model file for this call.
#ifndef HEWN_LIB_TOOLS_DRIVER_TEMPORARYARTIFACT_H
#define HEWN_LIB_TOOLS_DRIVER_TEMPORARYARTIFACT_H

#include "CommandLine.h"
#include "mlir/Support/LLVM.h"

namespace mlir {
class DialectRegistry;
}

namespace hewn::driver {

class TemporaryArtifact {
public:
  TemporaryArtifact() = default;
  TemporaryArtifact(const TemporaryArtifact &) = delete;
  /// Removes what was made.
  ~TemporaryArtifact();

  /// Whether the path is a folder, thus a compiled model.
  static bool isArtifact(llvm::StringRef path);
  /// Takes `options.model` as it is, or compiles it.
  llvm::LogicalResult make(const mlir::DialectRegistry &registry, const CompileOptions &options);
  llvm::StringRef getFolder() const { return folder; }

private:
  std::string folder;
  bool temporary = false;
};

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_TEMPORARYARTIFACT_H
