// Kernels in the LLVM dialect to object files: small LLVM modules, several at a time, no middle end worth the name.
#include "Schedule.h"
#include "hewn/Support/Errors.h"
#include "mlir/IR/Threading.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/InstSimplifyPass.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

static std::string textOr(TargetAttr target, StringRef name, StringRef otherwise) {
  auto value = target ? target.getConfig().getAs<StringAttr>(name) : StringAttr();
  return value ? value.getValue().str() : otherwise.str();
}

static std::unique_ptr<llvm::TargetMachine> makeMachine(TargetAttr target, std::string &message) {
  llvm::Triple triple(textOr(target, "triple", "x86_64-unknown-linux-gnu"));
  const llvm::Target *known = llvm::TargetRegistry::lookupTarget(triple, message);
  if (!known)
    return nullptr;
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(
      known->createTargetMachine(triple, textOr(target, "cpu", "x86-64-v3"), textOr(target, "features", ""), options,
                                 llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// instsimplify and simplifycfg make code generation faster; more buys nothing on scheduled kernels.
static void simplify(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::InstSimplifyPass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::ModulePassManager all;
  all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  all.run(module, modules);
}

/// One LLVM-dialect module to object bytes; `message` says what went wrong.
static std::optional<std::string> compile(ModuleOp module, TargetAttr target, std::string &message) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(module, context, "kernels");
  std::unique_ptr<llvm::TargetMachine> machine = makeMachine(target, message);
  if (!translated || !machine) {
    if (message.empty())
      message = "translation to LLVM IR failed";
    return std::nullopt;
  }
  translated->setTargetTriple(machine->getTargetTriple());
  translated->setDataLayout(machine->createDataLayout());
  simplify(*translated, *machine);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager codegen;
  if (machine->addPassesToEmitFile(codegen, stream, nullptr, llvm::CodeGenFileType::ObjectFile)) {
    message = "the target cannot emit objects";
    return std::nullopt;
  }
  codegen.run(*translated);
  return std::string(bytes.data(), bytes.size());
}

FailureOr<std::string> hewn::cpu::compileModule(ModuleOp module, TargetAttr target) {
  std::string message;
  std::optional<std::string> bytes = compile(module, target, message);
  if (!bytes)
    return emitCoded(module.getLoc(), ErrorCode::Upstream, message), failure();
  return *bytes;
}

/// Clones into `group` a function and all it refers to.
static void cloneWithCallees(LLVM::LLVMFuncOp function, ModuleOp group, SymbolTable &symbols) {
  if (group.lookupSymbol(function.getName()))
    return;
  OpBuilder builder(group.getBodyRegion());
  builder.setInsertionPointToEnd(group.getBody());
  builder.clone(*function);
  function.walk([&](LLVM::CallOp call) {
    if (call.getCallee())
      if (auto callee = symbols.lookup<LLVM::LLVMFuncOp>(*call.getCallee()))
        cloneWithCallees(callee, group, symbols);
  });
}

FailureOr<std::vector<KernelObject>> hewn::cpu::compileKernels(ModuleOp module, TargetAttr target, unsigned jobs) {
  // Groups of fixed size: the objects do not depend on the number of threads.
  constexpr unsigned kGroup = 4;
  SymbolTable symbols(module);
  std::vector<KernelObject> objects;
  SmallVector<OwningOpRef<ModuleOp>> groups;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function.isExternal() || !symbols.lookup((function.getName() + "__body").str()))
      continue;
    if (objects.empty() || objects.back().kernels.size() == kGroup) {
      objects.emplace_back();
      groups.push_back(ModuleOp::create(module.getLoc()));
    }
    objects.back().kernels.push_back(function.getName().str());
    cloneWithCallees(function, *groups.back(), symbols);
    if (auto extent = symbols.lookup<LLVM::LLVMFuncOp>((function.getName() + kExtentSuffix).str()))
      cloneWithCallees(extent, *groups.back(), symbols);
  }
  std::vector<std::string> messages(groups.size());
  std::vector<char> good(groups.size(), false);
  auto work = [&](size_t index) {
    if (std::optional<std::string> bytes = compile(*groups[index], target, messages[index])) {
      objects[index].bytes = std::move(*bytes);
      good[index] = true;
    }
  };
  if (jobs <= 1) {
    for (size_t index = 0; index < groups.size(); ++index)
      work(index);
  } else {
    llvm::DefaultThreadPool pool(llvm::hardware_concurrency(jobs));
    for (size_t index = 0; index < groups.size(); ++index)
      pool.async(work, index);
    pool.wait();
  }
  for (size_t index = 0; index < groups.size(); ++index)
    if (!good[index])
      return emitCoded(module.getLoc(), ErrorCode::Upstream, messages[index]), failure();
  return objects;
}
