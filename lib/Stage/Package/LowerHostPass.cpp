// The pass `hewn-lower-host`: a shell over lowerHost, for tests and for looking.
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Stage/Package/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_LOWERHOST
#include "hewn/Stage/Package/Passes.h.inc"

namespace {
struct LowerHost final : impl::LowerHostBase<LowerHost> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      if (failed(lower(module)))
        return signalPassFailure();
  }

  static LogicalResult lower(ModuleOp module) {
    FailureOr<package::ModelDescription> model = package::describeModel(module, "model");
    if (failed(model))
      return failure();
    package::WeightOffsets weights;
    module.walk([&](LoadWeightOp load) {
      if (auto type = dyn_cast<MemRefType>(load.getResult().getType()))
        if (weights.try_emplace(load.getWeight(), model->weightsBytes).second)
          model->weightsBytes += llvm::alignTo(type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8), 64);
    });
    FailureOr<OwningOpRef<ModuleOp>> host = package::lowerHost(module, *model, weights);
    if (failed(host))
      return failure();
    for (const char *name : {"main", "main_query"})
      if (auto function = module.lookupSymbol<func::FuncOp>(name))
        function.erase();
    (*host)->setName("host");
    module.push_back(host->release());
    return success();
  }
};
} // namespace
} // namespace hewn
