// The structure of an ONNX file, as slices of its bytes. Nothing here is checked beyond the wire format.
#ifndef HEWN_LIB_STAGE_IMPORT_MODEL_H
#define HEWN_LIB_STAGE_IMPORT_MODEL_H

#include "Source.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hewn::import {

using llvm::StringRef;

/// Limits on what a file may hold; beyond them the answer is an error, not an exhausted machine.
inline constexpr unsigned kMaxDepth = 64;           ///< nested subgraphs
inline constexpr uint64_t kMaxObjects = 1 << 21;    ///< nodes, attributes, tensors, values in a file
inline constexpr uint64_t kMaxNodes = 1 << 18;      ///< nodes after inlining
inline constexpr uint64_t kMaxInlined = 1ull << 28; ///< bytes of function bodies, counted once per call
inline constexpr uint64_t kMaxDecoded = 1 << 22; ///< elements of one tensor that is not stored as little-endian bytes
inline constexpr uint64_t kMaxText = 1 << 26;    ///< bytes of a string or of a list of numbers
inline constexpr unsigned kMaxRank = 64;
inline constexpr unsigned kMaxOpsets = 256;

struct Tensor {
  StringRef name;
  llvm::SmallVector<int64_t, 4> dims;
  int64_t type = 0;
  std::optional<StringRef> raw;
  /// The typed data fields that occur (bit = field number) and how often; their bytes are found again in `message`.
  uint32_t dataFields = 0;
  uint32_t dataPieces = 0;
  StringRef packed; ///< of the last typed data field, when packed
  bool external = false;
  std::vector<std::pair<StringRef, StringRef>> externalData;
  StringRef message;
};

struct Graph;

struct Param {
  /// AttributeProto.AttributeType
  enum Kind { Undefined, Float, Int, String, TensorKind, GraphKind, Floats, Ints, Strings, Tensors, Graphs, Other };
  StringRef name, reference;
  Kind kind = Undefined;
  float f = 0;
  int64_t i = 0;
  StringRef s;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  std::vector<StringRef> strings;
  std::vector<Tensor> tensors; ///< of Tensor and Tensors
  std::vector<Graph> graphs;   ///< of Graph and Graphs
};

struct Dim {
  std::optional<int64_t> value;
  StringRef param;
};

struct ValueType {
  enum Kind { Missing, TensorKind, Sequence, Map, Optional, SparseTensor, Opaque };
  Kind kind = Missing;
  int64_t element = 0;
  bool ranked = false;
  llvm::SmallVector<Dim, 4> dims;
};

struct ValueInfo {
  StringRef name;
  ValueType type;
};

struct Node {
  StringRef name, op, domain, overload;
  llvm::SmallVector<StringRef, 4> inputs, outputs;
  std::vector<Param> attributes;
};

struct Graph {
  StringRef name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<ValueInfo> inputs, outputs, values;
  std::vector<StringRef> sparse; ///< names of sparse initializers
};

using Opsets = std::vector<std::pair<StringRef, int64_t>>;

struct Function {
  size_t size = 0; ///< bytes of the message
  StringRef name, domain, overload;
  std::vector<StringRef> inputs, outputs, attributes;
  std::vector<Param> defaults;
  std::vector<Node> nodes;
  std::vector<ValueInfo> values;
  Opsets opsets;
};

struct Model {
  int64_t irVersion = 0;
  StringRef producer, producerVersion;
  Opsets opsets;
  std::optional<Graph> graph;
  std::vector<Function> functions;
};

/// Reads the structure of a file into `model`, which refers to its bytes. The answer is what is wrong, or nothing.
struct ReadError {
  bool tooLarge;
  std::string what;
};
std::optional<ReadError> readModel(Source &source, Model &model);

/// Calls `visit` with every element of the typed data field `number` of a tensor message; stops when it returns false.
/// False when the field is malformed.
bool forEachElement(Source &source, StringRef message, unsigned number, llvm::function_ref<bool(uint64_t)> visit);

} // namespace hewn::import

#endif // HEWN_LIB_STAGE_IMPORT_MODEL_H
