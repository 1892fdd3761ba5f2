// The pipeline `hewn-to-kernels`: the order of its passes, and why.
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Target/Target.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void hewn::buildKernelsPipeline(OpPassManager &pm) {
  // Matrices are merged while they are still matrices.
  pm.addPass(createMergeMatMuls());
  // Layouts and packing in front of grouping: they move transposes and pads, which grouping then sees.
  RunTargetStageOptions target;
  target.stage = stringifyStage(Stage::Kernels).str();
  pm.addPass(createRunTargetStage(target));
  pm.addPass(createPrepareGroups());
  pm.addPass(createGroup());
  pm.addPass(createOutlineKernels());
  // Equal size arithmetic becomes one value: clones are keyed and guards compared by values.
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyKernels());
}

void hewn::registerKernelsPipelines() {
  PassPipelineRegistration<>("hewn-to-kernels", "placed -> kernels", buildKernelsPipeline);
}
