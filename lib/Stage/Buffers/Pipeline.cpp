// The pipeline `hewn-to-buffers`: the order of its passes, and why.
#include "hewn/Stage/Buffers/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildBuffersPipeline(OpPassManager &pm) {}

void hewn::registerBuffersPipelines() {
  PassPipelineRegistration<>("hewn-to-buffers", "kernels -> buffers", buildBuffersPipeline);
}
