// Tensor data: where it lies, and small tensors as attributes.
#ifndef HEWN_LIB_STAGE_IMPORT_TENSORS_H
#define HEWN_LIB_STAGE_IMPORT_TENSORS_H

#include "External.h"
#include "Model.h"
#include "hewn/Support/Errors.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace hewn::import {

/// A tensor whose type and data fit together.
struct TensorData {
  mlir::RankedTensorType type;
  uint64_t elements = 0;
  uint64_t bytes = 0; ///< as little-endian data
  /// The data as they lie in a file; not set when they have to be decoded.
  bool sliceable = false;
  std::string file;
  uint64_t offset = 0;
};

class TensorReader {
public:
  TensorReader(mlir::MLIRContext *context, StringRef file, Source &source, ExternalFiles &external)
      : context(context), file(file), source(source), external(external) {}

  /// Checks a tensor and finds its data; emits a coded error at `loc`.
  mlir::FailureOr<TensorData> inspect(const Tensor &tensor, mlir::Location loc);
  /// The values of an inspected tensor; at most kMaxDecoded elements.
  mlir::FailureOr<mlir::DenseElementsAttr> decode(const Tensor &tensor, const TensorData &data, mlir::Location loc);

private:
  mlir::LogicalResult locateExternal(const Tensor &tensor, TensorData &data, mlir::Location loc);
  mlir::LogicalResult locateTyped(const Tensor &tensor, TensorData &data, mlir::Location loc);
  mlir::LogicalResult decodeTyped(const Tensor &tensor, const TensorData &data, mlir::Location loc,
                                  std::string &elements);

  mlir::MLIRContext *context;
  StringRef file;
  Source &source;
  ExternalFiles &external;
};

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_TENSORS_H
