// The border of the stage planned: reads the plan back from the IR and lets the planner's validator judge it.
#include "Lifetimes.h"
#include "hewn/Planner/Validator.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "hewn/Stage/Plan/Passes.h"
#include "hewn/Support/Errors.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_VERIFYPLANNED
#include "hewn/Stage/Plan/Passes.h.inc"

namespace {

LogicalResult verifyArena(func::FuncOp function, int64_t nominal) {
  Block &block = function.getBody().front();
  Lifetimes lifetimes(block);
  NominalSizes sizes(function, nominal);
  planner::PackingProblem problem;
  std::vector<planner::Bytes> offsets;
  for (auto view : block.getOps<memref::ViewOp>()) {
    if (sizes.isImpossible(view))
      return success();
    // Of the view, not of the arena, whose other views are other buffers.
    Lifetime life = lifetimes.of(view);
    std::optional<int64_t> offset = sizes.evaluate(view.getByteShift()), bytes = sizes.bytes(view);
    if (!offset || !bytes)
      return view.emitOpError("has an offset or size that does not follow from the function's index arguments");
    if (life.isEmpty())
      continue;
    planner::Buffer &buffer = problem.buffers.emplace_back();
    buffer.id = "view " + std::to_string(problem.buffers.size() - 1);
    buffer.lower = life.lower;
    buffer.upper = life.upper;
    buffer.size = *bytes;
    buffer.alignment = kArenaAlign;
    offsets.push_back(*offset);
  }
  if (std::string wrong = planner::validatePacking(problem, offsets); !wrong.empty())
    return emitCoded(function.getLoc(), ErrorCode::PlanInvalid, wrong);
  return success();
}

LogicalResult verifyHost(func::FuncOp function) {
  for (auto alloc : function.getBody().getOps<memref::AllocOp>())
    return alloc.emitOpError("is left after the stage planned");
  bool arena = llvm::any_of(llvm::seq(function.getNumArguments()),
                            [&](unsigned index) { return function.getArgAttr(index, kArenaAttr); });
  if (!arena)
    return function.emitOpError("has no arena argument after the stage planned");
  for (int64_t nominal : {1, 48, 1000})
    if (failed(verifyArena(function, nominal)))
      return failure();
  return success();
}

struct VerifyPlanned final : impl::VerifyPlannedBase<VerifyPlanned> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      for (func::FuncOp function : getHostFunctions(module))
        if (failed(verifyHost(function)))
          return signalPassFailure();
    markStage(getOperation(), Stage::Planned);
  }
};

} // namespace
} // namespace hewn
