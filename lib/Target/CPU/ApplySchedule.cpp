// Applies to each kernel the schedule that stands on it; kernels are independent of each other and done in parallel.
#include "Schedule.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Threading.h"

namespace hewn {
#define GEN_PASS_DEF_APPLYSCHEDULE
#define GEN_PASS_DEF_CHOOSESCHEDULE
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

ScheduleAttr hewn::cpu::chooseSchedule(func::FuncOp kernel, const Machine &machine) {
  Builder b(kernel.getContext());
  return ScheduleAttr::get(kernel.getContext(), "plain", b.getDictionaryAttr({}));
}

static FailureOr<func::FuncOp> applySchedule(func::FuncOp kernel) {
  auto schedule = kernel->getAttrOfType<ScheduleAttr>(kScheduleAttr);
  if (!schedule)
    return kernel.emitError("has no schedule: run hewn-cpu-choose-schedule first");
  if (schedule.getRecipe() == "plain")
    return applyPlain(kernel);
  return kernel.emitError("unknown recipe '") << schedule.getRecipe() << "'";
}

namespace {
struct ChooseSchedule final : hewn::impl::ChooseScheduleBase<ChooseSchedule> {
  void runOnOperation() override {
    for (func::FuncOp kernel : kernelsOf(getOperation()))
      if (!kernel->hasAttr(kScheduleAttr))
        kernel->setAttr(kScheduleAttr, chooseSchedule(kernel, getMachine(kernel)));
  }
};

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
