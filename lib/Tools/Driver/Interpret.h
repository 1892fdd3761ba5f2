// Running a model file through the reference interpreter.
#ifndef HEWN_LIB_TOOLS_DRIVER_INTERPRET_H
#define HEWN_LIB_TOOLS_DRIVER_INTERPRET_H

#include "Session.h"
#include "Signature.h"

namespace hewn::driver {

struct LoadedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Signature signature;
};
/// Loads the session's model at stage graph, or at the later stage that its file has (up to kernels).
mlir::FailureOr<LoadedModel> loadForInterpreter(Session &session);

mlir::FailureOr<std::vector<io::Array>> interpretModel(Session &session, mlir::ModuleOp module,
                                                       const Signature &signature, llvm::ArrayRef<io::Array> inputs);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_INTERPRET_H
