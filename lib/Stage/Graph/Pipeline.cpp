// The pipeline `hewn-to-graph`: the order of its passes, and why.
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void hewn::buildGraphPipeline(OpPassManager &pm) {
  pm.addPass(createOnnxToNN());
  // Constants and sizes that the conversion left without a user, and equal constants of different nodes.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

void hewn::registerGraphPipelines() {
  PassPipelineRegistration<>("hewn-to-graph", "onnx -> graph", buildGraphPipeline);
}
