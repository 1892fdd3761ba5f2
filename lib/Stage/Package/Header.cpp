// The C header and the JSON manifest of a model.
#include "Blobs.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Support/Errors.h"
#include "hewn/Support/Version.h"
#include "hewn/TensorIO/TensorIO.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

/// A name as part of a C identifier.
static std::string toIdentifier(StringRef text) {
  std::string out;
  for (char c : text)
    out += llvm::isAlnum(c) ? c : '_';
  return out;
}

/// Text that stands in a comment.
static std::string toComment(StringRef text) {
  std::string out;
  for (char c : text)
    out += llvm::isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return out;
}

static std::string shapeText(const TensorDescription &tensor) {
  std::string text = "[";
  for (size_t i = 0; i < tensor.sizes.size(); ++i) {
    text += i ? ", " : "";
    text += tensor.sizes[i] >= 0 ? std::to_string(tensor.sizes[i]) : tensor.labels[i];
  }
  return text + "]";
}

/// Enumerators for `tensors`; two names that make the same identifier are told apart by their position.
static void writeTensors(raw_ostream &os, StringRef prefix, ArrayRef<TensorDescription> tensors) {
  llvm::StringMap<unsigned> seen;
  for (auto [index, tensor] : llvm::enumerate(tensors)) {
    std::string id = toIdentifier(tensor.name);
    if (seen[id]++)
      id += "_" + std::to_string(index);
    os << "  " << prefix << id << " = " << index << ", /* '" << toComment(tensor.name)
       << "': " << io::getName(*io::symbolizeDType(tensor.dtype)) << " " << toComment(shapeText(tensor));
    for (size_t i = 0; i < tensor.sizes.size(); ++i)
      if (tensor.sizes[i] < 0 && prefix.contains("_OUT_"))
        os << ", dimension " << i << " is output_sizes[" << tensor.symbols[i] << "]";
    os << " */\n";
  }
}

static void printHeader(raw_ostream &os, const ModelDescription &model) {
  std::string upper = StringRef(model.name).upper();
  const std::string &name = model.name;
  os << "/* Model '" << name << "', made by hewn " << HEWN_VERSION << ". Link lib" << name << ".so; keep " << name
     << ".weights beside it (or pass its path to " << name << "_load).\n *\n"
     << " *   hewn_weights *weights;\n"
     << " *   hewn_status status = " << name
     << "_load(NULL, &weights);      // once; maps the file, checks machine and hash\n"
     << " *   void *arena = aligned_alloc(64, "
     << (model.arenaBytes >= 0 ? upper + "_ARENA_BYTES" : "bytes rounded up to 64")
     << "); // scratch; one per run at a time\n"
     << " *   status = " << name << "_run(weights, inputs, outputs, " << (model.dims.empty() ? "NULL" : "dims")
     << ", arena, bytes, NULL);\n"
     << " *   if (status) puts(" << name << "_message(status));\n *\n"
     << " * Tensors are dense and row-major. A run allocates nothing (the first with exec = NULL starts the library's "
        "threads)\n"
     << " * and may go on in several threads at once, each with an arena of its own. */\n"
     << "#ifndef HEWN_MODEL_" << upper << "_H\n#define HEWN_MODEL_" << upper << "_H\n\n"
     << getRuntimeHeader() << "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";

  os << "/* Positions in `inputs` and `outputs`. */\nenum {\n";
  writeTensors(os, upper + "_IN_", model.inputs);
  os << "  " << upper << "_INPUTS = " << model.inputs.size() << "\n};\nenum {\n";
  writeTensors(os, upper + "_OUT_", model.outputs);
  os << "  " << upper << "_OUTPUTS = " << model.outputs.size() << "\n};\n";
  os << "/* Positions in `dims`: the symbolic dimensions. */\nenum {\n";
  for (auto [index, dim] : llvm::enumerate(model.dims))
    os << "  " << upper << "_DIM_" << toIdentifier(dim) << " = " << index << ", /* '" << toComment(dim) << "' */\n";
  os << "  " << upper << "_DIMS = " << model.dims.size() << "\n};\n";
  os << "/* Number of sizes that " << name << "_query gives for outputs. */\nenum { " << upper
     << "_OUTPUT_SIZES = " << model.outputSizes << " };\n";
  if (model.arenaBytes >= 0)
    os << "#define " << upper << "_ARENA_BYTES ((size_t)" << model.arenaBytes << "u)\n";
  else
    os << "/* Bytes of the arena depend on dims: ask " << name << "_query. */\n";

  os << "\n/* What the model is, as data. */\nconst hewn_model_info *" << name << "_info(void);\n"
     << "/* Maps the weights at `path` (NULL: beside the library). Refuses a machine that lacks what the code needs. "
        "*/\n"
     << "hewn_status " << name << "_load(const char *path, hewn_weights **weights);\n"
     << "void " << name << "_unload(hewn_weights *weights);\n"
     << "/* Bytes of the arena and sizes of the outputs for these `dims`; either result may be NULL. */\n"
     << "hewn_status " << name << "_query(const int64_t *dims, int64_t *arena_bytes, int64_t *output_sizes);\n"
     << "/* Computes the outputs. `arena` is aligned to 64 bytes. exec = NULL: the library's own threads. */\n"
     << "hewn_status " << name << "_run(const hewn_weights *weights, const void *const *inputs, void *const *outputs,\n"
     << "    const int64_t *dims, void *arena, size_t arena_bytes, const hewn_exec *exec);\n"
     << "/* What a status means; for the last failure of this thread, what exactly failed. */\n"
     << "const char *" << name << "_message(hewn_status status);\n"
     << "/* An executor with this many threads (0: as many as the process may use), for any model. */\n"
     << "hewn_status " << name << "_pool_create(int32_t threads, hewn_exec **exec);\n"
     << "void " << name << "_pool_destroy(hewn_exec *exec);\n"
     << "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

static llvm::json::Array toJson(ArrayRef<TensorDescription> tensors) {
  llvm::json::Array list;
  for (const TensorDescription &tensor : tensors) {
    llvm::json::Array shape;
    for (size_t i = 0; i < tensor.sizes.size(); ++i) {
      if (tensor.sizes[i] >= 0)
        shape.push_back(tensor.sizes[i]);
      else
        shape.push_back(llvm::json::fixUTF8(tensor.labels[i]));
    }
    list.push_back(llvm::json::Object{{"name", llvm::json::fixUTF8(tensor.name)},
                                      {"dtype", io::getName(*io::symbolizeDType(tensor.dtype))},
                                      {"shape", std::move(shape)}});
  }
  return list;
}

static llvm::json::Array toJson(ArrayRef<std::string> texts) {
  llvm::json::Array list;
  for (const std::string &text : texts)
    list.push_back(llvm::json::fixUTF8(text));
  return list;
}

/// Opens `path`, lets `print` write, and reports what failed.
static LogicalResult writeFile(Location location, StringRef path, llvm::function_ref<void(raw_ostream &)> print) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (!error) {
    print(os);
    os.close();
    error = os.error();
    os.clear_error();
  }
  if (error)
    return emitCoded(location, ErrorCode::FileUnwritable, path, error.message());
  return success();
}

LogicalResult package::writeHeader(Location location, const ModelDescription &model, StringRef path) {
  return writeFile(location, path, [&](raw_ostream &os) { printHeader(os, model); });
}

LogicalResult package::writeManifest(Location location, const ModelDescription &model, StringRef target,
                                     StringRef path) {
  llvm::json::Array kernels;
  for (const KernelDescription &kernel : model.kernels)
    kernels.push_back(llvm::json::Object{{"name", kernel.name},
                                         {"launches", kernel.launches},
                                         {"flops", kernel.flops},
                                         {"bytes", kernel.bytes},
                                         {"nodes", toJson(kernel.nodes)}});
  llvm::json::Object manifest{
      {"hewn", HEWN_VERSION},
      {"abi", 1},
      {"name", model.name},
      {"target", target},
      {"features", toJson(model.features)},
      {"inputs", toJson(model.inputs)},
      {"outputs", toJson(model.outputs)},
      {"dims", toJson(model.dims)},
      {"arena_bytes", model.arenaBytes},
      {"weights", llvm::json::Object{{"file", model.name + ".weights"},
                                     {"bytes", static_cast<int64_t>(model.weightsBytes)},
                                     {"hash", llvm::formatv("{0:x-16}", model.weightsHash).str()}}},
      {"kernels", std::move(kernels)}};
  return writeFile(location, path, [&](raw_ostream &os) {
    os << llvm::formatv("{0:2}", llvm::json::Value(std::move(manifest))) << "\n";
  });
}
