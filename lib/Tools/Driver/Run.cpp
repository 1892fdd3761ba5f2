// hewn run.
#include "Commands.h"
#include "Session.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

int driver::runRun(const DialectRegistry &registry, const CommandLine &line) { return kFailure; }
int driver::runBench(const DialectRegistry &registry, const CommandLine &line) { return kFailure; }
