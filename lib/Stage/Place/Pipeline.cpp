// The pipeline `hewn-to-placed`: the order of its passes, and why.
#include "hewn/Stage/Place/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildPlacePipeline(OpPassManager &pm) {
  pm.addPass(createPartition());
  pm.addPass(createVerifyPlaced());
}

void hewn::registerPlacePipelines() {
  PassPipelineRegistration<>("hewn-to-placed", "graph -> placed", buildPlacePipeline);
}
