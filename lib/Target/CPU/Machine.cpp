// What the CPU target knows of machines: names, features, vector width, caches.
#include "hewn/Support/Errors.h"
#include "hewn/Target/CPU/CPUTarget.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include <fstream>
#include <mutex>

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

static constexpr llvm::StringLiteral kTriple = "x86_64-unknown-linux-gnu";

static void initializeX86() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
  });
}

static int64_t integerOr(TargetAttr target, llvm::StringRef name, int64_t otherwise) {
  if (!target)
    return otherwise;
  auto value = target.getConfig().getAs<IntegerAttr>(name);
  return value ? value.getInt() : otherwise;
}

Machine::Machine(TargetAttr target) {
  vectorBits = integerOr(target, "vector_bits", vectorBits);
  l1 = integerOr(target, "l1", l1);
  l2 = integerOr(target, "l2", l2);
  l3 = integerOr(target, "l3", l3);
}

Machine hewn::cpu::getMachine(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>(kTargetAttr))
      return Machine(target);
  return Machine(TargetAttr());
}

/// Size of this machine's data cache of a level, or `otherwise`.
static int64_t hostCache(int level, int64_t otherwise) {
  for (int index = 0; index < 8; ++index) {
    std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
    int found = 0;
    std::string type;
    int64_t kilobytes = 0;
    std::ifstream(folder + "level") >> found;
    std::ifstream(folder + "type") >> type;
    std::ifstream(folder + "size") >> kilobytes;
    if (found == level && type != "Instruction" && kilobytes > 0)
      return kilobytes << 10;
  }
  return otherwise;
}

FailureOr<TargetAttr> CPUTarget::makeAttr(MLIRContext *context, const llvm::StringMap<std::string> &options) const {
  initializeX86();
  std::string name = "host", features;
  if (auto given = options.find("cpu"); given != options.end() && !given->second.empty())
    name = given->second;
  int64_t l1 = 32 << 10, l2 = 1 << 20, l3 = 32 << 20;
  if (name == "host") {
    name = llvm::sys::getHostCPUName().str();
    SmallVector<std::string> list;
    for (const auto &[feature, available] : llvm::sys::getHostCPUFeatures())
      list.push_back((available ? "+" : "-") + feature.str());
    llvm::sort(list);
    features = llvm::join(list, ",");
    l1 = hostCache(1, l1);
    l2 = hostCache(2, l2);
    l3 = hostCache(3, l3);
  }
  std::string message;
  llvm::Triple triple(kTriple);
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return emitCoded(UnknownLoc::get(context), ErrorCode::Upstream, message), failure();
  // An unknown name only warns in LLVM: ask for its table first.
  std::unique_ptr<llvm::MCSubtargetInfo> generic(target->createMCSubtargetInfo(triple, "x86-64", ""));
  if (!generic->isCPUStringValid(name))
    return emitCoded(UnknownLoc::get(context), ErrorCode::CPUUnknown, name), failure();
  std::unique_ptr<llvm::MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, name, features));
  if (!info->checkFeatures("+avx2") || !info->checkFeatures("+fma"))
    return emitCoded(UnknownLoc::get(context), ErrorCode::CPUTooOld, name), failure();
  bool wide = info->checkFeatures("+avx512f") && info->checkFeatures("+avx512vl") && info->checkFeatures("+avx512bw") &&
              info->checkFeatures("+avx512dq");

  Builder b(context);
  SmallVector<NamedAttribute> config{b.getNamedAttr("cpu", b.getStringAttr(name)),
                                     b.getNamedAttr("features", b.getStringAttr(features)),
                                     b.getNamedAttr("l1", b.getI64IntegerAttr(l1)),
                                     b.getNamedAttr("l2", b.getI64IntegerAttr(l2)),
                                     b.getNamedAttr("l3", b.getI64IntegerAttr(l3)),
                                     b.getNamedAttr("triple", b.getStringAttr(kTriple)),
                                     b.getNamedAttr("vector_bits", b.getI64IntegerAttr(wide ? 512 : 256))};
  return TargetAttr::get(context, "cpu", b.getDictionaryAttr(config));
}
