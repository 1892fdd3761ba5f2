// Weights: slices of mapped files, and regions evaluated once.
#include "hewn/Interpreter/WeightProvider.h"
#include "Models.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

FailureOr<Tensor> WeightProvider::get(WeightOp weight) {
  auto found = known.find(weight);
  if (found != known.end())
    return found->second;
  if (!underway.insert(weight).second)
    return emitCoded(weight.getLoc(), ErrorCode::RunWeights, weight.getSymName(), "it is computed from itself");
  FailureOr<Tensor> tensor = weight.getSource() ? mapSource(weight) : compute(weight);
  underway.erase(weight);
  if (succeeded(tensor))
    known[weight] = *tensor;
  return tensor;
}

FailureOr<Tensor> WeightProvider::mapSource(WeightOp weight) {
  SourceAttr source = *weight.getSource();
  auto error = [&](const Twine &reason) -> FailureOr<Tensor> {
    return emitCoded(weight.getLoc(), ErrorCode::RunWeights, weight.getSymName(), reason.str());
  };
  auto type = dyn_cast<RankedTensorType>(weight.getType());
  std::optional<int64_t> bytes =
      type && type.hasStaticShape() ? Tensor::checkedBytes(type.getElementType(), type.getShape()) : std::nullopt;
  if (!bytes)
    return error("its type is not supported");

  SmallString<128> path(source.getFile());
  if (llvm::sys::path::is_relative(path) && !folder.empty()) {
    path = folder;
    llvm::sys::path::append(path, source.getFile());
  }
  std::shared_ptr<const void> &file = files[path];
  if (!file) {
    // A large file is mapped; reading past its end is impossible because of the check below.
    auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!buffer)
      return error("cannot read '" + path + "': " + buffer.getError().message());
    file = std::shared_ptr<const llvm::MemoryBuffer>(std::move(*buffer));
  }
  const auto *buffer = static_cast<const llvm::MemoryBuffer *>(file.get());
  auto size = static_cast<int64_t>(buffer->getBufferSize());
  int64_t offset = source.getOffset(), length = source.getLength();
  if (offset < 0 || length != *bytes || offset > size || length > size - offset)
    return error("bytes " + Twine(offset) + " to " + Twine(offset) + " + " + Twine(length) + " do not lie in '" + path +
                 "', or are not as many as its type takes");
  return Tensor::view(type.getElementType(), type.getShape(), buffer->getBufferStart() + offset, file);
}

FailureOr<Tensor> WeightProvider::compute(WeightOp weight) {
  if (weight.getBody().empty())
    return emitCoded(weight.getLoc(), ErrorCode::RunWeights, weight.getSymName(), "it has neither source nor region");
  Options options;
  RunState state{*this, options};
  state.depth = 1;
  Frame frame(state);
  FailureOr<SmallVector<Tensor>> results = frame.runBlock(weight.getBody().front(), {});
  if (failed(results))
    return failure();
  return results->front();
}
