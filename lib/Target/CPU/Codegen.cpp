// From LLVM dialect to objects: one LLVM context and a handful of kernels per job.
#include "hewn/Target/CPU/Codegen.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/InstSimplifyPass.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

static std::unique_ptr<llvm::TargetMachine> makeMachine(const Machine &machine, std::string &error) {
  llvm::Triple triple(machine.triple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, machine.cpu, machine.features, options, llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

/// The middle end that pays: it shortens the code that instruction selection sees. More (unrolling, SLP) costs time and
/// slows kernels down.
static void simplify(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::FunctionPassManager passes;
  passes.addPass(llvm::InstSimplifyPass());
  passes.addPass(llvm::SimplifyCFGPass());
  llvm::ModulePassManager manager;
  manager.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
  manager.run(module, modules);
}

llvm::FailureOr<Object> hewn::cpu::compileModule(ModuleOp module, const Machine &machine, llvm::StringRef name) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> llvmModule = translateModuleToLLVMIR(module, context, name);
  if (!llvmModule)
    return emitCoded(module.getLoc(), ErrorCode::Upstream, "translation of '" + name.str() + "' to LLVM IR failed");
  std::string error;
  std::unique_ptr<llvm::TargetMachine> target = makeMachine(machine, error);
  if (!target)
    return emitCoded(module.getLoc(), ErrorCode::CpuUnknown, machine.cpu, error);
  llvmModule->setTargetTriple(llvm::Triple(machine.triple));
  llvmModule->setDataLayout(target->createDataLayout());
  for (llvm::Function &function : *llvmModule)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", machine.cpu);
      function.addFnAttr("target-features", machine.features);
      function.addFnAttr("prefer-vector-width", std::to_string(machine.vectorBits));
      function.addFnAttr(llvm::Attribute::NoUnwind);
    }
  simplify(*llvmModule, *target);

  Object object;
  object.name = name.str();
  for (llvm::Function &function : *llvmModule)
    if (function.isDeclaration() && !function.isIntrinsic())
      object.externals.push_back(function.getName().str());
  llvm::sort(object.externals);
  llvm::raw_svector_ostream stream(object.bytes);
  llvm::legacy::PassManager passes;
  if (target->addPassesToEmitFile(passes, stream, nullptr, llvm::CodeGenFileType::ObjectFile))
    return emitCoded(module.getLoc(), ErrorCode::Upstream, "LLVM cannot write objects for '" + machine.triple + "'");
  passes.run(*llvmModule);
  return object;
}

/// Clones `function` and, transitively, what it calls into `into`.
static void cloneWithCallees(LLVM::LLVMFuncOp function, SymbolTable &symbols, ModuleOp into, llvm::StringSet<> &done) {
  if (!done.insert(function.getName()).second)
    return;
  OpBuilder builder = OpBuilder::atBlockEnd(into.getBody());
  builder.clone(*function);
  auto visit = [&](llvm::StringRef name) {
    if (Operation *symbol = symbols.lookup(name)) {
      if (auto callee = dyn_cast<LLVM::LLVMFuncOp>(symbol))
        cloneWithCallees(callee, symbols, into, done);
      else if (done.insert(name).second)
        OpBuilder::atBlockBegin(into.getBody()).clone(*symbol);
    }
  };
  function.walk([&](Operation *op) {
    if (auto call = dyn_cast<LLVM::CallOp>(op)) {
      if (call.getCallee())
        visit(*call.getCallee());
    } else if (auto address = dyn_cast<LLVM::AddressOfOp>(op)) {
      visit(address.getGlobalName());
    }
  });
}

llvm::FailureOr<std::vector<Object>> hewn::cpu::compileKernels(ModuleOp module, const Machine &machine, unsigned jobs) {
  constexpr size_t kPerObject =
      4; // fewer objects save 1.5 ms a kernel; more in one would leave a thread idle at the end
  SmallVector<LLVM::LLVMFuncOp> kernels;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal() && function.getLinkage() == LLVM::Linkage::External)
      kernels.push_back(function);

  SymbolTable symbols(module);
  std::vector<OwningOpRef<ModuleOp>> parts;
  std::vector<std::string> names;
  for (size_t first = 0; first < kernels.size(); first += kPerObject) {
    OwningOpRef<ModuleOp> part = ModuleOp::create(module.getLoc());
    llvm::StringSet<> done;
    for (LLVM::LLVMFuncOp kernel : ArrayRef(kernels).slice(first, std::min(kPerObject, kernels.size() - first)))
      cloneWithCallees(kernel, symbols, *part, done);
    parts.push_back(std::move(part));
    names.push_back(kernels[first].getName().str());
  }

  std::vector<std::optional<Object>> made(parts.size());
  auto compile = [&](size_t index) {
    FailureOr<Object> object = compileModule(*parts[index], machine, names[index]);
    if (succeeded(object))
      made[index] = std::move(*object);
  };
  if (jobs > 1 && parts.size() > 1) {
    ParallelDiagnosticHandler diagnostics(module.getContext());
    llvm::DefaultThreadPool pool(llvm::hardware_concurrency(jobs));
    for (size_t index = 0; index < parts.size(); ++index)
      pool.async([&, index] {
        diagnostics.setOrderIDForThread(index);
        compile(index);
        diagnostics.eraseOrderIDForThread();
      });
    pool.wait();
  } else {
    for (size_t index = 0; index < parts.size(); ++index)
      compile(index);
  }
  std::vector<Object> objects;
  for (std::optional<Object> &object : made) {
    if (!object)
      return failure();
    objects.push_back(std::move(*object));
  }
  return objects;
}
