// The pass onnx-to-nn: every function of the module, node by node.
#include "Conversion.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_ONNXTONN
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {
struct OnnxToNN final : impl::OnnxToNNBase<OnnxToNN> {
  void runOnOperation() override {
    bool failedAny = false;
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      failedAny |= failed(graph::Conversion(function).run());
    if (failedAny)
      return signalPassFailure();
    getOperation()->removeAttr("onnx.opset");
    getOperation()->setAttr(kStageAttr, StringAttr::get(&getContext(), "graph"));
  }
};
} // namespace
} // namespace hewn
