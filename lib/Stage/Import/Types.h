// ONNX element types and value types as MLIR types.
#ifndef HEWN_LIB_STAGE_IMPORT_TYPES_H
#define HEWN_LIB_STAGE_IMPORT_TYPES_H

#include "Model.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace hewn::import {

/// TensorProto.DataType
enum DataType : int64_t {
  UNDEFINED,
  FLOAT,
  UINT8,
  INT8,
  UINT16,
  INT16,
  INT32,
  INT64,
  STRING,
  BOOL,
  FLOAT16,
  DOUBLE,
  UINT32,
  UINT64,
  COMPLEX64,
  COMPLEX128,
  BFLOAT16,
  FLOAT8E4M3FN,
  FLOAT8E4M3FNUZ,
  FLOAT8E5M2,
  FLOAT8E5M2FNUZ,
  UINT4,
  INT4,
  FLOAT4E2M1,
  FLOAT8E8M0,
  UINT2,
  INT2,
  FLOAT6E2M3,
  FLOAT6E3M2
};

/// "float16", or the number of a type that ONNX does not have.
std::string getElementTypeName(int64_t type);
/// Null for strings and for numbers that ONNX does not have.
mlir::Type getElementType(mlir::MLIRContext *context, int64_t type);
/// Bits that one element takes in raw data (bool: a byte).
unsigned getElementBits(mlir::Type element);
/// Elements of a shape, dynamic sizes left out; nothing when a size is negative or the bytes would exceed 2^60.
std::optional<uint64_t> countElements(llvm::ArrayRef<int64_t> shape, unsigned bits);

/// Symbolic dimensions: their names, and the sizes that the user gives to them.
class Dims {
public:
  explicit Dims(const std::map<std::string, int64_t> &sizes) : sizes(sizes) {}

  /// Makes the names of a graph's inputs and outputs known, before unnamed dimensions get theirs.
  void reserve(llvm::ArrayRef<ValueInfo> values);
  /// The name of a dimension; a unique `<value>_<index>` when the file has none. Empty for static ones.
  std::string name(StringRef value, unsigned index, const Dim &dim);
  /// The size of a dimension under the user's choices.
  int64_t size(StringRef name, const Dim &dim);
  /// A size that the user gave to a name that the model does not have.
  std::optional<std::string> unused() const;
  /// All names, for a message.
  std::string list() const;

private:
  const std::map<std::string, int64_t> &sizes;
  llvm::StringSet<> known;
};

/// The tensor type of `value`; `names` (may be null) receives the dimension names. On failure null, with the reason in
/// `why`.
mlir::Type getType(mlir::MLIRContext *context, const ValueInfo &value, Dims &dims, std::string &why,
                   llvm::SmallVectorImpl<std::string> *names = nullptr);

/// A name from the file, fit for a message: printable and not endless.
std::string quote(StringRef name, size_t limit = 80);

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_TYPES_H
