// Applies to each kernel the schedule that stands on it; kernels are independent of each other and done in parallel.
#include "Recipes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Threading.h"

namespace hewn {
#define GEN_PASS_DEF_APPLYSCHEDULE
#include "hewn/Target/CPU/Passes.h.inc"
} // namespace hewn

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

static SmallVector<func::FuncOp> kernelsOf(ModuleOp module) {
  SmallVector<func::FuncOp> kernels;
  module.walk([&](func::FuncOp function) {
    if (function->hasAttr(kKernelAttr) && !function.isDeclaration())
      kernels.push_back(function);
  });
  return kernels;
}

/// A recipe on a copy; the kernel takes the copy's body if it worked.
static FailureOr<func::FuncOp> tryRecipe(func::FuncOp kernel, ScheduleAttr schedule, const Machine &machine) {
  OwningOpRef<func::FuncOp> copy = kernel.clone();
  FailureOr<func::FuncOp> extent = failure();
  if (schedule.getRecipe() == "tile")
    extent = applyTile(*copy, TileConfig::read(schedule.getConfig()), machine);
  else if (schedule.getRecipe() == "rows")
    extent = applyRows(*copy, schedule.getConfig().getAs<IntegerAttr>("columns").getInt(), machine);
  else if (schedule.getRecipe() == "attention")
    extent = applyAttention(*copy, schedule.getConfig().getAs<IntegerAttr>("keys").getInt(), machine);
  if (failed(extent))
    return failure();
  kernel.getBody().takeBody(copy->getBody());
  kernel.setFunctionType(copy->getFunctionType());
  if (ArrayAttr attributes = copy->getArgAttrsAttr())
    kernel.setArgAttrsAttr(attributes);
  kernel->setAttr(kRecipeAttr, StringAttr::get(kernel.getContext(), schedule.getRecipe()));
  return extent;
}

static FailureOr<func::FuncOp> applySchedule(func::FuncOp kernel) {
  auto schedule = kernel->getAttrOfType<ScheduleAttr>(kScheduleAttr);
  if (!schedule)
    return kernel.emitError("has no schedule: run hewn-cpu-choose-schedule first");
  if (!llvm::is_contained({"plain", "tile", "rows", "attention"}, schedule.getRecipe()))
    return kernel.emitError("unknown recipe '") << schedule.getRecipe() << "'";
  if (schedule.getRecipe() != "plain") {
    FailureOr<func::FuncOp> extent = tryRecipe(kernel, schedule, getMachine(kernel));
    if (succeeded(extent))
      return extent;
  }
  kernel->setAttr(kRecipeAttr, StringAttr::get(kernel.getContext(), "plain"));
  return applyPlain(kernel);
}

namespace {
struct ApplySchedule final : hewn::impl::ApplyScheduleBase<ApplySchedule> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels = kernelsOf(getOperation());
    SmallVector<func::FuncOp> extents(kernels.size());
    ParallelDiagnosticHandler handler(&getContext());
    LogicalResult result = failableParallelForEachN(&getContext(), 0, kernels.size(), [&](size_t i) -> LogicalResult {
      handler.setOrderIDForThread(i);
      FailureOr<func::FuncOp> extent = applySchedule(kernels[i]);
      handler.eraseOrderIDForThread();
      if (succeeded(extent))
        extents[i] = *extent;
      return extent;
    });
    for (auto [kernel, extent] : llvm::zip_equal(kernels, extents)) {
      kernel->removeAttr(kScheduleAttr);
      if (extent)
        kernel->getBlock()->getOperations().insert(std::next(kernel->getIterator()), extent);
    }
    if (failed(result))
      signalPassFailure();
  }
};
} // namespace
