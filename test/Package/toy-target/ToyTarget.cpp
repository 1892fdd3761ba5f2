// What the compiler asks a target: can you, what does it cost, your pipeline, your files.
#include "ToyTarget.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Target/Target.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

using namespace mlir;
using namespace hewn;

namespace {
struct ToyTarget final : Target {
  StringRef getName() const override { return "toy"; }
  StringRef getDescription() const override { return "multiplies matrices and applies functions to elements"; }

  FailureOr<TargetAttr> makeAttr(MLIRContext *context, const llvm::StringMap<std::string> &) const override {
    return TargetAttr::get(context, "toy", DictionaryAttr::get(context));
  }
  bool canRun(Operation *op, TargetAttr, std::string &reason) const override {
    if (isa<nn::ElementwiseOp, nn::MatMulOp, nn::BroadcastOp, nn::ReshapeOp>(op) ||
        !isa<nn::NNDialect>(op->getDialect()))
      return true;
    reason = "the toy machine has no unit for " + op->getName().getStringRef().str();
    return false;
  }
  double cost(Operation *, TargetAttr) const override { return 1.0; }

  void buildPipeline(Stage stage, OpPassManager &pm) const override {
    if (stage == Stage::Scheduled)
      pm.addPass(toy::createSchedulePass());
    if (stage == Stage::Target)
      pm.addPass(toy::createLowerHostPass());
  }
  LogicalResult emit(ModuleOp module, const EmitOptions &options) const override {
    for (ModuleOp nested : module.getOps<ModuleOp>())
      if (failed(toy::writeLLVM(nested, options.name, options.modelFolder,
                                options.directory + "/" + options.name + ".ll")))
        return failure();
    return success();
  }
};
} // namespace

void toy::registerToyTarget(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  addTarget<ToyTarget>(registry);
}
