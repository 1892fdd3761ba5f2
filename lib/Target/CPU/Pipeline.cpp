// The pipeline `hewn-to-scheduled`: the order of its passes, and why.
#include "hewn/Target/CPU/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildCPUPipeline(OpPassManager &pm) {
  pm.addPass(createChooseSchedule());
  pm.addPass(createApplySchedule());
}

void hewn::registerCPUPipelines() {
  PassPipelineRegistration<>("hewn-to-scheduled", "buffers -> scheduled", buildCPUPipeline);
}
