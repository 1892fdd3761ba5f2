// The weights file: a header, then each weight's bytes at a multiple of 64. One weight at a time is in memory.
#include "../../Runtime/runtime.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Interpreter/WeightProvider.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

static constexpr uint64_t kAlignment = 64;

namespace {
/// A file that is hashed while it is written.
class HashedFile {
public:
  HashedFile(StringRef path, std::error_code &error) : os(path, error) { hewn_rt_hash_init(&hash); }

  uint64_t getSize() const { return size; }
  void append(ArrayRef<char> bytes) {
    hewn_rt_hash_update(&hash, bytes.data(), bytes.size());
    os.write(bytes.data(), bytes.size());
    size += bytes.size();
  }
  void align() {
    static constexpr char kZeros[kAlignment] = {};
    append(ArrayRef(kZeros, llvm::alignTo(size, kAlignment) - size));
  }
  uint64_t getHash() const { return hewn_rt_hash_final(&hash); }
  /// Puts the header in front; the data start at its end.
  void writeHeader() {
    hewn_rt_weights_header header = {};
    std::memcpy(header.magic, HEWN_RT_MAGIC, sizeof header.magic);
    header.abi = HEWN_ABI;
    header.header_bytes = sizeof header;
    header.data_bytes = size;
    header.hash = getHash();
    os.seek(0);
    os.write(reinterpret_cast<const char *>(&header), sizeof header);
  }
  void reserveHeader() { os.write_zeros(sizeof(hewn_rt_weights_header)); }
  llvm::raw_fd_ostream os;

private:
  hewn_rt_hash hash;
  uint64_t size = 0;
};
} // namespace

static uint64_t hashOf(ArrayRef<char> bytes) {
  hewn_rt_hash state;
  hewn_rt_hash_init(&state);
  hewn_rt_hash_update(&state, bytes.data(), bytes.size());
  return hewn_rt_hash_final(&state);
}

/// Whether the bytes at `offset` of the data are `bytes`.
static bool sameInFile(HashedFile &file, StringRef path, int64_t offset, ArrayRef<char> bytes) {
  file.os.flush();
  auto buffer = llvm::MemoryBuffer::getFileSlice(path, bytes.size(), offset + sizeof(hewn_rt_weights_header));
  return buffer && (*buffer)->getBuffer() == StringRef(bytes.data(), bytes.size());
}

FailureOr<WeightOffsets> package::writeWeights(ModuleOp module, StringRef modelFolder, StringRef path,
                                               ModelDescription &model) {
  WeightOffsets offsets;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  llvm::SetVector<StringRef> used;
  main.walk([&](LoadWeightOp load) { used.insert(load.getWeight()); });
  std::error_code error;
  HashedFile file(path, error);
  if (error)
    return emitCoded(module.getLoc(), ErrorCode::FileUnwritable, path, error.message()), failure();
  file.reserveHeader();

  SymbolTable symbols(module);
  interp::WeightProvider provider(modelFolder);
  DenseMap<std::pair<uint64_t, uint64_t>, int64_t> known; // (hash, bytes) -> offset
  for (StringRef name : used) {
    auto weight = symbols.lookup<WeightOp>(name);
    if (!weight)
      return emitCoded(module.getLoc(), ErrorCode::Upstream, ("no weight @" + name).str()), failure();
    FailureOr<interp::Tensor> tensor = provider.get(weight);
    if (failed(tensor))
      return failure();
    ArrayRef<char> bytes = tensor->getBytes();
    auto [it, isNew] = known.try_emplace({hashOf(bytes), bytes.size()}, file.getSize());
    if (!isNew && sameInFile(file, path, it->second, bytes)) {
      offsets[name] = it->second;
    } else {
      offsets[name] = static_cast<int64_t>(file.getSize());
      file.append(bytes);
      file.align();
    }
    provider.release(weight);
  }
  model.weightsBytes = file.getSize();
  model.weightsHash = file.getHash();
  file.writeHeader();
  file.os.close();
  if (file.os.has_error()) {
    std::string why = file.os.error().message();
    file.os.clear_error();
    return emitCoded(module.getLoc(), ErrorCode::FileUnwritable, path, why), failure();
  }
  return offsets;
}
