// nn.reduce and nn.arg_reduce.
#include "Models.h"
#include <cmath>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// For every element of the result, in order: the offset of its first input element; and the offsets of all the
/// elements that it reduces, relative to that.
struct ReducedOffsets {
  std::vector<int64_t> bases, steps;

  ReducedOffsets(ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
    Shape strides = rowMajorStrides(shape), kept(shape), reduced(shape);
    for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); ++i)
      (llvm::is_contained(axes, i) ? kept : reduced)[i] = 1;
    auto collect = [&](ArrayRef<int64_t> sizes, std::vector<int64_t> &offsets) {
      forEachIndex(sizes, [&](ArrayRef<int64_t> index) {
        int64_t offset = 0;
        for (auto [position, stride] : llvm::zip_equal(index, strides))
          offset += position * stride;
        offsets.push_back(offset);
      });
    };
    collect(kept, bases);
    collect(reduced, steps);
  }
};

/// `at(i)` is the i-th of `count` elements.
template <typename F> double reduceFloats(nn::ReduceKind kind, int64_t count, F at) {
  double sum = 0, product = 1, smallest = INFINITY, largest = -INFINITY, absolute = 0, squares = 0;
  bool nan = false;
  for (int64_t i = 0; i < count; ++i) {
    double x = at(i);
    nan |= std::isnan(x);
    sum += x;
    product *= x;
    smallest = std::fmin(smallest, x);
    largest = std::fmax(largest, x);
    absolute += std::fabs(x);
    squares += x * x;
  }
  switch (kind) {
  case nn::ReduceKind::Sum:
    return sum;
  case nn::ReduceKind::Mean:
    return sum / static_cast<double>(count);
  case nn::ReduceKind::Max:
    return nan ? NAN : largest;
  case nn::ReduceKind::Min:
    return nan ? NAN : smallest;
  case nn::ReduceKind::Prod:
    return product;
  case nn::ReduceKind::L1:
    return absolute;
  case nn::ReduceKind::L2:
    return std::sqrt(squares);
  case nn::ReduceKind::SumSquare:
    return squares;
  case nn::ReduceKind::LogSum:
    return std::log(sum);
  case nn::ReduceKind::LogSumExp: {
    if (nan || !std::isfinite(largest))
      return nan ? NAN : largest;
    double scaled = 0;
    for (int64_t i = 0; i < count; ++i)
      scaled += std::exp(at(i) - largest);
    return largest + std::log(scaled);
  }
  }
  llvm_unreachable("unknown reduction");
}

/// Integers: exact for sums of 64-bit elements; the kinds with roots and logarithms go by double.
template <typename F>
Integer reduceIntegers(nn::ReduceKind kind, int64_t count, Integer lowest, Integer highest, F at) {
  unsigned __int128 sum = 0, product = 1, absolute = 0, squares = 0; // wrap
  Integer smallest = highest, largest = lowest;
  for (int64_t i = 0; i < count; ++i) {
    Integer x = at(i);
    sum += static_cast<unsigned __int128>(x);
    product *= static_cast<unsigned __int128>(x);
    smallest = std::min(smallest, x);
    largest = std::max(largest, x);
    absolute += static_cast<unsigned __int128>(x < 0 ? -x : x);
    squares += static_cast<unsigned __int128>(x) * static_cast<unsigned __int128>(x);
  }
  switch (kind) {
  case nn::ReduceKind::Sum:
    return static_cast<Integer>(sum);
  case nn::ReduceKind::Mean:
    return count ? static_cast<Integer>(sum) / count : 0;
  case nn::ReduceKind::Max:
    return largest;
  case nn::ReduceKind::Min:
    return smallest;
  case nn::ReduceKind::Prod:
    return static_cast<Integer>(product);
  case nn::ReduceKind::L1:
    return static_cast<Integer>(absolute);
  case nn::ReduceKind::SumSquare:
    return static_cast<Integer>(squares);
  case nn::ReduceKind::L2:
  case nn::ReduceKind::LogSum:
  case nn::ReduceKind::LogSumExp:
    return static_cast<Integer>(reduceFloats(kind, count, [&](int64_t i) { return static_cast<double>(at(i)); }));
  }
  llvm_unreachable("unknown reduction");
}

/// Smallest and largest value of an integer kind.
std::pair<Integer, Integer> integerRange(ElementKind kind) {
  if (kind == ElementKind::I1)
    return {0, 1};
  int64_t bits = getElementSize(kind) * 8;
  bool isUnsigned = kind >= ElementKind::U8;
  Integer one = 1;
  return isUnsigned ? std::pair<Integer, Integer>(0, (one << bits) - 1)
                    : std::pair<Integer, Integer>(-(one << (bits - 1)), (one << (bits - 1)) - 1);
}

LogicalResult interpretReduce(nn::ReduceOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  ReducedOffsets offsets(input.getShape(), op.getAxes());
  int64_t count = offsets.steps.size();
  // An axis of size 0 that is kept leaves nothing to write; one that is reduced leaves neutral elements.
  if (offsets.bases.size() < static_cast<size_t>(result->getNumElements()))
    offsets.bases.resize(result->getNumElements(), 0);
  if (input.isFloat()) {
    std::vector<double> values = loadFloats(input);
    for (int64_t i = 0; i < result->getNumElements(); ++i)
      result->setFloat(i, reduceFloats(op.getKind(), count,
                                       [&](int64_t step) { return values[offsets.bases[i] + offsets.steps[step]]; }));
  } else {
    auto [lowest, highest] = integerRange(input.getKind());
    for (int64_t i = 0; i < result->getNumElements(); ++i)
      result->setInteger(i, reduceIntegers(op.getKind(), count, lowest, highest, [&](int64_t step) {
                           return input.getInteger(offsets.bases[i] + offsets.steps[step]);
                         }));
  }
  return frame.set(op.getResult(), *result);
}

template <typename T> int64_t argument(nn::ArgReduceOp op, ArrayRef<T> values) {
  int64_t best = 0;
  for (int64_t i = 1; i < static_cast<int64_t>(values.size()); ++i) {
    bool better = op.getLargest() ? values[i] > values[best] : values[i] < values[best];
    if (better || (op.getSelectLast() && values[i] == values[best]))
      best = i;
  }
  return best;
}

LogicalResult interpretArgReduce(nn::ArgReduceOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t axis = op.getAxis();
  ReducedOffsets offsets(input.getShape(), axis);
  if (input.getDim(axis) == 0 && result->getNumElements() != 0)
    return fail(op, "dimension {0} is empty", axis);
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    SmallVector<double> reals;
    SmallVector<Integer> integers;
    for (int64_t step : offsets.steps) {
      if (input.isFloat())
        reals.push_back(input.getFloat(offsets.bases[i] + step));
      else
        integers.push_back(input.getInteger(offsets.bases[i] + step));
    }
    result->setInteger(i, input.isFloat() ? argument<double>(op, reals) : argument<Integer>(op, integers));
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachReductionModels(MLIRContext *context) {
  attach<nn::ReduceOp, interpretReduce>(context);
  attach<nn::ArgReduceOp, interpretArgReduce>(context);
}
