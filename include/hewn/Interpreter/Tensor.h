// The values of the interpreter: a shape, an element type, and bytes that are owned or mapped.
#ifndef HEWN_INTERPRETER_TENSOR_H
#define HEWN_INTERPRETER_TENSOR_H

#include "hewn/Dialect/NN/ElementwiseMath.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>

namespace hewn::interp {

using nn::Integer;
using Shape = llvm::SmallVector<int64_t, 4>;

/// How an element lies in memory. Signless and signed integers are one kind; `index` is I64; booleans are bytes 0 or 1.
enum class ElementKind { F16, BF16, F32, F64, I1, I8, I16, I32, I64, U8, U16, U32, U64 };

/// The kind of an element type, or nothing for types that the interpreter does not take.
std::optional<ElementKind> getElementKind(mlir::Type type);
bool isFloatKind(ElementKind kind);
/// Bytes of one element.
int64_t getElementSize(ElementKind kind);

/// Row-major elements. Copies share their bytes; only the maker of a tensor writes to it.
class Tensor {
public:
  Tensor() = default;
  /// Zeroed elements. The type must have a kind and the shape's size must fit (see `checkedBytes`).
  static Tensor allocate(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// Elements that live elsewhere, perhaps unaligned; `keep` keeps them alive.
  static Tensor view(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, const char *data,
                     std::shared_ptr<const void> keep);
  /// A rank-0 integer or index.
  static Tensor scalar(mlir::Type elementType, Integer value);
  /// A rank-0 float.
  static Tensor scalarFloat(mlir::Type elementType, double value);
  /// The elements of a dense attribute; nothing where the element type has no kind.
  static std::optional<Tensor> fromAttribute(mlir::ElementsAttr attribute);
  /// Bytes of a tensor, or nothing if a size is negative or the product overflows.
  static std::optional<int64_t> checkedBytes(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);

  mlir::Type getElementType() const { return elementType; }
  ElementKind getKind() const { return kind; }
  bool isFloat() const { return isFloatKind(kind); }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getDim(int64_t index) const { return shape[index]; }
  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const { return numElements; }
  const char *data() const { return bytes; }
  /// For the maker of the tensor; not for views.
  char *mutableData() { return const_cast<char *>(bytes); }
  llvm::ArrayRef<char> getBytes() const { return {bytes, static_cast<size_t>(numElements * getElementSize(kind))}; }
  mlir::RankedTensorType getType() const { return mlir::RankedTensorType::get(shape, elementType); }

  /// The same bytes under another shape of as many elements.
  Tensor reshaped(llvm::ArrayRef<int64_t> newShape) const;

  double getFloat(int64_t index) const;
  Integer getInteger(int64_t index) const;
  /// Either kind of element, rounded once or truncated.
  void setFloat(int64_t index, double value);
  void setInteger(int64_t index, Integer value);

private:
  mlir::Type elementType;
  ElementKind kind = ElementKind::I64;
  Shape shape;
  int64_t numElements = 0;
  const char *bytes = nullptr;
  std::shared_ptr<const void> owner;
};

/// Elements from one place on each dimension, in steps of elements (0 repeats, negative runs backwards).
Shape rowMajorStrides(llvm::ArrayRef<int64_t> shape);

} // namespace hewn::interp

#endif // HEWN_INTERPRETER_TENSOR_H
