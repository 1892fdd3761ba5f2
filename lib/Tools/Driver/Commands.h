// The commands; each returns an exit code.
#ifndef HEWN_LIB_TOOLS_DRIVER_COMMANDS_H
#define HEWN_LIB_TOOLS_DRIVER_COMMANDS_H

#include "CommandLine.h"

namespace mlir {
class DialectRegistry;
}

namespace hewn::driver {

int runCompile(const mlir::DialectRegistry &registry, const CommandLine &line);
int runRun(const mlir::DialectRegistry &registry, const CommandLine &line);
int runBench(const mlir::DialectRegistry &registry, const CommandLine &line);
int runCheck(const mlir::DialectRegistry &registry, const CommandLine &line);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_COMMANDS_H
