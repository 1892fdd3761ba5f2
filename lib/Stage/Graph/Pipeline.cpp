// The pipeline `hewn-to-graph`: the order of its passes, and why.
#include "hewn/Stage/Graph/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void hewn::buildGraphPipeline(OpPassManager &pm) {
  // The conversion knows the newest form of each operator only.
  pm.addPass(createOnnxUpgrade());
  pm.addPass(createOnnxToNN());
  // Folds identities and constants, and joins equal subexpressions: the fusions compare values by identity.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Powers become products before norms are looked for.
  pm.addPass(createNNFuseActivations());
  pm.addPass(createNNFuseNorms());
  // Before scales fold: the scale in front of the scores belongs to the attention, not to the query's weights.
  pm.addPass(createNNFuseAttention());
  pm.addPass(createNNFoldScales());
  // What the fusions left behind.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Last: all arithmetic on weights is there now. Nothing may add more before the stage ends.
  pm.addPass(createHewnConstEval());
  pm.addPass(createHewnVerifyGraph());
}

void hewn::registerGraphPipelines() {
  PassPipelineRegistration<>("hewn-to-graph", "onnx -> graph", buildGraphPipeline);
}
