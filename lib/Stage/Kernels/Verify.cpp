// The border of the stage kernels.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "hewn/Stage/Kernels/Passes.h.inc"

namespace {

bool isScalar(Operation &op) {
  return isa_and_nonnull<arith::ArithDialect, affine::AffineDialect>(op.getDialect()) &&
         llvm::none_of(op.getResultTypes(), llvm::IsaPred<ShapedType>);
}

LogicalResult verifyHost(func::FuncOp function) {
  for (Operation &op : function.getBody().front())
    if (!isScalar(op) && !isa<LaunchOp, LoadWeightOp, GuardOp, nn::ReshapeOp, nn::SliceOp, tensor::EmptyOp,
                              tensor::FromElementsOp, tensor::DimOp, func::ReturnOp>(op))
      return op.emitOpError("is neither a launch nor part of one after the stage kernels");
  return success();
}

struct VerifyKernels final : impl::VerifyKernelsBase<VerifyKernels> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(verifyHost(function)))
          return signalPassFailure();
    markStage(getOperation(), Stage::Kernels);
  }
};

} // namespace
} // namespace hewn
