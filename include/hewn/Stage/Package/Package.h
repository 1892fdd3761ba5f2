// From a target's module at stage *target* to the files of an artifact (design section 9). Targets that make native
// code for a host call these from their `emit`; kernels come to it as objects.
//
//   describeModel -> writeWeights -> lowerHost -> (the target compiles it) -> linkLibrary, writeHeader, writeManifest
//
// writeArtifact is all of it.
#ifndef HEWN_STAGE_PACKAGE_PACKAGE_H
#define HEWN_STAGE_PACKAGE_PACKAGE_H

#include "hewn/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace hewn::package {

/// An input or output; the fields are those of `hewn_tensor_info`.
struct TensorDescription {
  std::string name;
  int32_t dtype = 0;
  int32_t alignment = 1;
  std::vector<int64_t> sizes;      // -1: known at run time only
  std::vector<int32_t> symbols;    // there: index into dims (inputs) or output sizes (outputs); else -1
  std::vector<std::string> labels; // there: its name
};

struct KernelDescription {
  std::string name;
  int64_t flops = -1, bytes = -1; // of one launch
  int64_t launches = 0;
  std::vector<std::string> nodes; // names of the ONNX nodes in it
};

/// What header, manifest and the library's data say of a model.
struct ModelDescription {
  std::string name;
  std::vector<TensorDescription> inputs, outputs;
  std::vector<std::string> dims;
  int64_t arenaBytes = 0; // -1: computed by the query
  int32_t outputSizes = 0;
  uint64_t weightsBytes = 0, weightsHash = 0;
  std::vector<std::string> features;
  std::vector<KernelDescription> kernels; // in order of their first launch
};

/// Where each weight's bytes lie, from the start of the data.
using WeightOffsets = llvm::StringMap<int64_t>;

/// Reads the model from the host function @main of a target's module. `module` is at stage *planned* or *target*.
mlir::FailureOr<ModelDescription> describeModel(mlir::ModuleOp module, llvm::StringRef name);

/// Writes all weights that the host loads to `path`: each at a multiple of 64 bytes, equal contents once. Fills the
/// description's size and hash.
mlir::FailureOr<WeightOffsets> writeWeights(mlir::ModuleOp module, llvm::StringRef modelFolder, llvm::StringRef path,
                                            ModelDescription &model);

/// The host as a module of its own in the LLVM dialect: @main and @main_query behind the interface of the runtime, the
/// model's data, and the public functions NAME_run, .... Kernels are declared.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> lowerHost(mlir::ModuleOp module, const ModelDescription &model,
                                                             const WeightOffsets &weights);

/// Links objects and the runtime to `path`, exporting the model's public functions only. `name` is the model's.
llvm::LogicalResult linkLibrary(mlir::Location location, llvm::ArrayRef<llvm::StringRef> objects, llvm::StringRef name,
                                llvm::StringRef path);

/// The C header of the model, complete in itself.
llvm::LogicalResult writeHeader(mlir::Location location, const ModelDescription &model, llvm::StringRef path);
/// The manifest, as JSON.
llvm::LogicalResult writeManifest(mlir::Location location, const ModelDescription &model, llvm::StringRef target,
                                  llvm::StringRef path);

/// Writes lib<name>.so, <name>.h, <name>.weights and <name>.json for a target's module. `kernels` are its compiled
/// kernels; `compileHost` makes an object of a module in the LLVM dialect, for the oldest machine of the architecture:
/// the code that checks the machine must run on it.
llvm::LogicalResult
writeArtifact(mlir::ModuleOp module, llvm::ArrayRef<llvm::StringRef> kernels,
              llvm::function_ref<mlir::FailureOr<llvm::SmallVector<char, 0>>(mlir::ModuleOp)> compileHost,
              const EmitOptions &options);

} // namespace hewn::package

#endif // HEWN_STAGE_PACKAGE_PACKAGE_H
