// Opens a compiled model with dlopen and runs it.
#include "Library.h"
#include "hewn/Support/Errors.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstring>
#include <dlfcn.h>

using namespace hewn;
using namespace hewn::driver;
using llvm::StringRef;

template <typename... Args> static llvm::Error codedError(ErrorCode code, const Args &...args) {
  return llvm::createStringError(errorText(code, args...));
}

/// The name of the model whose library is in the folder; empty if there is not exactly one.
static std::string findName(StringRef folder) {
  std::string name;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end && !error; it.increment(error)) {
    StringRef file = llvm::sys::path::filename(it->path());
    if (!file.consume_front("lib") || !file.consume_back(".so"))
      continue;
    if (!name.empty())
      return "";
    name = file.str();
  }
  return name;
}

llvm::Error Library::check(hewn_status status) const {
  if (!status)
    return llvm::Error::success();
  std::string message = functions.message(status);
  switch (status) {
  case HEWN_STATUS_ABI:
    return codedError(ErrorCode::RunVersion, message);
  case HEWN_STATUS_CPU:
    return codedError(ErrorCode::RunCpu, message);
  case HEWN_STATUS_SHAPE:
    return codedError(ErrorCode::RunGuard, message);
  case HEWN_STATUS_WEIGHTS:
    return codedError(ErrorCode::RunWeights, info->name, message);
  case HEWN_STATUS_ARENA:
    return codedError(ErrorCode::RunArena, message);
  case HEWN_STATUS_OVERFLOW:
    return codedError(ErrorCode::RunOverflow, message);
  case HEWN_STATUS_RESOURCES:
    return codedError(ErrorCode::RunResources, message);
  case HEWN_STATUS_INVALID_ARGUMENT:
    return codedError(ErrorCode::RunInvalidArgument, message);
  default:
    return codedError(ErrorCode::RunFailed, status, message);
  }
}

llvm::Error Library::bind(const std::string &folder) {
  std::string name = findName(folder);
  if (name.empty())
    return codedError(ErrorCode::LibraryLoad, folder, "there is not exactly one lib*.so");
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, "lib" + name + ".so");
  if (std::error_code error = llvm::sys::fs::make_absolute(path))
    return codedError(ErrorCode::LibraryLoad, folder, error.message());
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return codedError(ErrorCode::LibraryLoad, folder, dlerror());
  auto find = [&](auto &function, const char *suffix) {
    void *address = dlsym(handle, (name + "_" + suffix).c_str());
    std::memcpy(&function, &address, sizeof address);
    return address != nullptr;
  };
  if (!find(functions.info, "info") || !find(functions.load, "load") || !find(functions.unload, "unload") ||
      !find(functions.query, "query") || !find(functions.run, "run") || !find(functions.message, "message") ||
      !find(functions.pool_create, "pool_create") || !find(functions.pool_destroy, "pool_destroy"))
    return codedError(ErrorCode::LibraryLoad, folder, "lib" + name + ".so was not made by hewn");
  info = functions.info();
  if (info->abi != HEWN_ABI || info->size < sizeof(hewn_model_info))
    return codedError(ErrorCode::RunVersion, "the library has " + std::to_string(info->abi));
  return check(functions.load(nullptr, &weights));
}

llvm::Expected<std::unique_ptr<Library>> Library::open(StringRef folder) {
  auto library = std::make_unique<Library>();
  if (llvm::Error error = library->bind(folder.str()))
    return error;
  return library;
}

Library::~Library() {
  if (pool)
    functions.pool_destroy(pool);
  if (weights)
    functions.unload(weights);
  if (handle)
    dlclose(handle);
}

llvm::Expected<const hewn_exec *> Library::getExec(int threads) {
  if (pool) {
    functions.pool_destroy(pool);
    pool = nullptr;
  }
  if (llvm::Error error = check(functions.pool_create(threads, &pool)))
    return error;
  return pool;
}

llvm::Expected<Library::Memory> Library::allocate(uint64_t bytes) {
  constexpr uint64_t kAlignment = 64;
  if (bytes > UINT64_MAX - kAlignment)
    return codedError(ErrorCode::RunResources, "too many bytes");
  // Never empty, so that every tensor has an address.
  Memory memory(std::aligned_alloc(kAlignment, llvm::alignTo(bytes + 1, kAlignment)));
  if (!memory)
    return codedError(ErrorCode::RunResources, llvm::formatv("{0} bytes", bytes).str());
  return memory;
}

llvm::Error Library::prepare(llvm::ArrayRef<io::Array> arrays, const Sizes &sizes) {
  dims.clear();
  llvm::ArrayRef<const char *> names(info->dims, info->dim_count);
  for (const auto &size : sizes)
    if (!llvm::is_contained(names, llvm::StringRef(size.first)))
      return codedError(ErrorCode::Usage, llvm::formatv("the model has no dimension '{0}'; it has: {1}", size.first,
                                                        names.empty() ? "none" : llvm::join(names, ", "))
                                              .str());
  for (int32_t i = 0; i < info->dim_count; ++i) {
    auto size = sizes.find(info->dims[i]);
    if (size == sizes.end())
      return codedError(ErrorCode::DimUnknown, info->dims[i]);
    dims.push_back(size->second);
  }
  std::vector<int64_t> outputSizes(info->output_size_count + 1);
  if (llvm::Error error = check(functions.query(dims.data(), &arenaBytes, outputSizes.data())))
    return error;
  inputs.clear();
  for (const io::Array &array : arrays) {
    auto memory = allocate(array.bytes.size());
    if (!memory)
      return memory.takeError();
    std::memcpy(memory->get(), array.bytes.data(), array.bytes.size());
    inputs.push_back(std::move(*memory));
  }
  outputs.clear();
  outputShapes.clear();
  for (int32_t i = 0; i < info->output_count; ++i) {
    const hewn_tensor_info &tensor = info->outputs[i];
    std::vector<int64_t> shape(tensor.sizes, tensor.sizes + tensor.rank);
    for (int32_t d = 0; d < tensor.rank; ++d)
      if (shape[d] < 0)
        shape[d] = outputSizes[tensor.symbols[d]];
    std::optional<uint64_t> bytes = io::getByteCount(static_cast<io::DType>(tensor.dtype), shape);
    if (!bytes)
      return codedError(ErrorCode::RunOverflow, "output '" + std::string(tensor.name) + "'");
    auto memory = allocate(*bytes);
    if (!memory)
      return memory.takeError();
    outputs.push_back(std::move(*memory));
    outputShapes.push_back(std::move(shape));
  }
  auto memory = allocate(static_cast<uint64_t>(arenaBytes));
  if (!memory)
    return memory.takeError();
  arena = std::move(*memory);
  return llvm::Error::success();
}

llvm::Error Library::run(const hewn_exec *exec) {
  llvm::SmallVector<const void *> in;
  llvm::SmallVector<void *> out;
  for (const Memory &memory : inputs)
    in.push_back(memory.get());
  for (const Memory &memory : outputs)
    out.push_back(memory.get());
  return check(
      functions.run(weights, in.data(), out.data(), dims.data(), arena.get(), static_cast<size_t>(arenaBytes), exec));
}

std::vector<io::Array> Library::getOutputs() const {
  std::vector<io::Array> arrays;
  for (int32_t i = 0; i < info->output_count; ++i) {
    io::Array array =
        io::makeArray(info->outputs[i].name, static_cast<io::DType>(info->outputs[i].dtype), outputShapes[i]);
    std::memcpy(array.bytes.data(), outputs[i].get(), array.bytes.size());
    arrays.push_back(std::move(array));
  }
  return arrays;
}
