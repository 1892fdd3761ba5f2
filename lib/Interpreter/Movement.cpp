// Ops that move elements without computing: broadcast, reshape, transpose, concat, slice, pad; and iota.
#include "Models.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

int64_t elementSize(const Tensor &tensor) { return getElementSize(tensor.getKind()); }

LogicalResult interpretBroadcast(nn::BroadcastOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  ArrayRef<int64_t> sizes = result->getShape();
  int64_t missing = result->getRank() - input.getRank();
  if (missing < 0)
    return fail(op, "the input has more dimensions than the result");
  Shape strides(sizes.size(), 0), inputStrides = rowMajorStrides(input.getShape());
  for (int64_t i = 0; i < input.getRank(); ++i) {
    int64_t size = input.getDim(i);
    if (size == sizes[missing + i])
      strides[missing + i] = inputStrides[i];
    else if (size != 1)
      return fail(op, "sizes {0} do not broadcast to {1}", printShape(input.getShape()), printShape(sizes));
  }
  copyBox(result->mutableData(), {0, rowMajorStrides(sizes)}, input.data(), {0, strides}, sizes, elementSize(input));
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretReshape(nn::ReshapeOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<SmallVector<Shape>> shapes = frame.resultShapes(op);
  if (failed(shapes))
    return failure();
  Shape &shape = shapes->front();
  if (!Tensor::checkedBytes(input.getElementType(), shape) || product(shape) != input.getNumElements())
    return fail(op, "{0} elements do not fill sizes {1}", input.getNumElements(), printShape(shape));
  return frame.set(op.getResult(), input.reshaped(shape));
}

LogicalResult interpretTranspose(nn::TransposeOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  Shape strides, inputStrides = rowMajorStrides(input.getShape());
  for (int64_t source : op.getPerm())
    strides.push_back(inputStrides[source]);
  ArrayRef<int64_t> sizes = result->getShape();
  copyBox(result->mutableData(), {0, rowMajorStrides(sizes)}, input.data(), {0, strides}, sizes, elementSize(input));
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretConcat(nn::ConcatOp op, Frame &frame) {
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t axis = op.getAxis(), position = 0;
  Shape strides = rowMajorStrides(result->getShape());
  for (const Tensor &input : frame.get(op.getInputs())) {
    for (int64_t i = 0; i < result->getRank(); ++i)
      if (i != axis && input.getDim(i) != result->getDim(i))
        return fail(op, "sizes {0} do not fit into {1}", printShape(input.getShape()), printShape(result->getShape()));
    copyBox(result->mutableData(), {position * strides[axis], strides}, input.data(),
            {0, rowMajorStrides(input.getShape())}, input.getShape(), elementSize(input));
    position += input.getDim(axis);
  }
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretSlice(nn::SliceOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  Shape offsets = frame.getMixed(op.getStaticOffsets(), op.getOffsets()), strides = rowMajorStrides(input.getShape());
  int64_t start = 0;
  for (int64_t i = 0; i < input.getRank(); ++i) {
    int64_t size = result->getDim(i), step = op.getSteps()[i], last, bound = input.getDim(i);
    if (size == 0)
      continue;
    if (llvm::MulOverflow(size - 1, step, last) || llvm::AddOverflow(offsets[i], last, last) || offsets[i] < 0 ||
        offsets[i] >= bound || last < 0 || last >= bound)
      return fail(op, "dimension {0}: offset {1}, size {2}, step {3} leave a size of {4}", i, offsets[i], size, step,
                  bound);
    start += offsets[i] * strides[i];
    strides[i] *= step;
  }
  copyBox(result->mutableData(), {0, rowMajorStrides(result->getShape())}, input.data(), {start, strides},
          result->getShape(), elementSize(input));
  return frame.set(op.getResult(), *result);
}

/// Where element `position` of a padded dimension comes from; -1 for the constant.
int64_t padSource(int64_t position, int64_t size, nn::PadMode mode) {
  if (position >= 0 && position < size)
    return position;
  switch (mode) {
  case nn::PadMode::Constant:
    return -1;
  case nn::PadMode::Edge:
    return position < 0 ? 0 : size - 1;
  case nn::PadMode::Wrap:
    return ((position % size) + size) % size;
  case nn::PadMode::Reflect: {
    if (size == 1)
      return 0;
    int64_t period = 2 * (size - 1), offset = ((position % period) + period) % period;
    return offset < size ? offset : period - offset;
  }
  }
  llvm_unreachable("unknown pad mode");
}

/// A constant border: the fill, then the part of the input that is left as one box.
void padConstant(Tensor &result, const Tensor &input, const Tensor *value, ArrayRef<int64_t> low) {
  int64_t bytes = elementSize(input);
  if (value)
    copyBox(result.mutableData(), {0, Shape{1}}, value->data(), {0, Shape{0}}, {result.getNumElements()}, bytes);
  Shape toStrides = rowMajorStrides(result.getShape()), fromStrides = rowMajorStrides(input.getShape()), sizes;
  int64_t to = 0, from = 0;
  for (int64_t i = 0; i < input.getRank(); ++i) {
    int64_t begin = std::max<int64_t>(0, -low[i]), end = std::min(input.getDim(i), result.getDim(i) - low[i]);
    sizes.push_back(end - begin);
    from += begin * fromStrides[i];
    to += (begin + low[i]) * toStrides[i];
  }
  copyBox(result.mutableData(), {to, toStrides}, input.data(), {from, fromStrides}, sizes, bytes);
}

LogicalResult interpretPad(nn::PadOp op, Frame &frame) {
  Tensor input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  if (op.getMode() == nn::PadMode::Constant) {
    std::optional<Tensor> value;
    if (op.getValue())
      value = frame.get(op.getValue());
    padConstant(*result, input, value ? &*value : nullptr, op.getLow());
    return frame.set(op.getResult(), *result);
  }
  if (input.getNumElements() == 0 && result->getNumElements() != 0)
    return fail(op, "an empty input has nothing to repeat");
  Shape strides = rowMajorStrides(input.getShape());
  int64_t bytes = elementSize(input), position = 0;
  forEachIndex(result->getShape(), [&](ArrayRef<int64_t> index) {
    int64_t source = 0;
    for (int64_t i = 0; i < input.getRank(); ++i)
      source += padSource(index[i] - op.getLow()[i], input.getDim(i), op.getMode()) * strides[i];
    std::memcpy(result->mutableData() + position++ * bytes, input.data() + source * bytes, bytes);
  });
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretIota(nn::IotaOp op, Frame &frame) {
  const Tensor &start = frame.get(op.getStart()), &step = frame.get(op.getStep());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    if (result->isFloat())
      result->setFloat(i, start.getFloat(0) + static_cast<double>(i) * step.getFloat(0));
    else
      result->setInteger(i, start.getInteger(0) + i * step.getInteger(0));
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachMovementModels(MLIRContext *context) {
  attach<nn::BroadcastOp, interpretBroadcast>(context);
  attach<nn::ReshapeOp, interpretReshape>(context);
  attach<nn::TransposeOp, interpretTranspose>(context);
  attach<nn::ConcatOp, interpretConcat>(context);
  attach<nn::SliceOp, interpretSlice>(context);
  attach<nn::PadOp, interpretPad>(context);
  attach<nn::IotaOp, interpretIota>(context);
}
