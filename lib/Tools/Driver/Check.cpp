// hewn check: every node that the target cannot take, each with code, reason and advice.
#include "Commands.h"
#include "Session.h"
#include "hewn/Dialect/ONNX/ONNX.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

/// How often each operator occurs, sorted by name.
static std::map<std::string, unsigned> countOperators(ModuleOp module) {
  std::map<std::string, unsigned> counts;
  module.walk([&](Operation *op) {
    if (auto node = dyn_cast<onnx::NodeOp>(op))
      ++counts[node.getOpType().str()];
    else if (op->getName().getDialectNamespace() == "nn")
      ++counts[op->getName().getStringRef().str()];
  });
  return counts;
}

int driver::runCheck(const DialectRegistry &registry, const CommandLine &line) {
  CompileOptions options = line.compile;
  options.reproducer = false;
  Session session(registry, options);
  Stage stage;
  OwningOpRef<ModuleOp> module = session.load(stage);
  if (!module || failed(session.selectTarget(*module)))
    return kFailure;
  std::map<std::string, unsigned> counts = countOperators(*module);
  unsigned total = 0;
  for (const auto &[name, count] : counts)
    total += count;
  StringRef target = session.getTarget()->getName();

  // The conversion to nn and the partitioner each report all nodes that they refuse, before they give up.
  LogicalResult result = stage < Stage::Placed ? session.advance(*module, stage, Stage::Placed, ".") : success();
  unsigned refused = session.countErrors(ErrorCode::OpUnsupported) + session.countErrors(ErrorCode::OpWithoutTarget);
  if (failed(result) && refused == 0)
    return kFailure;
  if (refused) {
    llvm::outs() << options.model << ": " << refused << " of " << total << " nodes cannot run on " << target << "\n";
    return kUnsupported;
  }
  llvm::outs() << options.model << ": all " << total << " nodes can run on " << target << "\n";
  if (options.verbose)
    for (const auto &[name, count] : counts)
      llvm::outs() << "  " << name << " x " << count << "\n";
  return kSuccess;
}
