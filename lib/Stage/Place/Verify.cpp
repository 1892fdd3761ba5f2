// The border of the stage placed.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_VERIFYPLACED
#include "hewn/Stage/Place/Passes.h.inc"

namespace {

LogicalResult verifyOuter(func::FuncOp function) {
  if (function.isDeclaration())
    return success();
  for (Operation &op : function.getBody().front())
    if (!isa<InvokeOp, func::ReturnOp, tensor::EmptyOp, tensor::DimOp, arith::ConstantOp>(op))
      return op.emitOpError("stands outside of every target's module after the stage placed");
  return success();
}

struct VerifyPlaced final : impl::VerifyPlacedBase<VerifyPlaced> {
  void runOnOperation() override {
    ModuleOp root = getOperation();
    for (Operation &op : *root.getBody()) {
      if (auto module = dyn_cast<ModuleOp>(op)) {
        if (failed(getTarget(module)))
          return signalPassFailure();
      } else if (auto function = dyn_cast<func::FuncOp>(op)) {
        if (failed(verifyOuter(function)))
          return signalPassFailure();
      } else {
        op.emitOpError("stands outside of every target's module after the stage placed");
        return signalPassFailure();
      }
    }
    markStage(root, Stage::Placed);
  }
};

} // namespace
} // namespace hewn
