// Gathers and scatters.
#include "Models.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// An index into a dimension, counted from the end when negative; an error where it is out of range.
FailureOr<int64_t> checkedIndex(Operation *op, const Tensor &indices, int64_t at, int64_t size) {
  auto index = static_cast<int64_t>(indices.getInteger(at));
  if (index < -size || index >= size)
    return fail(op, "index {0} is out of range for a dimension of {1}", index, size);
  return index < 0 ? index + size : index;
}

void copyElements(Tensor &to, int64_t at, const Tensor &from, int64_t begin, int64_t count) {
  int64_t bytes = getElementSize(from.getKind());
  std::memcpy(to.mutableData() + at * bytes, from.data() + begin * bytes, count * bytes);
}

LogicalResult interpretGather(nn::GatherOp op, Frame &frame) {
  Tensor data = frame.get(op.getData()), indices = frame.get(op.getIndices());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t axis = op.getAxis(), size = data.getDim(axis), count = indices.getNumElements();
  int64_t outer = product(data.getShape().take_front(axis)), inner = product(data.getShape().drop_front(axis + 1));
  for (int64_t i = 0; i < count; ++i) {
    FailureOr<int64_t> index = checkedIndex(op, indices, i, size);
    if (failed(index))
      return failure();
    for (int64_t o = 0; o < outer; ++o)
      copyElements(*result, (o * count + i) * inner, data, (o * size + *index) * inner, inner);
  }
  return frame.set(op.getResult(), *result);
}

/// Walks the elements of `indices`: position in it, and offset in data of the element that it names along `axis`.
template <typename F>
LogicalResult forEachNamedElement(Operation *op, const Tensor &data, const Tensor &indices, int64_t axis, F function) {
  for (int64_t i = 0; i < data.getRank(); ++i)
    if (i != axis && indices.getDim(i) > data.getDim(i))
      return fail(op, "indices of sizes {0} do not fit data of sizes {1}", printShape(indices.getShape()),
                  printShape(data.getShape()));
  Shape strides = rowMajorStrides(data.getShape());
  int64_t at = 0;
  LogicalResult status = success();
  forEachIndex(indices.getShape(), [&](ArrayRef<int64_t> index) {
    if (failed(status))
      return;
    FailureOr<int64_t> along = checkedIndex(op, indices, at, data.getDim(axis));
    if (failed(along)) {
      status = failure();
      return;
    }
    int64_t offset = *along * strides[axis];
    for (int64_t i = 0; i < data.getRank(); ++i)
      if (i != axis)
        offset += index[i] * strides[i];
    function(at++, offset);
  });
  return status;
}

LogicalResult interpretGatherElements(nn::GatherElementsOp op, Frame &frame) {
  Tensor data = frame.get(op.getData()), indices = frame.get(op.getIndices());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result) || failed(forEachNamedElement(op, data, indices, op.getAxis(), [&](int64_t at, int64_t offset) {
        copyElements(*result, at, data, offset, 1);
      })))
    return failure();
  return frame.set(op.getResult(), *result);
}

/// The offset that an index vector names in the dimensions of data from `first` on.
FailureOr<int64_t> vectorOffset(Operation *op, const Tensor &data, const Tensor &indices, int64_t row, int64_t first) {
  Shape strides = rowMajorStrides(data.getShape());
  int64_t length = indices.getShape().back(), offset = 0;
  for (int64_t i = 0; i < length; ++i) {
    FailureOr<int64_t> index = checkedIndex(op, indices, row * length + i, data.getDim(first + i));
    if (failed(index))
      return failure();
    offset += *index * strides[first + i];
  }
  return offset;
}

LogicalResult interpretGatherND(nn::GatherNDOp op, Frame &frame) {
  Tensor data = frame.get(op.getData()), indices = frame.get(op.getIndices());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t batchDims = op.getBatchDims(), length = indices.getShape().back();
  int64_t batches = product(indices.getShape().take_front(batchDims));
  if (data.getShape().take_front(batchDims) != indices.getShape().take_front(batchDims))
    return fail(op, "batch sizes of {0} and {1} differ", printShape(data.getShape()), printShape(indices.getShape()));
  int64_t rows = product(indices.getShape().drop_back()), perBatch = batches ? rows / batches : 0;
  int64_t inner = product(data.getShape().drop_front(batchDims + length));
  int64_t stride = product(data.getShape().drop_front(batchDims));
  for (int64_t row = 0; row < rows; ++row) {
    FailureOr<int64_t> offset = vectorOffset(op, data, indices, row, batchDims);
    if (failed(offset))
      return failure();
    copyElements(*result, row * inner, data, row / perBatch * stride + *offset, inner);
  }
  return frame.set(op.getResult(), *result);
}

/// data[at] = data[at] combined with updates[from].
void combine(nn::ScatterKind kind, Tensor &data, int64_t at, const Tensor &updates, int64_t from) {
  auto with = [kind](auto old, auto update) {
    switch (kind) {
    case nn::ScatterKind::None:
      return update;
    case nn::ScatterKind::Add:
      return old + update;
    case nn::ScatterKind::Mul:
      return old * update;
    case nn::ScatterKind::Max:
      return old < update ? update : old;
    case nn::ScatterKind::Min:
      return update < old ? update : old;
    }
    llvm_unreachable("unknown scatter kind");
  };
  if (data.isFloat())
    data.setFloat(at, with(data.getFloat(at), updates.getFloat(from)));
  else
    data.setInteger(at, with(data.getInteger(at), updates.getInteger(from)));
}

LogicalResult interpretScatterElements(nn::ScatterElementsOp op, Frame &frame) {
  Tensor data = frame.get(op.getData()), indices = frame.get(op.getIndices()), updates = frame.get(op.getUpdates());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result) || failed(checkEqualShapes(op, {indices, updates})))
    return failure();
  copyElements(*result, 0, data, 0, data.getNumElements());
  if (failed(forEachNamedElement(op, data, indices, op.getAxis(), [&](int64_t at, int64_t offset) {
        combine(op.getKind(), *result, offset, updates, at);
      })))
    return failure();
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretScatterND(nn::ScatterNDOp op, Frame &frame) {
  Tensor data = frame.get(op.getData()), indices = frame.get(op.getIndices()), updates = frame.get(op.getUpdates());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  int64_t inner = product(data.getShape().drop_front(indices.getShape().back()));
  int64_t rows = product(indices.getShape().drop_back());
  if (updates.getNumElements() != rows * inner)
    return fail(op, "updates have {0} elements, not {1}", updates.getNumElements(), rows * inner);
  copyElements(*result, 0, data, 0, data.getNumElements());
  for (int64_t row = 0; row < rows; ++row) {
    FailureOr<int64_t> offset = vectorOffset(op, data, indices, row, 0);
    if (failed(offset))
      return failure();
    for (int64_t i = 0; i < inner; ++i)
      combine(op.getKind(), *result, *offset + i, updates, row * inner + i);
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachIndexedModels(MLIRContext *context) {
  attach<nn::GatherOp, interpretGather>(context);
  attach<nn::GatherElementsOp, interpretGatherElements>(context);
  attach<nn::GatherNDOp, interpretGatherND>(context);
  attach<nn::ScatterElementsOp, interpretScatterElements>(context);
  attach<nn::ScatterNDOp, interpretScatterND>(context);
}
