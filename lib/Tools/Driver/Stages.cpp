// The way through the stages: which passes make a stage, running them, dumps and reproducers.
#include "Session.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Graph/Passes.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/Passes.h"
#include "hewn/Stage/Plan/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

void driver::buildStage(Stage stage, OpPassManager &pm) {
  switch (stage) {
  case Stage::ONNX:
    return;
  case Stage::Graph:
    return buildGraphPipeline(pm);
  case Stage::Placed:
    return buildPlacePipeline(pm);
  case Stage::Kernels:
    return buildKernelsPipeline(pm);
  case Stage::Buffers:
    return buildBuffersPipeline(pm);
  case Stage::Planned:
    return buildPlanPipeline(pm);
  case Stage::Scheduled:
  case Stage::Target: { // the target's own
    RunTargetStageOptions options;
    options.stage = stringifyStage(stage).str();
    pm.addPass(createRunTargetStage(options));
    return;
  }
  }
}

LogicalResult Session::selectTarget(ModuleOp module) {
  // From `placed` on, the module says for what it was compiled.
  std::string name = options.target;
  for (auto nested : module.getOps<ModuleOp>())
    if (auto attr = nested->getAttrOfType<TargetAttr>(kTargetAttr))
      name = attr.getName().str();
  target = lookupTarget(&context, name);
  if (!target) {
    std::string known = llvm::join(getTargetNames(&context), ", ");
    return reportError(ErrorCode::TargetUnknown, name, known.empty() ? "none" : known);
  }
  llvm::StringMap<std::string> targetOptions;
  for (const auto &[key, value] : options.targetOptions)
    targetOptions[key] = value;
  FailureOr<TargetAttr> attr = target->makeAttr(&context, targetOptions);
  if (failed(attr))
    return failure();
  module->setAttr(kTargetAttr, *attr);
  return success();
}

LogicalResult Session::runStage(ModuleOp module, Stage stage, StringRef folder) {
  PassManager pm(&context, ModuleOp::getOperationName());
  pm.enableVerifier(options.verifyEach);
  if (options.timing)
    pm.enableTiming();
  buildStage(stage, pm);
  if (options.dumpPassPipeline) {
    llvm::errs() << stringifyStage(stage) << ": ";
    pm.printAsTextualPipeline(llvm::errs());
    llvm::errs() << "\n";
  }
  SmallString<256> reproducer(folder);
  llvm::sys::path::append(reproducer, options.name + "." + stringifyStage(stage) + ".reproducer.mlir");
  if (options.reproducer)
    pm.enableCrashReproducerGeneration(reproducer);
  codedErrors = otherErrors = 0;
  if (succeeded(pm.run(module)))
    return success();
  // What the user can cure needs no reproducer; everything else is a defect of ours.
  if (codedErrors && !otherErrors) {
    llvm::sys::fs::remove(reproducer);
    return failure();
  }
  if (!otherErrors)
    return reportError(ErrorCode::Upstream, "a pass of the stage " + stringifyStage(stage).str() + " failed");
  if (llvm::sys::fs::exists(reproducer))
    llvm::errs() << "  reproducer: hewn-opt --run-reproducer " << reproducer << "\n";
  return failure();
}

LogicalResult Session::advance(ModuleOp module, Stage from, Stage to, StringRef folder) {
  auto dump = [&](Stage stage) -> LogicalResult {
    module->setAttr(kStageAttr, StringAttr::get(&context, stringifyStage(stage)));
    if (options.dumpStages.empty())
      return success();
    if (std::error_code error = llvm::sys::fs::create_directories(options.dumpStages))
      return reportError(ErrorCode::FileUnwritable, options.dumpStages, error.message());
    SmallString<256> path(options.dumpStages);
    llvm::sys::path::append(path, llvm::formatv("{0}-{1}.mlir", unsigned(stage), stringifyStage(stage)).str());
    return write(module, path, /*bytecode=*/false);
  };
  if (failed(dump(from)))
    return failure();
  for (unsigned stage = unsigned(from) + 1; stage <= unsigned(to); ++stage) {
    say("to " + stringifyStage(Stage(stage)));
    if (Stage(stage) > Stage::Graph && !target && failed(selectTarget(module)))
      return failure();
    if (failed(runStage(module, Stage(stage), folder)) || failed(dump(Stage(stage))))
      return failure();
  }
  return success();
}
