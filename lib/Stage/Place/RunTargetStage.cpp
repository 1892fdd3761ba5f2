// Runs what each target asks for a stage on that target's module. A pipeline is built before the IR is read, so the
// lookup happens here, when the pass runs.
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_RUNTARGETSTAGE
#include "hewn/Stage/Place/Passes.h.inc"

namespace {

/// Loads the dialects that a pipeline's passes make ops of; only now is it known which these are.
void loadDialects(const OpPassManager &pipeline, MLIRContext *context) {
  DialectRegistry registry;
  pipeline.getDependentDialects(registry);
  context->appendDialectRegistry(registry);
  for (StringRef name : registry.getDialectNames())
    context->getOrLoadDialect(name);
}

struct RunTargetStage final : impl::RunTargetStageBase<RunTargetStage> {
  using RunTargetStageBase::RunTargetStageBase;
  void runOnOperation() override {
    std::optional<Stage> wanted = symbolizeStage(stage);
    if (!wanted) {
      emitError(getOperation().getLoc()) << "option stage of hewn-run-target-stage names no stage: '" << stage << "'";
      return signalPassFailure();
    }
    for (ModuleOp module : getTargetModules(getOperation())) {
      FailureOr<const Target *> target = getTarget(module);
      if (failed(target))
        return signalPassFailure();
      OpPassManager pipeline(ModuleOp::getOperationName());
      (*target)->buildPipeline(*wanted, pipeline);
      loadDialects(pipeline, &getContext());
      if (failed(runPipeline(pipeline, module)))
        return signalPassFailure();
    }
  }
};

} // namespace
} // namespace hewn
