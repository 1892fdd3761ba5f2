// The toy machine's lowering: scalar loops, plain calls, weights as constants of the program. Mostly upstream passes.
#include "ToyTarget.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "hewn/Interpreter/WeightProvider.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace hewn;

namespace {

struct Schedule final : PassWrapper<Schedule, OperationPass<ModuleOp>> {
  StringRef getName() const override { return "toy-schedule"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    createNNToLinalg()->getDependentDialects(registry);
    createConvertLinalgToLoopsPass()->getDependentDialects(registry);
  }

  void runOnOperation() override {
    OpPassManager pm(func::FuncOp::getOperationName());
    pm.addPass(createNNToLinalg());
    for (auto kernel : getOperation().getOps<func::FuncOp>()) {
      if (!kernel->hasAttr(kKernelAttr))
        continue;
      bufferization::OneShotBufferizationOptions options;
      options.allowUnknownOps = true;
      bufferization::BufferizationState state;
      if (failed(runPipeline(pm, kernel)) || failed(bufferization::runOneShotBufferize(kernel, options, state)))
        return signalPassFailure();
      OpPassManager loops(func::FuncOp::getOperationName());
      loops.addPass(createConvertLinalgToLoopsPass());
      if (failed(runPipeline(loops, kernel)))
        return signalPassFailure();
    }
  }
};

/// hewn.launch @k dims(%n) ins(%a, %b) outs(%a)   ->   call @k(%n, %a, %b)
void lowerLaunch(LaunchOp launch) {
  SmallVector<Value> arguments(launch.getDims());
  llvm::SmallSetVector<Value, 8> buffers(launch.getInputs().begin(), launch.getInputs().end());
  buffers.insert(launch.getInits().begin(), launch.getInits().end());
  llvm::append_range(arguments, buffers);
  OpBuilder builder(launch);
  func::CallOp::create(builder, launch.getLoc(), launch.getKernel(), TypeRange(), arguments);
  launch.erase();
}

struct LowerHost final : PassWrapper<LowerHost, OperationPass<ModuleOp>> {
  StringRef getName() const override { return "toy-lower-host"; }
  void getDependentDialects(DialectRegistry &registry) const override { registry.insert<cf::ControlFlowDialect>(); }

  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto launch = dyn_cast<LaunchOp>(op))
        return lowerLaunch(launch);
      if (auto guard = dyn_cast<GuardOp>(op)) {
        OpBuilder builder(op);
        cf::AssertOp::create(builder, op->getLoc(), guard.getCondition(), guard.getMessage());
        op->erase();
      }
    });
  }
};

/// hewn.weight @w, hewn.load_weight @w   ->   memref.global @w, memref.get_global @w
LogicalResult embedWeights(ModuleOp module, StringRef modelFolder) {
  interp::WeightProvider provider(modelFolder);
  SymbolTable symbols(module);
  SmallVector<LoadWeightOp> loads;
  module.walk([&](LoadWeightOp load) {
    if (!load->getParentOfType<WeightOp>())
      loads.push_back(load);
  });
  llvm::StringMap<std::string> globals;
  for (LoadWeightOp load : loads) {
    auto type = cast<MemRefType>(load.getType());
    std::string &global = globals[load.getWeight()];
    if (global.empty()) {
      global = (load.getWeight() + "_bytes").str();
      FailureOr<interp::Tensor> value = provider.get(symbols.lookup<WeightOp>(load.getWeight()));
      if (failed(value))
        return failure();
      auto tensor = RankedTensorType::get(type.getShape(), type.getElementType());
      OpBuilder builder(module.getBody(), module.getBody()->begin());
      memref::GlobalOp::create(builder, load.getLoc(), global, builder.getStringAttr("private"), type,
                               DenseElementsAttr::getFromRawBuffer(tensor, value->getBytes()), /*constant=*/true,
                               builder.getI64IntegerAttr(64));
    }
    OpBuilder builder(load);
    load.replaceAllUsesWith(memref::GetGlobalOp::create(builder, load.getLoc(), type, global).getResult());
    load.erase();
  }
  for (WeightOp weight : llvm::make_early_inc_range(module.getOps<WeightOp>()))
    weight.erase();
  return success();
}
} // namespace

std::unique_ptr<Pass> toy::createSchedulePass() { return std::make_unique<Schedule>(); }
std::unique_ptr<Pass> toy::createLowerHostPass() { return std::make_unique<LowerHost>(); }

LogicalResult toy::writeLLVM(ModuleOp module, StringRef name, StringRef modelFolder, StringRef path) {
  if (failed(embedWeights(module, modelFolder)))
    return failure();
  for (auto function : module.getOps<func::FuncOp>()) {
    function.setAllArgAttrs(ArrayRef<DictionaryAttr>()); // what they say has been used
    if (function->hasAttr(kKernelAttr))
      continue;
    function.setSymName((name + (function->hasAttr(kQueryAttr) ? "_query" : "_run")).str());
    function->setAttr("llvm.emit_c_interface", UnitAttr::get(function.getContext()));
  }
  OwningOpRef<ModuleOp> alone = module.clone(); // a pass manager wants a module without parent
  PassManager pm(module.getContext());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  if (failed(pm.run(*alone)))
    return failure();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(*alone, context);
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (!translated || error)
    return failure();
  translated->print(file, nullptr);
  return success();
}
