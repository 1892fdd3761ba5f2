// The targets that a context knows, kept on the hewn dialect.
#include "hewn/Target/Target.h"

using namespace mlir;
using namespace hewn;

static constexpr llvm::StringLiteral kStages[] = {"onnx",    "graph",     "placed",  "kernels",
                                                  "buffers", "scheduled", "planned", "target"};

llvm::StringRef hewn::stringifyStage(Stage stage) { return kStages[static_cast<unsigned>(stage)]; }

std::optional<Stage> hewn::symbolizeStage(llvm::StringRef name) {
  for (auto [index, known] : llvm::enumerate(kStages))
    if (name == known)
      return static_cast<Stage>(index);
  return std::nullopt;
}

namespace {
/// Holds the targets; an interface of the dialect, so that their lifetime is the context's.
struct TargetList : DialectInterface::Base<TargetList> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TargetList)
  explicit TargetList(Dialect *dialect) : Base(dialect) {}
  std::vector<std::unique_ptr<Target>> targets;
};
} // namespace

void hewn::detail::addTarget(HewnDialect *dialect, std::unique_ptr<Target> target) {
  auto *list = dialect->getRegisteredInterface<TargetList>();
  if (!list)
    list = &dialect->addInterface<TargetList>();
  list->targets.push_back(std::move(target));
}

const Target *hewn::lookupTarget(MLIRContext *context, llvm::StringRef name) {
  auto *dialect = context->getOrLoadDialect<HewnDialect>();
  if (auto *list = dialect->getRegisteredInterface<TargetList>())
    for (const std::unique_ptr<Target> &target : list->targets)
      if (target->getName() == name)
        return target.get();
  return nullptr;
}

llvm::SmallVector<llvm::StringRef> hewn::getTargetNames(MLIRContext *context) {
  llvm::SmallVector<llvm::StringRef> names;
  auto *dialect = context->getOrLoadDialect<HewnDialect>();
  if (auto *list = dialect->getRegisteredInterface<TargetList>())
    for (const std::unique_ptr<Target> &target : list->targets)
      names.push_back(target->getName());
  llvm::sort(names);
  return names;
}
