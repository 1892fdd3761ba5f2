// The pipeline `hewn-to-buffers`: the order of its passes, and why.
#include "hewn/Stage/Buffers/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void hewn::buildBuffersPipeline(OpPassManager &pm) {
  pm.addPass(createBufferizeHost());
  pm.addPass(createCSEPass()); // equal sizes and strides become one value, unused views go
  // Views before ties: a tie needs to know which buffers are parts of others. Both before clones, whose keys hold them.
  pm.addPass(createDissolve());
  pm.addPass(createTieBuffers());
  pm.addPass(createCloneKernels());
  pm.addPass(createVerifyBuffers());
}

void hewn::registerBuffersPipelines() {
  PassPipelineRegistration<>("hewn-to-buffers", "kernels -> buffers", buildBuffersPipeline);
}
