// Compiles a model of the stage graph to a library in a folder, loads it, and runs it.
#include "Compiled.h"
#include "hewn/Runtime/hewn.h"
#include "hewn/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include <cstdlib>
#include <dlfcn.h>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

static constexpr StringLiteral kPipeline =
    "hewn-to-placed,hewn-to-kernels,hewn-to-buffers,hewn-run-target-stage{stage=scheduled},hewn-to-planned,"
    "hewn-run-target-stage{stage=target}";

LogicalResult hewn::compileTo(ModuleOp module, StringRef folder) {
  MLIRContext *context = module.getContext();
  const Target *target = lookupTarget(context, "cpu");
  if (!target)
    return module.emitError("the target cpu is not registered");
  FailureOr<TargetAttr> attr = target->makeAttr(context, {});
  if (failed(attr))
    return failure();
  module->setAttr(kTargetAttr, *attr);
  PassManager pm(context);
  if (failed(parsePassPipeline(kPipeline, pm)) || failed(pm.run(module)))
    return failure();
  EmitOptions options;
  options.directory = options.modelFolder = folder.str();
  options.name = "model";
  return target->emit(module, options);
}

namespace {
/// The functions of a loaded library.
struct Library {
  void *handle;
  const hewn_model_info *(*info)();
  hewn_status (*load)(const char *, hewn_weights **);
  void (*unload)(hewn_weights *);
  hewn_status (*run)(const hewn_weights *, const void *const *, void *const *, const int64_t *, void *, size_t,
                     const hewn_exec *);
  const char *(*message)(hewn_status);

  explicit Library(StringRef folder) : handle(dlopen((folder + "/libmodel.so").str().c_str(), RTLD_NOW | RTLD_LOCAL)) {
    auto find = [&](auto &function, const char *name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(handle ? dlsym(handle, name) : nullptr);
    };
    find(info, "model_info");
    find(load, "model_load");
    find(unload, "model_unload");
    find(run, "model_run");
    find(message, "model_message");
  }
  ~Library() {
    if (handle)
      dlclose(handle);
  }
  bool isComplete() const { return info && load && unload && run && message; }
};

/// Bytes at an alignment that kernels may rely on.
std::shared_ptr<void> alignedBytes(int64_t size) {
  return {std::aligned_alloc(64, (std::max<int64_t>(size, 1) + 63) / 64 * 64), std::free};
}
} // namespace

FailureOr<SmallVector<Tensor>> hewn::runCompiled(Location loc, StringRef folder, ArrayRef<Tensor> inputs,
                                                 ArrayRef<RankedTensorType> outputs) {
  Library library(folder);
  if (!library.isComplete())
    return emitError(loc, "the library cannot be loaded");
  SmallVector<std::shared_ptr<void>> memory;
  SmallVector<const void *> from;
  for (const Tensor &input : inputs) {
    memory.push_back(alignedBytes(input.getBytes().size()));
    std::memcpy(memory.back().get(), input.data(), input.getBytes().size());
    from.push_back(memory.back().get());
  }
  SmallVector<Tensor> results;
  SmallVector<void *> to;
  for (RankedTensorType type : outputs) {
    std::optional<int64_t> bytes = Tensor::checkedBytes(type.getElementType(), type.getShape());
    if (!bytes)
      return emitError(loc, "an output has no static size");
    memory.push_back(alignedBytes(*bytes));
    // What the library does not write shows as NaN.
    std::memset(memory.back().get(), 0xff, *bytes);
    to.push_back(memory.back().get());
    results.push_back(Tensor::view(type.getElementType(), type.getShape(),
                                   static_cast<const char *>(memory.back().get()), memory.back()));
  }
  int64_t arenaBytes = library.info()->arena_bytes;
  if (library.info()->dim_count || arenaBytes < 0)
    return emitError(loc, "the library has dynamic sizes");
  std::shared_ptr<void> arena = alignedBytes(arenaBytes);
  hewn_weights *weights = nullptr;
  hewn_status status = library.load((folder + "/model.weights").str().c_str(), &weights);
  if (!status)
    status = library.run(weights, from.data(), to.data(), nullptr, arena.get(), arenaBytes, nullptr);
  std::string message = status ? library.message(status) : "";
  library.unload(weights);
  if (status)
    return emitError(loc) << "status " << status << ": " << message;
  return results;
}
