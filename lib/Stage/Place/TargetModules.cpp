// Finds the modules that belong to targets.
#include "hewn/Stage/Place/TargetModules.h"
#include "hewn/Support/Errors.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace hewn;

SmallVector<ModuleOp> hewn::getTargetModules(ModuleOp root) {
  SmallVector<ModuleOp> modules;
  for (ModuleOp module : root.getOps<ModuleOp>())
    if (module->hasAttr(hewn::kTargetAttr))
      modules.push_back(module);
  if (modules.empty() && root->hasAttr(hewn::kTargetAttr))
    modules.push_back(root);
  return modules;
}

FailureOr<const Target *> hewn::getTarget(ModuleOp module) {
  auto attr = module->getAttrOfType<TargetAttr>(hewn::kTargetAttr);
  if (!attr)
    return module.emitError("has no attribute hewn.target of type #hewn.target");
  if (const Target *target = lookupTarget(module.getContext(), attr.getName()))
    return target;
  return emitCoded(module.getLoc(), ErrorCode::TargetUnknown, attr.getName(),
                   llvm::join(getTargetNames(module.getContext()), ", "));
}

SmallVector<func::FuncOp> hewn::getHostFunctions(ModuleOp module) {
  SmallVector<func::FuncOp> functions;
  for (auto function : module.getOps<func::FuncOp>())
    if (!function->hasAttr(kKernelAttr) && !function->hasAttr(kQueryAttr) && !function.isDeclaration() &&
        function.isPublic())
      functions.push_back(function);
  return functions;
}

void hewn::markStage(ModuleOp root, Stage stage) {
  root->setAttr(hewn::kStageAttr, StringAttr::get(root.getContext(), stringifyStage(stage)));
}
