// hewn check: every node that the target cannot take.
#include "Commands.h"
#include "Session.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

int driver::runCheck(const DialectRegistry &registry, const CommandLine &line) {
  Session session(registry, line.compile);
  Stage stage;
  OwningOpRef<ModuleOp> module = session.load(stage);
  if (!module || failed(session.selectTarget(*module)))
    return kFailure;
  return kSuccess;
}
