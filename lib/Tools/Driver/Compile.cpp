// hewn compile: a model to an artifact, or to the IR of a stage.
#include "Commands.h"
#include "Session.h"
#include "TemporaryArtifact.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

/// The folder in which `path` lies, "." for stdout and bare names.
static std::string getFolder(StringRef path) {
  StringRef folder = path == "-" ? "" : llvm::sys::path::parent_path(path);
  return folder.empty() ? "." : folder.str();
}

/// Writes the IR of stage `to`.
static LogicalResult emitStage(Session &session, Stage to) {
  const CompileOptions &options = session.getOptions();
  std::string path = options.output.empty() ? "-" : options.output;
  Stage from;
  OwningOpRef<ModuleOp> module = session.load(from);
  if (!module)
    return failure();
  if (to < from)
    return reportError(ErrorCode::StageInput, options.model,
                       ("is already at stage " + stringifyStage(from) + ", past " + stringifyStage(to)).str());
  if (failed(session.advance(*module, from, to, getFolder(path))))
    return failure();
  session.say("writing " + path);
  return session.write(*module, path, options.emitBytecode || StringRef(path).ends_with(".mlirbc"));
}

/// Writes the artifact.
static LogicalResult emitArtifact(Session &session) {
  const CompileOptions &options = session.getOptions();
  std::string folder = options.output.empty() ? options.name : options.output;
  if (std::error_code error = llvm::sys::fs::create_directories(folder))
    return reportError(ErrorCode::FileUnwritable, folder, error.message());
  Stage from;
  OwningOpRef<ModuleOp> module = session.load(from);
  if (!module || failed(session.advance(*module, from, Stage::Target, folder)))
    return failure();
  if (!session.getTarget() && failed(session.selectTarget(*module)))
    return failure();
  session.say("writing the artifact to " + folder);
  EmitOptions emit;
  emit.directory = folder;
  emit.name = options.name;
  emit.modelFolder = session.getModelFolder().str();
  emit.jobs = session.getJobs();
  emit.verbose = options.verbose;
  if (failed(session.getTarget()->emit(*module, emit)))
    return failure();
  session.say("done");
  return success();
}

bool TemporaryArtifact::isArtifact(StringRef path) { return llvm::sys::fs::is_directory(path); }

LogicalResult TemporaryArtifact::make(const DialectRegistry &registry, const CompileOptions &options) {
  if (isArtifact(options.model)) {
    folder = options.model;
    return success();
  }
  SmallString<128> made;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("hewn", made))
    return reportError(ErrorCode::FileUnwritable, made, error.message());
  folder = made.str().str();
  temporary = true;
  CompileOptions changed = options;
  changed.output = folder;
  Session session(registry, changed);
  if (succeeded(emitArtifact(session)))
    return success();
  // A reproducer in the folder is worth keeping; an empty folder is not.
  temporary = false;
  llvm::sys::fs::remove(folder);
  return failure();
}

TemporaryArtifact::~TemporaryArtifact() {
  if (temporary)
    llvm::sys::fs::remove_directories(folder);
}

int driver::runCompile(const DialectRegistry &registry, const CommandLine &line) {
  Session session(registry, line.compile);
  if (line.compile.emit.empty())
    return failed(emitArtifact(session)) ? kFailure : kSuccess;
  std::optional<Stage> stage = symbolizeStage(line.compile.emit);
  if (!stage) {
    (void)reportError(ErrorCode::Usage, "unknown stage '" + line.compile.emit + "'"); // the exit code says it
    return kUsage;
  }
  return failed(emitStage(session, *stage)) ? kFailure : kSuccess;
}
