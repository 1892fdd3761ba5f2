// The pass onnx-upgrade: every node of the module, graph attributes included.
#include "Rules.h"
#include "hewn/Stage/Graph/Passes.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_ONNXUPGRADE
#include "hewn/Stage/Graph/Passes.h.inc"

namespace {
struct OnnxUpgrade final : impl::OnnxUpgradeBase<OnnxUpgrade> {
  void runOnOperation() override {
    bool failedAny = false;
    getOperation().walk([&](onnx::NodeOp node) { failedAny |= failed(graph::upgrade(node)); });
    if (failedAny)
      signalPassFailure();
  }
};
} // namespace
} // namespace hewn
