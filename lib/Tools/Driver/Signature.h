// What a model takes and gives, whether it is a library or IR, and making its inputs.
#ifndef HEWN_LIB_TOOLS_DRIVER_SIGNATURE_H
#define HEWN_LIB_TOOLS_DRIVER_SIGNATURE_H

#include "CommandLine.h"
#include "hewn/Runtime/hewn.h"
#include "hewn/TensorIO/TensorIO.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace hewn::driver {

using Sizes = std::map<std::string, int64_t>;

struct TensorSpec {
  std::string name;
  io::DType dtype;
  std::vector<int64_t> shape;      // -1: symbolic
  std::vector<std::string> labels; // names of symbolic dimensions
  /// "x: f32[N x 3 x 48 x W]"
  std::string describe() const;
};
struct Signature {
  std::vector<TensorSpec> inputs, outputs;
};

Signature getSignature(const hewn_model_info &info);
/// The signature of a function on tensors; a coded error for types that arrays cannot hold.
mlir::FailureOr<Signature> getSignature(mlir::func::FuncOp main);

/// Reads or draws all inputs. `sizes` holds those of --dim; the sizes of symbolic dimensions are added to it.
llvm::Expected<std::vector<io::Array>> makeInputs(const Signature &signature, const RunOptions &options, Sizes &sizes);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_SIGNATURE_H
