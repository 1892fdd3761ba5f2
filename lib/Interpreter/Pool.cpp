// nn.pool: a window of the input for every element of the result.
#include "Models.h"
#include <cmath>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// What one window holds, gathered tap by tap.
struct Window {
  double sum = 0, largest = -INFINITY, powers = 0;
  int64_t inside = 0, padded = 0;
  bool nan = false;
};

double finish(nn::PoolOp op, const Window &window) {
  switch (op.getKind()) {
  case nn::PoolKind::Max:
    return window.nan ? NAN : window.largest;
  case nn::PoolKind::Average:
    return window.sum / static_cast<double>(op.getCountIncludePad() ? window.padded : window.inside);
  case nn::PoolKind::LpNorm:
    return std::pow(window.powers, 1.0 / static_cast<double>(op.getP()));
  }
  llvm_unreachable("unknown pool kind");
}

LogicalResult interpretPool(nn::PoolOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t rank = op.getKernel().size(), first = op.getLayout() == nn::Layout::NCHW ? 2 : 1;
  Shape strides = rowMajorStrides(input.getShape());
  std::vector<double> values = loadFloats(input);
  int64_t position = 0;
  forEachIndex(result->getShape(), [&](ArrayRef<int64_t> index) {
    int64_t base = 0;
    for (int64_t d = 0; d < input.getRank(); ++d)
      if (d < first || d >= first + rank)
        base += index[d] * strides[d];
    Window window;
    forEachIndex(op.getKernel(), [&](ArrayRef<int64_t> tap) {
      int64_t offset = base;
      bool inside = true, padded = true;
      for (int64_t d = 0; d < rank; ++d) {
        int64_t size = input.getDim(first + d), low = op.getPads()[d], high = op.getPads()[rank + d];
        int64_t at = index[first + d] * op.getStrides()[d] + tap[d] * op.getDilations()[d] - low;
        inside &= at >= 0 && at < size;
        padded &= at < size + high;
        offset += at * strides[first + d];
      }
      window.padded += padded;
      if (!inside)
        return;
      double value = values[offset];
      ++window.inside;
      window.sum += value;
      window.nan |= std::isnan(value);
      window.largest = std::fmax(window.largest, value);
      window.powers += std::pow(std::fabs(value), static_cast<double>(op.getP()));
    });
    result->setFloat(position++, finish(op, window));
  });
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachPoolModels(MLIRContext *context) { attach<nn::PoolOp, interpretPool>(context); }
