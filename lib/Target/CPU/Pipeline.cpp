// The pipelines of the CPU target: the order of their passes, and why.
#include "hewn/Target/CPU/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void hewn::buildCPUPipeline(OpPassManager &pm) {
  pm.addPass(createCPUChooseSchedule());
  pm.addPass(createCPUApplySchedule());
}

void hewn::buildCPUTargetPipeline(OpPassManager &pm) {
  // Strided metadata needs affine arithmetic, which then becomes arith; loops last, so that invariant code moves out of
  // them.
  OpPassManager &function = pm.nest<func::FuncOp>();
  function.addPass(memref::createExpandStridedMetadataPass());
  function.addPass(createLowerAffinePass());
  function.addPass(createCSEPass());
  function.addPass(createLoopInvariantCodeMotionPass());
  function.addPass(createSCFToControlFlowPass());
  pm.addPass(createCPULowerKernels());
}

void hewn::registerCPUPipelines() {
  PassPipelineRegistration<>("hewn-to-scheduled", "buffers -> scheduled", buildCPUPipeline);
  PassPipelineRegistration<>("hewn-to-target", "planned -> target", buildCPUTargetPipeline);
}
