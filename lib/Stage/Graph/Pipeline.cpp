// The pipeline `hewn-to-graph`: the order of its passes, and why.
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildGraphPipeline(OpPassManager &pm) {}

void hewn::registerGraphPipelines() {
  PassPipelineRegistration<>("hewn-to-graph", "onnx -> graph", buildGraphPipeline);
}
