// How op families attach their functions as models of InterpretOpInterface.
#ifndef HEWN_LIB_INTERPRETER_MODELS_H
#define HEWN_LIB_INTERPRETER_MODELS_H

#include "Elements.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Interpreter/Interpreter.h"
#include "hewn/Support/Errors.h"

namespace hewn::interp {

template <typename OpTy, llvm::LogicalResult (*function)(OpTy, Frame &)>
struct Model : InterpretOpInterface::ExternalModel<Model<OpTy, function>, OpTy> {
  llvm::LogicalResult interpret(mlir::Operation *op, Frame &frame) const {
    return function(mlir::cast<OpTy>(op), frame);
  }
};
/// attach<nn::ConvOp, interpretConv>(context);
template <typename OpTy, llvm::LogicalResult (*function)(OpTy, Frame &)> void attach(mlir::MLIRContext *context) {
  OpTy::template attachInterface<Model<OpTy, function>>(*context);
}

/// A coded error on the op that cannot be computed.
template <typename... Args>
mlir::InFlightDiagnostic fail(mlir::Operation *op, const char *format, const Args &...args) {
  return emitCoded(op->getLoc(), ErrorCode::RunInterpreter,
                   op->getName().getStringRef().str() + ": " + llvm::formatv(format, args...).str());
}
/// "[2, 3]".
std::string printShape(llvm::ArrayRef<int64_t> shape);
/// Fails unless all tensors have the shape of the first.
llvm::LogicalResult checkEqualShapes(mlir::Operation *op, llvm::ArrayRef<Tensor> tensors);

// One function per family, each called when its dialect is loaded.
void attachElementwiseModels(mlir::MLIRContext *context);
void attachMovementModels(mlir::MLIRContext *context);
void attachContractionModels(mlir::MLIRContext *context);
void attachAttentionModels(mlir::MLIRContext *context);
void attachPoolModels(mlir::MLIRContext *context);
void attachResizeModels(mlir::MLIRContext *context);
void attachReductionModels(mlir::MLIRContext *context);
void attachRowModels(mlir::MLIRContext *context);
void attachIndexedModels(mlir::MLIRContext *context);
void attachArithModels(mlir::MLIRContext *context);
void attachAffineModels(mlir::MLIRContext *context);
void attachTensorModels(mlir::MLIRContext *context);
void attachSCFModels(mlir::MLIRContext *context);
void attachFuncModels(mlir::MLIRContext *context);
void attachHewnModels(mlir::MLIRContext *context);
/// Constants fold through the models.
void attachConstantFolder(nn::NNDialect *dialect);

} // namespace hewn::interp

#endif // HEWN_LIB_INTERPRETER_MODELS_H
