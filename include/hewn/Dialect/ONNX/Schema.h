// What ONNX says about its operators: every version of every operator, generated from the onnx package.
#ifndef HEWN_DIALECT_ONNX_SCHEMA_H
#define HEWN_DIALECT_ONNX_SCHEMA_H

#include "mlir/IR/Attributes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace hewn::onnx {

enum class FormalKind : uint8_t { Single, Optional, Variadic };

/// An operand or result. A variadic one is the last of its list.
struct Formal {
  const char *name;
  const char *type; ///< name of a type constraint
  FormalKind kind;
  bool homogeneous; ///< variadic: all of one type
};

/// AttributeProto.AttributeType
enum class ParamKind : uint8_t {
  Undefined,
  Float,
  Int,
  String,
  Tensor,
  Graph,
  Floats,
  Ints,
  Strings,
  Tensors,
  Graphs,
  SparseTensor,
  SparseTensors,
  TypeProto,
  TypeProtos
};

struct Param {
  const char *name;
  ParamKind kind;
  bool required;
  const char *defaultText; ///< null: none. Lists are separated by commas.

  /// The default as an attribute of the form that `onnx.node` keeps; null when there is none.
  mlir::Attribute getDefault(mlir::MLIRContext *context) const;
};

struct TypeConstraint {
  const char *name;
  uint64_t types; ///< bit n: tensors of TensorProto.DataType n; 40 sequences, 41 optionals, 42 maps, 43 sparse tensors,
                  ///< 44 opaque
};

struct Schema {
  llvm::StringRef domain, name;
  int64_t since;
  bool deprecated;
  unsigned minInputs, maxInputs, minOutputs, maxOutputs; ///< variadic: INT32_MAX
  llvm::ArrayRef<Formal> inputs, outputs;
  llvm::ArrayRef<Param> params;
  llvm::ArrayRef<TypeConstraint> constraints;

  const Param *findParam(llvm::StringRef name) const;
  /// Position of an operand or result by name.
  std::optional<unsigned> findInput(llvm::StringRef name) const;
  std::optional<unsigned> findOutput(llvm::StringRef name) const;
};

/// The version of an operator that holds under `opset`; null when the operator is not of ONNX, or younger than `opset`.
/// The domain of ai.onnx is empty.
const Schema *lookupSchema(llvm::StringRef domain, llvm::StringRef name, int64_t opset);
/// All versions, ordered by domain, name and version.
llvm::ArrayRef<Schema> getSchemas();

/// "float", "float8e4m3fn": the name of TensorProto.DataType `type`; empty when there is no such type.
llvm::StringRef getDataTypeName(int64_t type);
/// The types of a constraint in words: "tensors of float16, float; sequences".
std::string describeTypes(const TypeConstraint &constraint);

} // namespace hewn::onnx

#endif // HEWN_DIALECT_ONNX_SCHEMA_H
