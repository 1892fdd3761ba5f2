// Convolutions and matrix products: everything becomes a product of double matrices, rounded once at the end.
#include "Gemm.h"
#include "Models.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// The filter as one matrix [F, C / groups * window], whatever its layout.
std::vector<double> filterMatrix(nn::ConvOp op, const Tensor &filter, int64_t channelsOut, int64_t channelsIn,
                                 int64_t window) {
  std::vector<double> values = loadFloats(filter), matrix(channelsOut * channelsIn * window);
  int64_t lanes = filter.getShape().back();
  for (int64_t f = 0; f < channelsOut; ++f)
    for (int64_t c = 0; c < channelsIn; ++c)
      for (int64_t k = 0; k < window; ++k) {
        int64_t source = 0;
        switch (op.getFilterLayout()) {
        case nn::FilterLayout::OIHW:
          source = (f * channelsIn + c) * window + k;
          break;
        case nn::FilterLayout::OHWI:
          source = (f * window + k) * channelsIn + c;
          break;
        case nn::FilterLayout::Panel:
          source = (((f / lanes) * window + k) * channelsIn + c) * lanes + f % lanes;
          break;
        }
        matrix[(f * channelsIn + c) * window + k] = values[source];
      }
  return matrix;
}

/// Splits a flat index over sizes, outermost first.
Shape unflatten(int64_t flat, ArrayRef<int64_t> sizes) {
  Shape index(sizes.size());
  for (int64_t i = static_cast<int64_t>(sizes.size()) - 1; i >= 0; --i) {
    index[i] = flat % sizes[i];
    flat /= sizes[i];
  }
  return index;
}

/// How an image's elements are addressed: one offset per position, one stride per channel, one per image.
struct ImageStrides {
  int64_t image, channel;
  Shape spatial;

  ImageStrides(ArrayRef<int64_t> shape, bool channelsFirst) {
    Shape strides = rowMajorStrides(shape);
    image = strides[0];
    channel = channelsFirst ? strides[1] : strides.back();
    auto first = strides.begin() + (channelsFirst ? 2 : 1);
    spatial.assign(first, first + (shape.size() - 2));
  }
};

/// For every (position of the result, tap of the window): the input's spatial offset, or -1 outside the input.
std::vector<int64_t> windowOffsets(ArrayRef<int64_t> outSizes, ArrayRef<int64_t> kernel, ArrayRef<int64_t> inSizes,
                                   ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations, ArrayRef<int64_t> pads,
                                   ArrayRef<int64_t> spatialStrides) {
  int64_t positions = product(outSizes), taps = product(kernel);
  std::vector<int64_t> offsets(positions * taps, 0);
  SmallVector<Shape> tapIndex;
  for (int64_t t = 0; t < taps; ++t)
    tapIndex.push_back(unflatten(t, kernel));
  for (int64_t p = 0; p < positions; ++p) {
    Shape at = unflatten(p, outSizes);
    for (int64_t t = 0; t < taps; ++t)
      for (size_t d = 0; d < outSizes.size(); ++d) {
        int64_t in = at[d] * strides[d] + tapIndex[t][d] * dilations[d] - pads[d];
        int64_t &offset = offsets[p * taps + t];
        if (offset >= 0)
          offset = in < 0 || in >= inSizes[d] ? -1 : offset + in * spatialStrides[d];
      }
  }
  return offsets;
}

LogicalResult checkConv(nn::ConvOp op, const Tensor &input, const Tensor &filter, int64_t channelsOut,
                        int64_t channelsIn) {
  int64_t groups = op.getGroups();
  if (channelsOut % groups || input.getDim(op.getChannelDim()) != channelsIn * groups)
    return fail(op, "{0} input channels, a filter for {1} of them, {2} output channels and {3} groups do not fit",
                input.getDim(op.getChannelDim()), channelsIn, channelsOut, groups);
  bool panel = op.getFilterLayout() == nn::FilterLayout::Panel;
  if (panel && filter.getDim(0) * filter.getShape().back() < channelsOut)
    return fail(op, "{0} panels are too few for {1} channels", filter.getDim(0), channelsOut);
  return success();
}

LogicalResult interpretConv(nn::ConvOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput()), filter = frame.get(op.getFilter());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t channelsOut = result->getDim(op.getChannelDim()), rank = op.getSpatialRank();
  int64_t channelsIn =
      op.getFilterLayout() == nn::FilterLayout::OIHW
          ? filter.getDim(1)
          : filter.getDim(filter.getRank() - (op.getFilterLayout() == nn::FilterLayout::Panel ? 2 : 1));
  if (failed(checkConv(op, input, filter, channelsOut, channelsIn)))
    return failure();
  std::vector<double> bias(channelsOut, 0.0);
  if (op.getBias()) {
    bias = loadFloats(frame.get(op.getBias()));
    if (static_cast<int64_t>(bias.size()) != channelsOut)
      return fail(op, "bias has {0} elements for {1} channels", bias.size(), channelsOut);
  }

  bool first = op.getLayout() == nn::Layout::NCHW;
  ImageStrides in(input.getShape(), first), out(result->getShape(), first);
  ArrayRef<int64_t> inSizes = input.getShape().slice(op.getFirstSpatialDim(), rank);
  ArrayRef<int64_t> outSizes = result->getShape().slice(op.getFirstSpatialDim(), rank);
  int64_t groups = op.getGroups(), perGroup = channelsOut / groups;
  int64_t positions = product(outSizes), taps = product(op.getKernelShape()), depth = channelsIn * taps;
  std::vector<double> matrix = filterMatrix(op, filter, channelsOut, channelsIn, taps);
  std::vector<int64_t> offsets = windowOffsets(outSizes, op.getKernelShape(), inSizes, op.getStrides(),
                                               op.getDilations(), op.getPads(), in.spatial);

  constexpr int64_t kChunk = 256; // positions that one product takes
  std::vector<double> image(in.image), columns(depth * kChunk), sums(perGroup * kChunk);
  for (int64_t n = 0; n < input.getDim(0); ++n) {
    loadFloats(input, n * in.image, in.image, image.data());
    for (int64_t g = 0; g < groups; ++g)
      for (int64_t begin = 0; begin < positions; begin += kChunk) {
        int64_t count = std::min(kChunk, positions - begin);
        for (int64_t c = 0; c < channelsIn; ++c)
          for (int64_t t = 0; t < taps; ++t)
            for (int64_t p = 0; p < count; ++p) {
              int64_t offset = offsets[(begin + p) * taps + t];
              columns[(c * taps + t) * count + p] =
                  offset < 0 ? 0.0 : image[offset + (g * channelsIn + c) * in.channel];
            }
        for (int64_t f = 0; f < perGroup; ++f)
          std::fill_n(&sums[f * count], count, bias[g * perGroup + f]);
        gemm(perGroup, count, depth, &matrix[g * perGroup * depth], columns.data(), sums.data());
        for (int64_t f = 0; f < perGroup; ++f) {
          int64_t base = n * out.image + (g * perGroup + f) * out.channel;
          if (first) {
            storeFloats(*result, base + begin, count, &sums[f * count]);
            continue;
          }
          for (int64_t p = 0; p < count; ++p)
            result->setFloat(base + (begin + p) * channelsOut, sums[f * count + p]);
        }
      }
  }
  return frame.set(op.getResult(), *result);
}

/// Scatter form: the product [F / groups * window, positions] of filter and input, its elements added where they fall.
LogicalResult interpretConvTranspose(nn::ConvTransposeOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput()), filter = frame.get(op.getFilter());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  bool first = op.getLayout() == nn::Layout::NCHW;
  int64_t rank = op.getStrides().size(), channelDim = first ? 1 : rank + 1, spatialDim = first ? 2 : 1;
  int64_t groups = op.getGroups(), channels = input.getDim(channelDim), perGroup = filter.getDim(1);
  if (channels != filter.getDim(0) || channels % groups)
    return fail(op, "{0} input channels, a filter for {1} and {2} groups do not fit", channels, filter.getDim(0),
                groups);
  std::vector<double> bias(perGroup * groups, 0.0);
  if (op.getBias()) {
    bias = loadFloats(frame.get(op.getBias()));
    if (static_cast<int64_t>(bias.size()) != perGroup * groups)
      return fail(op, "bias has {0} elements for {1} channels", bias.size(), perGroup * groups);
  }

  ImageStrides in(input.getShape(), first), out(result->getShape(), first);
  ArrayRef<int64_t> inSizes = input.getShape().slice(spatialDim, rank), kernel = filter.getShape().drop_front(2);
  ArrayRef<int64_t> outSizes = result->getShape().slice(spatialDim, rank);
  int64_t positions = product(inSizes), taps = product(kernel), depth = channels / groups;
  // The input's positions play the part that a convolution's result has.
  std::vector<int64_t> offsets =
      windowOffsets(inSizes, kernel, outSizes, op.getStrides(), op.getDilations(), op.getPads(), out.spatial);
  std::vector<double> weights = loadFloats(filter), image(in.image), sums(out.image);
  std::vector<double> matrix(perGroup * taps * depth), columns(depth * positions),
      products(perGroup * taps * positions);
  for (int64_t n = 0; n < input.getDim(0); ++n) {
    loadFloats(input, n * in.image, in.image, image.data());
    for (int64_t i = 0; i < out.image; ++i)
      sums[i] = bias[(i / out.channel) % (perGroup * groups)];
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t c = 0; c < depth; ++c) {
        for (int64_t row = 0; row < perGroup * taps; ++row)
          matrix[row * depth + c] = weights[(g * depth + c) * perGroup * taps + row];
        for (int64_t p = 0; p < positions; ++p)
          columns[c * positions + p] = image[first ? (g * depth + c) * in.channel + p : p * channels + g * depth + c];
      }
      std::fill(products.begin(), products.end(), 0.0);
      gemm(perGroup * taps, positions, depth, matrix.data(), columns.data(), products.data());
      for (int64_t f = 0; f < perGroup; ++f)
        for (int64_t t = 0; t < taps; ++t)
          for (int64_t p = 0; p < positions; ++p)
            if (int64_t offset = offsets[p * taps + t]; offset >= 0)
              sums[offset + (g * perGroup + f) * out.channel] += products[(f * taps + t) * positions + p];
    }
    storeFloats(*result, n * out.image, out.image, sums.data());
  }
  return frame.set(op.getResult(), *result);
}

//===----------------------------------------------------------------------===//
// Matrix product
//===----------------------------------------------------------------------===//

/// A panel matrix [ceil(N / NR), K, NR] as [K, N].
std::vector<double> unpackPanels(const Tensor &panels, int64_t columns) {
  std::vector<double> packed = loadFloats(panels), matrix(panels.getDim(1) * columns);
  int64_t depth = panels.getDim(1), lanes = panels.getDim(2);
  for (int64_t k = 0; k < depth; ++k)
    for (int64_t n = 0; n < columns; ++n)
      matrix[k * columns + n] = packed[((n / lanes) * depth + k) * lanes + n % lanes];
  return matrix;
}

/// Integers: exact sums, wrapped to the element type.
void multiplyIntegers(const Tensor &lhs, const Tensor &rhs, Tensor &result, bool shared, int64_t k) {
  int64_t n = result.getShape().back(), rows = result.getDim(result.getRank() - 2);
  for (int64_t i = 0; i < result.getNumElements(); ++i) {
    int64_t row = i / n, batch = rows ? row / rows : 0, base = shared ? 0 : batch * k * n;
    Integer sum = 0;
    for (int64_t p = 0; p < k; ++p)
      sum += lhs.getInteger(row * k + p) * rhs.getInteger(base + p * n + i % n);
    result.setInteger(i, sum);
  }
}

LogicalResult interpretMatMul(nn::MatMulOp op, Frame &frame) {
  Tensor lhs = frame.get(op.getLhs()), rhs = frame.get(op.getRhs());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  bool panel = op.getRhsLayout() == nn::MatrixLayout::Panel,
       shared = panel || (rhs.getRank() == 2 && lhs.getRank() >= 2);
  int64_t k = lhs.getShape().back(), n = result->getShape().back();
  if (k != rhs.getDim(panel ? 1 : rhs.getRank() - 2))
    return fail(op, "sizes {0} and {1} do not fit", printShape(lhs.getShape()), printShape(rhs.getShape()));
  if (panel && (rhs.getDim(0) * rhs.getDim(2) < n))
    return fail(op, "{0} panels are too few for {1} columns", rhs.getDim(0), n);
  shared &= panel || rhs.getRank() == 2;
  if (!shared && lhs.getShape().drop_back(2) != rhs.getShape().drop_back(2))
    return fail(op, "batch sizes of {0} and {1} differ", printShape(lhs.getShape()), printShape(rhs.getShape()));

  if (!lhs.isFloat()) {
    if (panel)
      return fail(op, "panels of integers are not supported");
    multiplyIntegers(lhs, rhs, *result, shared, k);
    return frame.set(op.getResult(), *result);
  }
  // A shared right operand makes all batches one product.
  int64_t batches = shared ? 1 : product(lhs.getShape().drop_back(2));
  int64_t m = shared ? product(lhs.getShape().drop_back()) : lhs.getDim(lhs.getRank() - 2);
  std::vector<double> a(m * k), b = panel ? unpackPanels(rhs, n) : std::vector<double>(k * n), c(m * n);
  for (int64_t batch = 0; batch < batches; ++batch) {
    loadFloats(lhs, batch * m * k, m * k, a.data());
    if (!panel)
      loadFloats(rhs, batch * k * n, k * n, b.data());
    std::fill(c.begin(), c.end(), 0.0);
    gemm(m, n, k, a.data(), b.data(), c.data());
    storeFloats(*result, batch * m * n, m * n, c.data());
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachContractionModels(MLIRContext *context) {
  attach<nn::ConvOp, interpretConv>(context);
  attach<nn::ConvTransposeOp, interpretConvTranspose>(context);
  attach<nn::MatMulOp, interpretMatMul>(context);
}
