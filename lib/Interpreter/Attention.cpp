// nn.attention, head by head.
#include "Gemm.h"
#include "Models.h"
#include <cmath>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// Transposes [rows, columns].
std::vector<double> transposed(const std::vector<double> &values, int64_t rows, int64_t columns) {
  std::vector<double> result(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      result[j * rows + i] = values[i * columns + j];
  return result;
}

/// exp(x - max) / sum; a row of only -inf gives NaN, as the formula says.
void softmaxRow(double *row, int64_t count) {
  double largest = -INFINITY, sum = 0;
  for (int64_t i = 0; i < count; ++i)
    largest = std::fmax(largest, row[i]);
  for (int64_t i = 0; i < count; ++i)
    sum += row[i] = std::exp(row[i] - largest);
  for (int64_t i = 0; i < count; ++i)
    row[i] /= sum;
}

LogicalResult checkSizes(nn::AttentionOp op, const Tensor &query, const Tensor &key, const Tensor &value,
                         const Tensor *mask) {
  int64_t depthDim = op.getKeyTransposed() ? 2 : 3;
  bool fits = key.getDim(depthDim) == query.getDim(3) && key.getDim(5 - depthDim) == value.getDim(2);
  for (int64_t i = 0; i < 2; ++i)
    fits &= key.getDim(i) == query.getDim(i) && value.getDim(i) == query.getDim(i);
  if (!fits)
    return fail(op, "sizes of query {0}, key {1} and value {2} do not fit", printShape(query.getShape()),
                printShape(key.getShape()), printShape(value.getShape()));
  int64_t scores[] = {query.getDim(0), query.getDim(1), query.getDim(2), value.getDim(2)};
  for (int64_t i = 0; mask && i < 4; ++i)
    if (mask->getDim(i) != 1 && mask->getDim(i) != scores[i])
      return fail(op, "a mask of sizes {0} does not broadcast to {1}", printShape(mask->getShape()),
                  printShape(scores));
  return success();
}

LogicalResult interpretAttention(nn::AttentionOp op, Frame &frame) {
  Tensor query = frame.get(op.getQuery()), key = frame.get(op.getKey()), value = frame.get(op.getValue());
  std::optional<Tensor> mask;
  if (op.getMask())
    mask = frame.get(op.getMask());
  if (failed(checkSizes(op, query, key, value, mask ? &*mask : nullptr)))
    return failure();
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();

  int64_t heads = query.getDim(1), rows = query.getDim(2), depth = query.getDim(3);
  int64_t columns = value.getDim(2), width = value.getDim(3);
  double scale = op.getScale().convertToDouble();
  std::vector<double> q(rows * depth), k(columns * depth), v(columns * width), scores(rows * columns),
      sums(rows * width);
  Shape maskStrides = mask ? rowMajorStrides(mask->getShape()) : Shape();
  auto maskAt = [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    int64_t index[] = {b, h, i, j}, offset = 0;
    for (int64_t d = 0; d < 4; ++d)
      offset += mask->getDim(d) == 1 ? 0 : index[d] * maskStrides[d];
    return mask->getFloat(offset);
  };
  for (int64_t head = 0; head < query.getDim(0) * heads; ++head) {
    loadFloats(query, head * rows * depth, rows * depth, q.data());
    loadFloats(key, head * columns * depth, columns * depth, k.data());
    loadFloats(value, head * columns * width, columns * width, v.data());
    std::fill(scores.begin(), scores.end(), 0.0);
    gemm(rows, columns, depth, q.data(), op.getKeyTransposed() ? k.data() : transposed(k, columns, depth).data(),
         scores.data());
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j)
        scores[i * columns + j] =
            scores[i * columns + j] * scale + (mask ? maskAt(head / heads, head % heads, i, j) : 0.0);
      softmaxRow(&scores[i * columns], columns);
    }
    std::fill(sums.begin(), sums.end(), 0.0);
    gemm(rows, width, columns, scores.data(), v.data(), sums.data());
    storeFloats(*result, head * rows * width, rows * width, sums.data());
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachAttentionModels(MLIRContext *context) { attach<nn::AttentionOp, interpretAttention>(context); }
