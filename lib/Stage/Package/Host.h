// What lowering the host and writing the model's data share.
#ifndef HEWN_LIB_STAGE_PACKAGE_HOST_H
#define HEWN_LIB_STAGE_PACKAGE_HOST_H

#include "hewn/Stage/Package/Package.h"

namespace hewn::package {

/// Names of the generated functions that the runtime calls.
inline constexpr llvm::StringLiteral kHostMain = "hewn_host_main", kHostQuery = "hewn_host_query";

/// Appends to a module in the LLVM dialect the model's data (`hewn_rt_model` of lib/Runtime/runtime.h), and the public
/// functions that bind it.
void addModelData(mlir::ModuleOp host, const ModelDescription &model);

} // namespace hewn::package

#endif // HEWN_LIB_STAGE_PACKAGE_HOST_H
