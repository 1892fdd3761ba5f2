// Diagnostics, progress, and reading and writing of models.
#include "Session.h"
#include "hewn/Stage/Import/Import.h"
#include "hewn/Support/Version.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/Threading.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::driver;

void driver::printError(llvm::Error error) {
  llvm::handleAllErrors(std::move(error), [](const llvm::ErrorInfoBase &info) {
    std::string text = info.message();
    if (!StringRef(text).starts_with("[HWN"))
      text = errorText(ErrorCode::Upstream, text);
    llvm::errs() << "error" << text << "\n";
  });
}

Session::Session(const DialectRegistry &registry, const CompileOptions &options)
    : context(registry, options.jobs == 1 ? MLIRContext::Threading::DISABLED : MLIRContext::Threading::ENABLED),
      options(options) {
  context.loadDialect<HewnDialect>();
  context.printOpOnDiagnostic(false);
  handler = context.getDiagEngine().registerHandler([this](Diagnostic &d) { return handleDiagnostic(d); });
}

Session::~Session() { context.getDiagEngine().eraseHandler(handler); }

unsigned Session::getJobs() const {
  return options.jobs ? options.jobs : llvm::hardware_concurrency().compute_thread_count();
}

void Session::say(const Twine &text) const {
  if (!options.verbose)
    return;
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  llvm::errs() << llvm::format("[%6.2f s] ", time.count()) << text << "\n";
}

/// "node 'conv1'", "model.mlir:3:5", or nothing for unknown places.
static std::string describe(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return ((name.getName().getValue().ends_with(".onnx") ? "'" : "node '") + name.getName().getValue() + "'").str();
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return llvm::formatv("{0}:{1}:{2}", file.getFilename().getValue(), file.getLine(), file.getColumn()).str();
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return describe(call.getCallee());
  std::string text;
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    constexpr unsigned kShown = 4;
    unsigned shown = 0;
    for (Location part : fused.getLocations()) {
      std::string one = describe(part);
      if (one.empty())
        continue;
      if (shown++ == kShown)
        return text + ", ...";
      text += (text.empty() ? "" : ", ") + one;
    }
  }
  return text;
}

/// Coded errors pass as they are; everything else is wrapped as HWN9001.
LogicalResult Session::handleDiagnostic(Diagnostic &diagnostic) {
  std::string text = diagnostic.str();
  bool coded = StringRef(text).starts_with("[HWN");
  StringRef kind = "note: ";
  if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
    // runStage reports the failure of the pipeline itself.
    if (StringRef(text).starts_with("Failures have been detected while processing"))
      return success();
    ++(coded ? codedErrors : otherErrors);
    if (!coded)
      text = errorText(parsing ? ErrorCode::ParseFailed : ErrorCode::Upstream, text);
    unsigned number = 0;
    if (!StringRef(text).drop_front(4).split(']').first.getAsInteger(10, number))
      ++errors[number];
    kind = "error";
  } else if (diagnostic.getSeverity() == DiagnosticSeverity::Warning) {
    kind = "warning: ";
  } else if (diagnostic.getSeverity() == DiagnosticSeverity::Remark) {
    kind = "remark: ";
  }
  std::string line = (kind + text).str();
  if (std::string place = describe(diagnostic.getLocation()); !place.empty())
    line += "\n  at " + place;
  for (Diagnostic &note : diagnostic.getNotes())
    line += "\n  note: " + note.str();
  llvm::errs() << line << "\n";
  return success();
}

/// On files only: where the weights of the model are.
static constexpr llvm::StringLiteral kFolderAttr = "hewn.folder";

OwningOpRef<ModuleOp> Session::load(Stage &stage) {
  StringRef path = options.model;
  if (!llvm::sys::fs::is_regular_file(path)) {
    (void)reportError(ErrorCode::FileUnreadable, path, "no such file"); // the null result is the failure
    return nullptr;
  }
  SmallString<256> folder(path);
  llvm::sys::path::remove_filename(folder);
  if (std::error_code error = llvm::sys::fs::make_absolute(folder)) {
    (void)reportError(ErrorCode::FileUnreadable, path, error.message()); // the null result is the failure
    return nullptr;
  }
  modelFolder = folder.str().str();
  say("reading " + path);
  OwningOpRef<ModuleOp> module = loadIR(stage);
  if (!options.weights.empty())
    modelFolder = options.weights;
  return module;
}

OwningOpRef<ModuleOp> Session::loadIR(Stage &stage) {
  if (StringRef(options.model).ends_with(".onnx")) {
    stage = Stage::ONNX;
    return importONNX(options.model, context, ImportOptions{options.dims});
  }
  llvm::SourceMgr sources;
  parsing = true;
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(options.model, sources, ParserConfig(&context));
  parsing = false;
  if (!module)
    return nullptr;
  auto fail = [&](const Twine &why) -> OwningOpRef<ModuleOp> {
    (void)reportError(ErrorCode::StageInput, options.model, why.str()); // the null result is the failure
    return nullptr;
  };
  if (auto version = (*module)->getAttrOfType<StringAttr>(kVersionAttr); version && version.getValue() != HEWN_VERSION)
    return fail("written by hewn " + version.getValue() + ", this is " + HEWN_VERSION);
  std::string name = options.from;
  if (name.empty())
    if (auto attr = (*module)->getAttrOfType<StringAttr>(kStageAttr))
      name = attr.getValue().str();
  if (name.empty())
    return fail("the file does not say its stage");
  std::optional<Stage> known = symbolizeStage(name);
  if (!known)
    return fail("unknown stage '" + name + "'");
  stage = *known;
  if (auto folder = (*module)->getAttrOfType<StringAttr>(kFolderAttr))
    modelFolder = folder.getValue().str();
  for (StringRef attr : {StringRef(kVersionAttr), StringRef(kFolderAttr)})
    (*module)->removeAttr(attr);
  return module;
}

LogicalResult Session::write(ModuleOp module, StringRef path, bool bytecode) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (error)
    return reportError(ErrorCode::FileUnwritable, path, error.message());
  Builder builder(&context);
  // A file says what it is and where its weights are; the module in memory stays free of folders.
  module->setAttr(kVersionAttr, builder.getStringAttr(HEWN_VERSION));
  module->setAttr(kFolderAttr, builder.getStringAttr(modelFolder));
  LogicalResult result = success();
  if (bytecode) {
    BytecodeWriterConfig config("hewn " HEWN_VERSION);
    result = writeBytecodeToFile(module, os, config);
  } else {
    OpPrintingFlags flags;
    flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/false);
    module->print(os, flags);
    os << "\n";
  }
  module->removeAttr(kVersionAttr);
  module->removeAttr(kFolderAttr);
  os.flush();
  if (os.has_error() || failed(result)) {
    std::string why = os.has_error() ? os.error().message() : "the bytecode writer failed";
    os.clear_error();
    return reportError(ErrorCode::FileUnwritable, path, why);
  }
  return success();
}
