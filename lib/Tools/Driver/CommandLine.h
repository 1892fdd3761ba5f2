// The command line of `hewn` as plain data.
#ifndef HEWN_LIB_TOOLS_DRIVER_COMMANDLINE_H
#define HEWN_LIB_TOOLS_DRIVER_COMMANDLINE_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hewn::driver {

/// Exit codes of `hewn`; scripts may rely on them.
enum ExitCode { kSuccess = 0, kFailure = 1, kUsage = 2, kMismatch = 3, kUnsupported = 4 };

enum class Command { Compile, Run, Bench, Check };

/// What every command that compiles needs.
struct CompileOptions {
  std::string model;  // .onnx, .mlir or .mlirbc
  std::string output; // folder of the artifact, or file of --emit
  std::string name = "model";
  std::string target = "cpu";
  std::map<std::string, std::string> targetOptions;
  std::map<std::string, int64_t> dims;
  std::string emit, from; // names of stages, empty = artifact / as the file says
  std::string dumpStages; // folder
  std::string weights;    // folder of the model's weights, if not the model's own
  bool emitBytecode = false, dumpPassPipeline = false, reproducer = true, verifyEach = true, timing = false;
  bool verbose = false;
  unsigned jobs = 0; // 0: one per core
};

struct RunOptions {
  std::vector<std::string> inputs; // FILE or NAME=FILE
  std::string outputs, compare;
  std::string reference; // model file for --compare=interpreter
  bool interpret = false;
  uint64_t seed = 0;
  int threads = 0; // 0: the library's default
  double relative = 1e-4, absolute = 1e-5;
};

struct BenchOptions {
  int repetitions = 0; // 0: for about two seconds
  int warmup = 3;
  bool kernels = false;
};

struct CommandLine {
  Command command = Command::Compile;
  CompileOptions compile;
  RunOptions run;
  BenchOptions bench;
};

/// Fills `line`. Otherwise, after --help, --version or an error that was printed, returns the exit code.
std::optional<int> parseCommandLine(int argc, char **argv, CommandLine &line);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_COMMANDLINE_H
