// Dense arrays and the files that hold them: .npy, .npz, ONNX TensorProto (.pb) and PNG pictures.
//
//   Expected<std::vector<Array>> inputs = io::readNpz("in.npz");
//
// Every reader checks all lengths before it uses them; what is malformed becomes a coded error (HWN6102), never a
// crash.
#ifndef HEWN_TENSORIO_TENSORIO_H
#define HEWN_TENSORIO_TENSORIO_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hewn::io {

/// Element types; the numbers are those of ONNX and of `hewn_dtype`.
enum class DType : int32_t {
  F32 = 1,
  U8 = 2,
  I8 = 3,
  U16 = 4,
  I16 = 5,
  I32 = 6,
  I64 = 7,
  Bool = 9,
  F16 = 10,
  F64 = 11,
  U32 = 12,
  U64 = 13,
  BF16 = 16
};
/// Bytes per element.
size_t getByteSize(DType type);
/// "f32", "ui8", "i64", "bool", ...
llvm::StringRef getName(DType type);
std::optional<DType> symbolizeDType(int64_t number);
bool isFloat(DType type);

/// A dense row-major array, little-endian.
struct Array {
  std::string name;
  DType dtype = DType::F32;
  std::vector<int64_t> shape;
  std::vector<char> bytes;

  int64_t size() const { return static_cast<int64_t>(bytes.size() / getByteSize(dtype)); }
  /// "f32[1x3x224x224]"
  std::string describe() const;
  /// Element `i` as a double (64-bit integers are rounded).
  double at(int64_t i) const;
  void set(int64_t i, double value);
};
/// Number of bytes of `shape`, or nothing if it overflows or has a negative size.
std::optional<uint64_t> getByteCount(DType type, llvm::ArrayRef<int64_t> shape);
/// An array of zeros; `shape` must be one that getByteCount accepts.
Array makeArray(llvm::StringRef name, DType type, llvm::ArrayRef<int64_t> shape);

/// Parsers of bytes in memory; `what` names their origin in errors.
llvm::Expected<Array> parseNpy(llvm::StringRef bytes, llvm::StringRef what);
llvm::Expected<std::vector<Array>> parseNpz(llvm::StringRef bytes, llvm::StringRef what);
llvm::Expected<Array> parseTensorProto(llvm::StringRef bytes, llvm::StringRef what);
/// A picture as ui8[H x W x 3]; grey is replicated, alpha is blended over white.
llvm::Expected<Array> parsePng(llvm::StringRef bytes, llvm::StringRef what);

/// All arrays of a file, chosen by its suffix (.npz, .npy, .pb, .png). Only .npz gives names (.pb may).
llvm::Expected<std::vector<Array>> readArrays(llvm::StringRef path);
/// Writes .npz (or .npy where `path` ends so and there is one array). The bytes depend on nothing but the arrays.
llvm::Error writeArrays(llvm::StringRef path, llvm::ArrayRef<Array> arrays);

/// A picture as a model's input: `shape` has rank 4 with three channels at dimension 1 (1x3xHxW) or 3 (1xHxWx3), -1 =
/// any size. Floats get values in [0, 1], ui8 the bytes. The picture is not resized: sizes must fit.
llvm::Expected<Array> pictureToInput(const Array &picture, llvm::StringRef name, DType type,
                                     llvm::ArrayRef<int64_t> shape);

} // namespace hewn::io

#endif // HEWN_TENSORIO_TENSORIO_H
