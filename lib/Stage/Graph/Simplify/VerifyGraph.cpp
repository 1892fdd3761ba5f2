// The border of the stage graph: what may stand in a function when the stage is done.
#include "hewn/Dialect/ONNX/ONNX.h"
#include "hewn/Stage/Graph/Passes.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_HEWNVERIFYGRAPH
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {

bool isGraphOp(Operation *op) {
  return isa<nn::NNDialect, arith::ArithDialect, scf::SCFDialect>(op->getDialect()) ||
         isa<tensor::DimOp, tensor::FromElementsOp, tensor::ExtractOp, affine::AffineApplyOp, LoadWeightOp, GuardOp,
             func::ReturnOp>(op);
}

struct VerifyGraph final : impl::HewnVerifyGraphBase<VerifyGraph> {
  void runOnOperation() override {
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      function.walk([&](Operation *op) {
        if (op == function || isGraphOp(op))
          return;
        emitCoded(op->getLoc(), ErrorCode::GraphBorder, op->getName().getStringRef().str());
        signalPassFailure();
      });
  }
};

} // namespace
} // namespace hewn
