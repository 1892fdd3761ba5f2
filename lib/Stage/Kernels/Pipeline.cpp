// The pipeline `hewn-to-kernels`: the order of its passes, and why.
#include "hewn/Stage/Kernels/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void hewn::buildKernelsPipeline(OpPassManager &pm) {}

void hewn::registerKernelsPipelines() {
  PassPipelineRegistration<>("hewn-to-kernels", "placed -> kernels", buildKernelsPipeline);
}
