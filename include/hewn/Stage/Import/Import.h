// Reads an ONNX model into a module of the onnx dialect.
#ifndef HEWN_STAGE_IMPORT_IMPORT_H
#define HEWN_STAGE_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>

namespace hewn {

struct ImportOptions {
  /// Sizes for symbolic dimensions (`--dim NAME=VALUE`). A dimension without a name is called `<input>_<dimension>`.
  std::map<std::string, int64_t> dims;
};

/// Reads the model at `path`. Tensor bytes stay in their files: large tensors become `hewn.weight` ops that name (file,
/// offset, length). A null module means that a coded error (HWN1xxx) was emitted.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path, mlir::MLIRContext &context,
                                             const ImportOptions &options = {});

/// Reads a model that lies in memory. `file` is its name in weights and messages; `folder` is where external data may
/// lie (empty: external data is refused).
mlir::OwningOpRef<mlir::ModuleOp> importONNXBuffer(llvm::StringRef bytes, llvm::StringRef file, llvm::StringRef folder,
                                                   mlir::MLIRContext &context, const ImportOptions &options = {});

} // namespace hewn

#endif // HEWN_STAGE_IMPORT_IMPORT_H
