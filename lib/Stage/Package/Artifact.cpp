// All files of an artifact, in the order in which they depend on each other.
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Support/Errors.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

/// Names become C identifiers and parts of file names; those of the runtime begin with "hewn".
static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) && !name.starts_with("hewn") &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

LogicalResult package::writeArtifact(ModuleOp module, ArrayRef<StringRef> kernels,
                                     llvm::function_ref<FailureOr<llvm::SmallVector<char, 0>>(ModuleOp)> compileHost,
                                     const EmitOptions &options) {
  Location location = module.getLoc();
  if (!isIdentifier(options.name))
    return emitCoded(location, ErrorCode::Usage,
                     "the name '" + options.name + "' is not a C identifier, or begins with 'hewn' (--name)");
  // Written beside the artifact and moved there at the end: a failure (a full disk) leaves an older artifact whole.
  SmallString<256> pattern(options.directory), staging;
  llvm::sys::path::append(pattern, ".partial");
  std::error_code error = llvm::sys::fs::make_absolute(pattern); // a relative one would be taken as one of /tmp
  if (!error)
    error = llvm::sys::fs::createUniqueDirectory(pattern, staging);
  if (error)
    return emitCoded(location, ErrorCode::FileUnwritable, options.directory, error.message());
  llvm::scope_exit cleanup([&] { llvm::sys::fs::remove_directories(staging); });
  SmallVector<std::string> names;
  auto file = [&](StringRef prefix, StringRef suffix) {
    names.push_back((prefix + options.name + suffix).str());
    SmallString<256> path(staging);
    llvm::sys::path::append(path, names.back());
    return path.str().str();
  };
  FailureOr<ModelDescription> model = describeModel(module, options.name);
  if (failed(model))
    return failure();
  FailureOr<WeightOffsets> weights = writeWeights(module, options.modelFolder, file("", ".weights"), *model);
  if (failed(weights))
    return failure();
  FailureOr<OwningOpRef<ModuleOp>> host = lowerHost(module, *model, *weights);
  if (failed(host))
    return failure();
  FailureOr<llvm::SmallVector<char, 0>> hostObject = compileHost(**host);
  if (failed(hostObject))
    return failure();
  if (options.verbose)
    llvm::errs() << llvm::formatv("  {0} kernels in {1} objects, {2} weights in {3:F2} MB, arena {4}\n",
                                  model->kernels.size(), kernels.size(), weights->size(), model->weightsBytes * 1e-6,
                                  model->arenaBytes < 0 ? std::string("by size")
                                                        : llvm::formatv("{0:F2} MB", model->arenaBytes * 1e-6).str());
  SmallVector<StringRef> objects(kernels);
  objects.emplace_back(hostObject->data(), hostObject->size());
  auto target = module->getAttrOfType<TargetAttr>(kTargetAttr);
  if (failed(linkLibrary(location, objects, options.name, file("lib", ".so"))) ||
      failed(writeHeader(location, *model, file("", ".h"))) ||
      failed(writeManifest(location, *model, target ? target.getName() : "", file("", ".json"))))
    return failure();
  for (const std::string &name : names) {
    SmallString<256> from(staging), to(options.directory);
    llvm::sys::path::append(from, name);
    llvm::sys::path::append(to, name);
    if (std::error_code error = llvm::sys::fs::rename(from, to))
      return emitCoded(location, ErrorCode::FileUnwritable, to, error.message());
  }
  return success();
}
