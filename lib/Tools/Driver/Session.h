// One call of `hewn`: the context, what it says to the user, and the way of a model through the stages.
#ifndef HEWN_LIB_TOOLS_DRIVER_SESSION_H
#define HEWN_LIB_TOOLS_DRIVER_SESSION_H

#include "CommandLine.h"
#include "hewn/Support/Errors.h"
#include "hewn/Target/Target.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include <chrono>

namespace hewn::driver {

/// Prints `error[HWN####]: ...` on stderr.
void printError(llvm::Error error);
template <typename... Args> mlir::LogicalResult reportError(ErrorCode code, const Args &...args) {
  printError(llvm::createStringError(errorText(code, args...)));
  return mlir::failure();
}

class Session {
public:
  Session(const mlir::DialectRegistry &registry, const CompileOptions &options);
  ~Session();

  mlir::MLIRContext &getContext() { return context; }
  const CompileOptions &getOptions() const { return options; }
  const Target *getTarget() const { return target; }
  /// Folder in which relative sources of weights are looked up.
  llvm::StringRef getModelFolder() const { return modelFolder; }
  unsigned getJobs() const;

  /// A line on stderr, with the seconds since the start, if verbose.
  void say(const llvm::Twine &text) const;

  /// Reads the model (ONNX or IR); `stage` becomes the stage that it is at. Null after an error was printed.
  mlir::OwningOpRef<mlir::ModuleOp> load(Stage &stage);
  /// Takes the module from stage `from` to stage `to`; reproducers of failures go to `folder`.
  mlir::LogicalResult advance(mlir::ModuleOp module, Stage from, Stage to, llvm::StringRef folder);
  /// Writes the IR to `path` ("-": stdout).
  mlir::LogicalResult write(mlir::ModuleOp module, llvm::StringRef path, bool bytecode);
  /// Finds the target that the options name and marks the module with its attribute.
  mlir::LogicalResult selectTarget(mlir::ModuleOp module);
  /// How many errors with this code were reported so far.
  unsigned countErrors(ErrorCode code) const {
    auto count = errors.find(static_cast<unsigned>(code));
    return count == errors.end() ? 0 : count->second;
  }

private:
  mlir::OwningOpRef<mlir::ModuleOp> loadIR(Stage &stage);
  mlir::LogicalResult runStage(mlir::ModuleOp module, Stage stage, llvm::StringRef folder);
  mlir::LogicalResult handleDiagnostic(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext context;
  const CompileOptions &options;
  const Target *target = nullptr;
  std::string modelFolder;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  mlir::DiagnosticEngine::HandlerID handler;
  unsigned codedErrors = 0, otherErrors = 0; // of the stage that runs
  bool parsing = false;
  std::map<unsigned, unsigned> errors; // by code
};

/// The passes of one stage; empty for the stage onnx, which the importer makes.
void buildStage(Stage stage, mlir::OpPassManager &pm);

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_SESSION_H
