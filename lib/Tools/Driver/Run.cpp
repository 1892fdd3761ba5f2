// hewn run: a compiled model, or a model file compiled for this run or interpreted.
#include "Commands.h"
#include "Interpret.h"
#include "Library.h"
#include "Outputs.h"
#include "TemporaryArtifact.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

/// With -v: what the model takes and gives.
static void describe(const CommandLine &line, const Signature &signature) {
  if (!line.compile.verbose)
    return;
  for (const TensorSpec &spec : signature.inputs)
    llvm::errs() << "  input " << spec.describe() << "\n";
  for (const TensorSpec &spec : signature.outputs)
    llvm::errs() << "  output " << spec.describe() << "\n";
}

/// The outputs of the model file by the interpreter, for the given inputs (made here where there are none yet).
static FailureOr<std::vector<io::Array>> runInterpreter(const DialectRegistry &registry, const CompileOptions &options,
                                                        const CommandLine &line, std::vector<io::Array> &inputs) {
  Session session(registry, options);
  FailureOr<LoadedModel> model = loadForInterpreter(session);
  if (failed(model))
    return failure();
  if (inputs.empty()) {
    Sizes sizes = options.dims;
    describe(line, model->signature);
    auto made = makeInputs(model->signature, line.run, sizes);
    if (!made)
      return printError(made.takeError()), failure();
    inputs = std::move(*made);
  }
  if (inputs.size() != model->signature.inputs.size())
    return reportError(ErrorCode::Usage, "the model file takes other inputs than the compiled model");
  return interpretModel(session, *model->module, model->signature, inputs);
}

/// The outputs of the artifact in `folder`.
static FailureOr<std::vector<io::Array>> runLibrary(StringRef folder, const CommandLine &line,
                                                    std::vector<io::Array> &inputs) {
  auto fail = [](llvm::Error error) -> FailureOr<std::vector<io::Array>> {
    printError(std::move(error));
    return failure();
  };
  auto library = Library::open(folder);
  if (!library)
    return fail(library.takeError());
  Sizes sizes = line.compile.dims;
  Signature signature = getSignature((*library)->getInfo());
  describe(line, signature);
  auto made = makeInputs(signature, line.run, sizes);
  if (!made)
    return fail(made.takeError());
  inputs = std::move(*made);
  if (llvm::Error error = (*library)->prepare(inputs, sizes))
    return fail(std::move(error));
  const hewn_exec *exec = nullptr;
  if (line.run.threads) {
    auto pool = (*library)->getExec(line.run.threads);
    if (!pool)
      return fail(pool.takeError());
    exec = *pool;
  }
  if (llvm::Error error = (*library)->run(exec))
    return fail(std::move(error));
  return (*library)->getOutputs();
}

/// Compares with the interpreter or with a file.
static int compare(const DialectRegistry &registry, const CommandLine &line, ArrayRef<io::Array> outputs,
                   std::vector<io::Array> &inputs) {
  std::vector<io::Array> wanted;
  if (line.run.compare == "interpreter") {
    CompileOptions options = line.compile;
    if (!line.run.reference.empty())
      options.model = line.run.reference;
    FailureOr<std::vector<io::Array>> interpreted = runInterpreter(registry, options, line, inputs);
    if (failed(interpreted))
      return kFailure;
    wanted = std::move(*interpreted);
  } else {
    auto arrays = io::readArrays(line.run.compare);
    if (!arrays) {
      printError(arrays.takeError());
      return kFailure;
    }
    wanted = std::move(*arrays);
  }
  bool equal = compareOutputs(llvm::outs(), outputs, wanted, line.run.relative, line.run.absolute);
  return equal ? kSuccess : kMismatch;
}

int driver::runRun(const DialectRegistry &registry, const CommandLine &line) {
  std::vector<io::Array> inputs;
  FailureOr<std::vector<io::Array>> outputs = failure();
  bool isFolder = TemporaryArtifact::isArtifact(line.compile.model);
  if (isFolder && line.run.interpret) {
    (void)reportError(ErrorCode::Usage,
                      "--interpret takes a model file, not a compiled model"); // the exit code says it
    return kUsage;
  }
  if (isFolder && line.run.compare == "interpreter" && line.run.reference.empty()) {
    (void)reportError(ErrorCode::Usage,
                      "--compare=interpreter of a compiled model needs its model file: --reference FILE");
    return kUsage;
  }
  if (line.run.interpret) {
    outputs = runInterpreter(registry, line.compile, line, inputs);
  } else {
    TemporaryArtifact artifact;
    if (succeeded(artifact.make(registry, line.compile)))
      outputs = runLibrary(artifact.getFolder(), line, inputs);
  }
  if (failed(outputs))
    return kFailure;
  if (!line.run.outputs.empty()) {
    if (llvm::Error error = io::writeArrays(line.run.outputs, *outputs)) {
      printError(std::move(error));
      return kFailure;
    }
  } else {
    printSummary(llvm::outs(), *outputs);
  }
  return line.run.compare.empty() ? kSuccess : compare(registry, line, *outputs, inputs);
}
