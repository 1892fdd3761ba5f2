// Checks that the verifiers of several nn ops share.
#ifndef HEWN_LIB_DIALECT_NN_VERIFYUTILS_H
#define HEWN_LIB_DIALECT_NN_VERIFYUTILS_H

#include "hewn/Dialect/NN/NN.h"

namespace hewn::nn {

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return mlir::cast<mlir::ShapedType>(value.getType()).getShape();
}
inline int64_t rankOf(mlir::Value value) { return shapeOf(value).size(); }
inline mlir::Type elementTypeOf(mlir::Value value) {
  return mlir::cast<mlir::ShapedType>(value.getType()).getElementType();
}

/// Two sizes that cannot be equal: both static and different.
inline bool sizesDiffer(int64_t a, int64_t b) {
  return !mlir::ShapedType::isDynamic(a) && !mlir::ShapedType::isDynamic(b) && a != b;
}
/// Whether ranks are equal and no two sizes differ.
bool shapesFit(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b);

llvm::LogicalResult checkAxis(mlir::Operation *op, int64_t axis, int64_t rank, llvm::StringRef label);
/// `static_sizes` / `sizes` pairs: no negative size, one operand for each dynamic entry.
llvm::LogicalResult checkMixed(mlir::Operation *op, llvm::ArrayRef<int64_t> fixed, mlir::ValueRange dynamic,
                               llvm::StringRef name, llvm::StringRef label);
/// An attribute of `count` numbers in [lowest, 2^31).
llvm::LogicalResult checkNumbers(mlir::Operation *op, llvm::ArrayRef<int64_t> numbers, size_t count, int64_t lowest,
                                 llvm::StringRef name, llvm::StringRef label);
llvm::LogicalResult checkIndices(mlir::Operation *op, mlir::Value indices, llvm::StringRef label);
/// An optional rank-1 operand of `size` elements of the input's type.
llvm::LogicalResult checkVector(mlir::Operation *op, mlir::Value vector, int64_t size, mlir::Type elementType,
                                llvm::StringRef name, llvm::StringRef label);

} // namespace hewn::nn

#endif // HEWN_LIB_DIALECT_NN_VERIFYUTILS_H
