// The pipeline `hewn-to-planned`: the order of its passes, and why.
#include "hewn/Stage/Plan/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildPlanPipeline(OpPassManager &pm) {
  pm.addPass(createPlanMemory());
  pm.addPass(createVerifyPlanned());
}

void hewn::registerPlanPipelines() {
  PassPipelineRegistration<>("hewn-to-planned", "scheduled -> planned", buildPlanPipeline);
}
