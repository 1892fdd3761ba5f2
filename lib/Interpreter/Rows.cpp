// Ops that work along one axis, row by row: softmax, norm, cumsum, topk.
#include "Models.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// The rows of a shape along an axis: element i of a row lies at `begin + i * stride`.
struct Rows {
  int64_t outer, length, stride;

  Rows(ArrayRef<int64_t> shape, int64_t axis)
      : outer(product(shape.take_front(axis))), length(shape[axis]), stride(product(shape.drop_front(axis + 1))) {}
  /// Calls `function(first element)` for every row.
  template <typename F> void forEach(F &&function) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < stride; ++i)
        function(o * length * stride + i);
  }
};

LogicalResult interpretSoftmax(nn::SoftmaxOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  std::vector<double> values = loadFloats(input);
  Rows rows(input.getShape(), op.getAxis());
  rows.forEach([&](int64_t begin) {
    double largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < rows.length; ++i)
      largest = std::fmax(largest, values[begin + i * rows.stride]);
    for (int64_t i = 0; i < rows.length; ++i)
      sum += std::exp(values[begin + i * rows.stride] - largest);
    for (int64_t i = 0; i < rows.length; ++i) {
      double &x = values[begin + i * rows.stride];
      x = op.getLog() ? x - largest - std::log(sum) : std::exp(x - largest) / sum;
    }
  });
  storeFloats(*result, 0, values.size(), values.data());
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretNorm(nn::NormOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  std::vector<double> values = loadFloats(input), scale, bias;
  int64_t length = product(input.getShape().drop_front(op.getAxis()));
  if (op.getScale())
    scale = loadFloats(frame.get(op.getScale()));
  if (op.getBias())
    bias = loadFloats(frame.get(op.getBias()));
  for (const std::vector<double> *parameter : {&scale, &bias})
    if (!parameter->empty() && static_cast<int64_t>(parameter->size()) != length)
      return fail(op, "scale or bias has {0} elements for rows of {1}", parameter->size(), length);
  double count = static_cast<double>(length), epsilon = op.getEpsilon().convertToDouble();
  for (int64_t begin = 0; length && begin < static_cast<int64_t>(values.size()); begin += length) {
    double *row = &values[begin], mean = 0, variance = 0;
    if (!op.getRms())
      mean = std::accumulate(row, row + length, 0.0) / count;
    for (int64_t i = 0; i < length; ++i)
      variance += (row[i] - mean) * (row[i] - mean);
    double factor = 1.0 / std::sqrt(variance / count + epsilon);
    for (int64_t i = 0; i < length; ++i)
      row[i] = (row[i] - mean) * factor * (scale.empty() ? 1.0 : scale[i]) + (bias.empty() ? 0.0 : bias[i]);
  }
  storeFloats(*result, 0, values.size(), values.data());
  return frame.set(op.getResult(), *result);
}

/// Running sums of one row in T; the setter rounds each sum once.
template <typename T, typename Get, typename Set>
void cumulate(nn::CumSumOp op, const Rows &rows, int64_t begin, Get get, Set set) {
  T sum = 0;
  for (int64_t step = 0; step < rows.length; ++step) {
    int64_t at = begin + (op.getReverse() ? rows.length - 1 - step : step) * rows.stride;
    T value = get(at);
    set(at, op.getExclusive() ? sum : sum + value);
    sum += value;
  }
}

LogicalResult interpretCumSum(nn::CumSumOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  Rows rows(input.getShape(), op.getAxis());
  rows.forEach([&](int64_t begin) {
    if (input.isFloat())
      cumulate<double>(
          op, rows, begin, [&](int64_t at) { return input.getFloat(at); },
          [&](int64_t at, double value) { result->setFloat(at, value); });
    else
      cumulate<Integer>(
          op, rows, begin, [&](int64_t at) { return input.getInteger(at); },
          [&](int64_t at, Integer value) { result->setInteger(at, value); });
  });
  return frame.set(op.getResult(), *result);
}

/// x > y with NaN below every number, so that the order is strict.
bool ranksAbove(double x, double y) { return std::isnan(y) ? !std::isnan(x) : x > y; }

LogicalResult interpretTopK(nn::TopKOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> values = frame.allocateResult(op, 0), indices = frame.allocateResult(op, 1);
  if (failed(values) || failed(indices))
    return failure();
  Rows from(input.getShape(), op.getAxis()), to(values->getShape(), op.getAxis());
  if (to.length > from.length)
    return fail(op, "k is {0}, but the axis has {1} elements", to.length, from.length);
  SmallVector<int64_t> order(from.length), firsts;
  to.forEach([&](int64_t begin) { firsts.push_back(begin); });
  int64_t row = 0;
  from.forEach([&](int64_t begin) {
    std::iota(order.begin(), order.end(), 0);
    auto before = [&](int64_t a, int64_t b) {
      int64_t first = begin + a * from.stride, second = begin + b * from.stride;
      if (!op.getLargest())
        std::swap(first, second);
      if (input.isFloat() ? ranksAbove(input.getFloat(first), input.getFloat(second))
                          : input.getInteger(first) > input.getInteger(second))
        return true;
      if (input.isFloat() ? ranksAbove(input.getFloat(second), input.getFloat(first))
                          : input.getInteger(second) > input.getInteger(first))
        return false;
      return a < b;
    };
    llvm::sort(order, before);
    for (int64_t i = 0; i < to.length; ++i) {
      int64_t source = begin + order[i] * from.stride, target = firsts[row] + i * to.stride;
      if (input.isFloat())
        values->setFloat(target, input.getFloat(source));
      else
        values->setInteger(target, input.getInteger(source));
      indices->setInteger(target, order[i]);
    }
    ++row;
  });
  return success(succeeded(frame.set(op.getValues(), *values)) && succeeded(frame.set(op.getIndices(), *indices)));
}
} // namespace

void hewn::interp::attachRowModels(MLIRContext *context) {
  attach<nn::SoftmaxOp, interpretSoftmax>(context);
  attach<nn::NormOp, interpretNorm>(context);
  attach<nn::CumSumOp, interpretCumSum>(context);
  attach<nn::TopKOp, interpretTopK>(context);
}
