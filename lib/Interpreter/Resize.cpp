// nn.resize: one dimension at a time, each result coordinate a weighted sum of input coordinates.
#include "Models.h"
#include <cmath>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

struct Tap {
  int64_t position;
  double weight;
};
using Taps = SmallVector<Tap, 4>;

/// Where result coordinate x lies in an input of size `in`, for a result of size `out`.
double sourceCoordinate(nn::CoordinateMode mode, double x, double in, double out, double scale) {
  double exact = scale * in; // the result's size before it was made whole
  switch (mode) {
  case nn::CoordinateMode::HalfPixel:
    return (x + 0.5) / scale - 0.5;
  case nn::CoordinateMode::PytorchHalfPixel:
    return exact == 1 ? -0.5 : (x + 0.5) / scale - 0.5;
  case nn::CoordinateMode::AlignCorners:
    return exact == 1 ? 0 : x * (in - 1) / (exact - 1);
  case nn::CoordinateMode::Asymmetric:
    return x / scale;
  case nn::CoordinateMode::HalfPixelSymmetric:
    return in / 2 * (1 - out / exact) + (x + 0.5) / scale - 0.5;
  }
  llvm_unreachable("unknown coordinate mode");
}

double nearestCoordinate(nn::NearestMode mode, double x) {
  switch (mode) {
  case nn::NearestMode::RoundPreferFloor:
    return std::ceil(x - 0.5);
  case nn::NearestMode::RoundPreferCeil:
    return std::floor(x + 0.5);
  case nn::NearestMode::Floor:
    return std::floor(x);
  case nn::NearestMode::Ceil:
    return std::ceil(x);
  }
  llvm_unreachable("unknown nearest mode");
}

/// Keys's cubic convolution with parameter a, at distance t from the sample.
double cubicWeight(double a, double t) {
  t = std::fabs(t);
  if (t <= 1)
    return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/// The input coordinates that one result coordinate reads; those outside stand for the nearest inside, or count nothing
/// with `exclude_outside`.
Taps tapsFor(nn::ResizeOp op, double x, int64_t size) {
  Taps taps;
  auto floor = static_cast<int64_t>(std::floor(x));
  switch (op.getMode()) {
  case nn::ResizeMode::Nearest:
    taps.push_back({static_cast<int64_t>(nearestCoordinate(op.getNearest(), x)), 1});
    break;
  case nn::ResizeMode::Linear:
    for (int64_t i = floor; i < floor + 2; ++i)
      taps.push_back({i, 1 - std::fabs(x - static_cast<double>(i))});
    break;
  case nn::ResizeMode::Cubic:
    for (int64_t i = floor - 1; i < floor + 3; ++i)
      taps.push_back({i, cubicWeight(op.getCubicCoeffA().convertToDouble(), x - static_cast<double>(i))});
    break;
  }
  double sum = 0;
  for (Tap &tap : taps) {
    if (op.getExcludeOutside() && (tap.position < 0 || tap.position >= size))
      tap.weight = 0;
    sum += tap.weight;
    tap.position = std::clamp<int64_t>(tap.position, 0, size - 1);
  }
  if (op.getExcludeOutside() && sum != 0)
    for (Tap &tap : taps)
      tap.weight /= sum;
  return taps;
}

/// Resamples dimension `dim` of values with sizes `shape`.
std::vector<double> resample(nn::ResizeOp op, ArrayRef<double> values, ArrayRef<int64_t> shape, int64_t dim,
                             int64_t size) {
  int64_t outer = product(shape.take_front(dim)), in = shape[dim], inner = product(shape.drop_front(dim + 1));
  std::vector<double> result(outer * size * inner, 0.0);
  for (int64_t x = 0; x < size; ++x) {
    double source = sourceCoordinate(op.getCoordinate(), static_cast<double>(x), static_cast<double>(in),
                                     static_cast<double>(size), op.getScales()[dim]);
    for (const Tap &tap : tapsFor(op, source, in))
      if (tap.weight != 0)
        for (int64_t o = 0; o < outer; ++o)
          for (int64_t i = 0; i < inner; ++i)
            result[(o * size + x) * inner + i] += tap.weight * values[(o * in + tap.position) * inner + i];
  }
  return result;
}

LogicalResult interpretResize(nn::ResizeOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  if (input.getNumElements() == 0)
    return result->getNumElements() == 0 ? frame.set(op.getResult(), *result)
                                         : fail(op, "an empty input cannot be resampled");
  std::vector<double> values = loadFloats(input);
  Shape shape(input.getShape());
  for (int64_t dim = 0; dim < input.getRank(); ++dim) {
    if (op.getScales()[dim] == 1.0 && shape[dim] == result->getDim(dim))
      continue;
    values = resample(op, values, shape, dim, result->getDim(dim));
    shape[dim] = result->getDim(dim);
  }
  storeFloats(*result, 0, result->getNumElements(), values.data());
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachResizeModels(MLIRContext *context) { attach<nn::ResizeOp, interpretResize>(context); }
