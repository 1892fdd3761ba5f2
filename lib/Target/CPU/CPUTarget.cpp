// What the CPU target knows of machines, and which pipelines it runs.
#include "hewn/Target/CPU/CPUTarget.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "hewn/Support/Errors.h"
#include "hewn/Target/CPU/Codegen.h"
#include "hewn/Target/CPU/Passes.h"
#include "hewn/Target/Target.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

/// Extensions that the loader can check (names of the compiler's __builtin_cpu_supports) and LLVM's names for them.
static constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> kExtensions[] = {
    {"sse4.2", "+sse4.2"},
    {"avx", "+avx"},
    {"avx2", "+avx2"},
    {"fma", "+fma"},
    {"bmi", "+bmi"},
    {"bmi2", "+bmi2"},
    {"lzcnt", "+lzcnt"},
    {"popcnt", "+popcnt"},
    {"avx512f", "+avx512f"},
    {"avx512bw", "+avx512bw"},
    {"avx512dq", "+avx512dq"},
    {"avx512vl", "+avx512vl"},
    {"avx512cd", "+avx512cd"},
    {"avx512vnni", "+avx512vnni"},
    {"avx512bf16", "+avx512bf16"},
    {"avx512vbmi", "+avx512vbmi"},
    {"avx512vbmi2", "+avx512vbmi2"},
    {"avx512ifma", "+avx512ifma"},
    {"avx512bitalg", "+avx512bitalg"},
    {"avx512vpopcntdq", "+avx512vpopcntdq"},
    {"gfni", "+gfni"},
    {"vpclmulqdq", "+vpclmulqdq"}};

static void initializeTargets() {
  static bool done = [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
    return true;
  }();
  (void)done;
}

Machine Machine::read(TargetAttr target) {
  Machine machine;
  auto text = [&](llvm::StringRef key) {
    auto value = target.getConfig().getAs<StringAttr>(key);
    return value ? value.str() : std::string();
  };
  auto number = [&](llvm::StringRef key, int64_t missing) {
    auto value = target.getConfig().getAs<IntegerAttr>(key);
    return value ? value.getInt() : missing;
  };
  machine.triple = text("triple");
  machine.cpu = text("cpu");
  machine.features = text("features");
  machine.vectorBits = number("vector_bits", 128);
  machine.registers = number("registers", 16);
  machine.l1 = number("l1", 32 << 10);
  machine.l2 = number("l2", 1 << 20);
  machine.l3 = number("l3", 32 << 20);
  if (auto list = target.getConfig().getAs<ArrayAttr>("extensions"))
    for (Attribute name : list)
      if (auto string = dyn_cast<StringAttr>(name))
        machine.extensions.push_back(string.str());
  return machine;
}

llvm::FailureOr<TargetAttr> hewn::cpu::makeTarget(MLIRContext *context, llvm::StringRef cpu) {
  initializeTargets();
  std::string triple = llvm::sys::getDefaultTargetTriple(), name = cpu.str(), features;
  if (cpu == "host" || cpu.empty()) {
    name = llvm::sys::getHostCPUName().str();
    // What the operating system or the hypervisor switched off must stay off.
    for (const auto &[feature, on] : llvm::sys::getHostCPUFeatures())
      if (!on)
        for (const auto &known : kExtensions)
          if (known.second.drop_front() == feature)
            features += (features.empty() ? "-" : ",-") + feature.str();
  }
  SmallVector<llvm::StringRef> disabled;
  llvm::StringRef(features).split(disabled, ',', -1, false);
  llvm::sort(disabled);
  features = llvm::join(disabled, ",");

  std::string error;
  llvm::Triple parsed(triple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(parsed, error);
  Location loc = UnknownLoc::get(context);
  if (!target)
    return emitCoded(loc, ErrorCode::CpuUnknown, name, error);
  std::unique_ptr<llvm::MCSubtargetInfo> info(target->createMCSubtargetInfo(parsed, "", ""));
  if (!info || !info->isCPUStringValid(name))
    return emitCoded(loc, ErrorCode::CpuUnknown, name, "LLVM does not know it for " + triple);
  info.reset(target->createMCSubtargetInfo(parsed, name, features));

  Builder builder(context);
  SmallVector<Attribute> extensions;
  for (const auto &[check, feature] : kExtensions)
    if (info->checkFeatures(feature))
      extensions.push_back(builder.getStringAttr(check));
  bool wide = info->checkFeatures("+avx512f"), middle = info->checkFeatures("+avx2");
  SmallVector<NamedAttribute> config = {builder.getNamedAttr("triple", builder.getStringAttr(triple)),
                                        builder.getNamedAttr("cpu", builder.getStringAttr(name)),
                                        builder.getNamedAttr("features", builder.getStringAttr(features)),
                                        builder.getNamedAttr("extensions", builder.getArrayAttr(extensions)),
                                        builder.getNamedAttr("vector_bits", builder.getI64IntegerAttr(wide     ? 512
                                                                                                      : middle ? 256
                                                                                                               : 128)),
                                        builder.getNamedAttr("registers", builder.getI64IntegerAttr(wide ? 32 : 16)),
                                        builder.getNamedAttr("l1", builder.getI64IntegerAttr(32 << 10)),
                                        builder.getNamedAttr("l2", builder.getI64IntegerAttr(1 << 20)),
                                        builder.getNamedAttr("l3", builder.getI64IntegerAttr(32 << 20))};
  return TargetAttr::get(context, "cpu", builder.getDictionaryAttr(config));
}

namespace {
struct CPUTarget final : hewn::Target {
  llvm::StringRef getName() const override { return "cpu"; }
  llvm::StringRef getDescription() const override {
    return "x86-64 with AVX2 or AVX-512: a shared library, a C header, a weights file";
  }

  FailureOr<TargetAttr> makeAttr(MLIRContext *context, const llvm::StringMap<std::string> &options) const override {
    for (const auto &option : options)
      if (option.getKey() != "cpu")
        return emitCoded(UnknownLoc::get(context), ErrorCode::TargetOption, option.getKey(), getName(), "cpu");
    auto cpu = options.find("cpu");
    return makeTarget(context, cpu == options.end() ? "host" : cpu->second);
  }

  bool canRun(Operation *op, TargetAttr, std::string &reason) const override {
    for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes())) {
      Type element = getElementTypeOrSelf(type);
      unsigned bits = element.isIntOrFloat() ? element.getIntOrFloatBitWidth() : 0;
      bool number = isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(element) ||
                    (isa<IntegerType>(element) && (bits == 1 || bits == 8 || bits == 16 || bits == 32 || bits == 64));
      if (!number && !isa<IndexType>(element)) {
        llvm::raw_string_ostream(reason) << "element type " << element << " has no code on cpu";
        return false;
      }
    }
    return true;
  }

  double cost(Operation *op, TargetAttr target) const override {
    constexpr double flopsPerNs = 100.0, bytesPerNs = 25.0;
    double bytes = 0;
    for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
      if (auto shaped = dyn_cast<RankedTensorType>(type); shaped && shaped.hasStaticShape())
        bytes += double(shaped.getNumElements()) * ((shaped.getElementTypeBitWidth() + 7) / 8);
    double flops = 0;
    if (auto work = dyn_cast<nn::WorkOpInterface>(op)) {
      nn::ShapeContext context(op->getContext());
      if (auto known = dyn_cast<AffineConstantExpr>(work.workFlops(context)))
        flops = double(known.getValue());
    }
    return std::max(flops / flopsPerNs, bytes / bytesPerNs);
  }

  void buildPipeline(Stage stage, OpPassManager &pm) const override {
    switch (stage) {
    case Stage::Kernels: // order: flip first, pads are taken out of nhwc convolutions only, filters packed last
      pm.addNestedPass<func::FuncOp>(createFlipLayout());
      pm.addNestedPass<func::FuncOp>(createConvPadsToPad());
      pm.addPass(createConvTransposeToConv());
      pm.addPass(createCanonicalizerPass());
      pm.addPass(createCSEPass());
      pm.addPass(createPackWeights());
      pm.addPass(createSymbolDCEPass());
      return;
    case Stage::Scheduled:
      buildCPUPipeline(pm);
      return;
    case Stage::Target:
      pm.addPass(createLowerKernels());
      return;
    default:
      return;
    }
  }

  LogicalResult emit(ModuleOp module, const EmitOptions &options) const override {
    for (ModuleOp nested : getTargetModules(module)) {
      Machine machine = Machine::read(nested->getAttrOfType<TargetAttr>(kTargetAttr)), oldest;
      oldest.triple = machine.triple;
      oldest.cpu = llvm::Triple(machine.triple).isX86() ? "x86-64" : "generic";
      FailureOr<std::vector<Object>> objects = compileKernels(nested, machine, options.jobs);
      if (failed(objects))
        return failure();
      SmallVector<llvm::StringRef> kernels;
      for (const Object &object : *objects)
        kernels.emplace_back(object.bytes.data(), object.bytes.size());
      auto compileHost = [&](ModuleOp host) -> FailureOr<SmallVector<char, 0>> {
        FailureOr<Object> object = compileModule(host, oldest, "host");
        if (failed(object))
          return failure();
        return std::move(object->bytes);
      };
      return package::writeArtifact(nested, kernels, compileHost, options);
    }
    return emitCoded(module.getLoc(), ErrorCode::Upstream, "the module has no part for the cpu");
  }
};
} // namespace

void hewn::cpu::registerCPUTarget(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  addTarget<CPUTarget>(registry);
}
