// hewnMain: parses the command line and runs the command.
#include "Commands.h"
#include "hewn/Tools/Driver.h"
#include "llvm/Support/InitLLVM.h"

using namespace hewn::driver;

int hewn::hewnMain(int argc, char **argv, mlir::DialectRegistry &registry) {
  llvm::InitLLVM init(argc, argv);
  CommandLine line;
  if (std::optional<int> code = parseCommandLine(argc, argv, line))
    return *code;
  switch (line.command) {
  case Command::Compile:
    return runCompile(registry, line);
  case Command::Run:
    return runRun(registry, line);
  case Command::Bench:
    return runBench(registry, line);
  case Command::Check:
    return runCheck(registry, line);
  }
  return kUsage;
}
