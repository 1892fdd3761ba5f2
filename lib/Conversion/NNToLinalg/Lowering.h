// What the lowerings from nn to linalg share: signless values, result tensors, generics.
#ifndef HEWN_LIB_CONVERSION_NNTOLINALG_LOWERING_H
#define HEWN_LIB_CONVERSION_NNTOLINALG_LOWERING_H

#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

namespace hewn::nn {

/// The type without signedness: what linalg and arith take.
mlir::Type signless(mlir::Type type);
/// `value` with a signless element type (through a cast that `hewn-nn-to-linalg` removes).
mlir::Value signless(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value);
/// Replaces `op` by signless values, cast back to the op's own types where they differ.
void replaceWithSignless(mlir::PatternRewriter &rewriter, mlir::Operation *op, mlir::ValueRange values);

/// The type that sums and functions of `element` are computed in: f32 for narrower floats, i64 for integers.
mlir::Type accumulatorType(mlir::Type element);
/// Scalar or vector conversion between float widths or integer widths (signed unless told).
mlir::Value convertScalar(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value value, mlir::Type to,
                          bool fromUnsigned = false);
mlir::Value constantLike(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type, double value);
/// The identity of max (or of min with `lowest` false): an infinity, or the type's extreme.
mlir::Value extremeLike(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type, bool lowest,
                        bool isUnsigned = false);

/// The sizes of the op's results, folded; values come from the operands.
llvm::SmallVector<llvm::SmallVector<mlir::OpFoldResult>> resultSizes(mlir::OpBuilder &builder, mlir::Operation *op);
mlir::Value emptyTensor(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                        mlir::Type element);
mlir::Value filledTensor(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                         mlir::Value scalar);

using BodyBuilder = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;
/// One linalg.generic with one result; `maps` has one entry per input and the init's last. Dimensions that the init's
/// map does not use are reductions.
mlir::Value generic(mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange inputs, mlir::Value init,
                    llvm::ArrayRef<mlir::AffineMap> maps, BodyBuilder body);
/// A generic over the sizes' space whose inputs are read by `maps` (identity init).
mlir::Value pointwise(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                      mlir::Type element, mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps,
                      BodyBuilder body);

/// The scalar function of an elementwise kind on signless values of element type `element` (which may be unsigned).
mlir::Value elementwiseBody(mlir::OpBuilder &builder, mlir::Location loc, ElementwiseOp op, mlir::ValueRange inputs);

void populateElementwisePatterns(mlir::RewritePatternSet &patterns);
void populateContractionPatterns(mlir::RewritePatternSet &patterns);
void populateRowPatterns(mlir::RewritePatternSet &patterns);
void populateStructurePatterns(mlir::RewritePatternSet &patterns);
void populateIndexedPatterns(mlir::RewritePatternSet &patterns);
void populateResamplePatterns(mlir::RewritePatternSet &patterns);
void populateScanPatterns(mlir::RewritePatternSet &patterns);
void populateConvTransposePatterns(mlir::RewritePatternSet &patterns);

} // namespace hewn::nn

#endif // HEWN_LIB_CONVERSION_NNTOLINALG_LOWERING_H
