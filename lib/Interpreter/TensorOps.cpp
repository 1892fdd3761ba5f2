// The tensor ops that stand beside nn: dim, empty, from_elements, extract, cast, splat.
#include "Models.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

LogicalResult interpretDim(tensor::DimOp op, Frame &frame) {
  const Tensor &source = frame.get(op.getSource());
  int64_t index = frame.getIndex(op.getIndex());
  if (index < 0 || index >= source.getRank())
    return fail(op, "there is no dimension {0} in sizes {1}", index, printShape(source.getShape()));
  return frame.set(op.getResult(), Tensor::scalar(op.getType(), source.getDim(index)));
}

/// Contents are undefined: filled with a pattern that is NaN as a float, so that reading it shows.
LogicalResult interpretEmpty(tensor::EmptyOp op, Frame &frame) {
  FailureOr<Tensor> result =
      frame.allocate(op, op.getType().getElementType(), frame.getMixed(op.getType().getShape(), op.getDynamicSizes()));
  if (failed(result))
    return failure();
  std::memset(result->mutableData(), 0xff, result->getBytes().size());
  return frame.set(op.getResult(), *result);
}

void copyScalar(Tensor &to, int64_t at, const Tensor &from, int64_t begin) {
  int64_t bytes = getElementSize(from.getKind());
  std::memcpy(to.mutableData() + at * bytes, from.data() + begin * bytes, bytes);
}

LogicalResult interpretFromElements(tensor::FromElementsOp op, Frame &frame) {
  FailureOr<Tensor> result = frame.allocate(op, op.getType().getElementType(), op.getType().getShape());
  if (failed(result))
    return failure();
  for (auto [index, element] : llvm::enumerate(op.getElements()))
    copyScalar(*result, index, frame.get(element), 0);
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretSplat(tensor::SplatOp op, Frame &frame) {
  FailureOr<Tensor> result =
      frame.allocate(op, op.getType().getElementType(), frame.getMixed(op.getType().getShape(), op.getDynamicSizes()));
  if (failed(result))
    return failure();
  for (int64_t i = 0; i < result->getNumElements(); ++i)
    copyScalar(*result, i, frame.get(op.getInput()), 0);
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretExtract(tensor::ExtractOp op, Frame &frame) {
  const Tensor &source = frame.get(op.getTensor());
  Shape strides = rowMajorStrides(source.getShape());
  int64_t offset = 0;
  for (auto [dim, value] : llvm::enumerate(op.getIndices())) {
    int64_t index = frame.getIndex(value);
    if (index < 0 || index >= source.getDim(dim))
      return fail(op, "index {0} of dimension {1} is out of range for sizes {2}", index, dim,
                  printShape(source.getShape()));
    offset += index * strides[dim];
  }
  Tensor result = Tensor::allocate(source.getElementType(), {});
  copyScalar(result, 0, source, offset);
  return frame.set(op.getResult(), result);
}

/// A change of static knowledge only; `set` checks the claim.
LogicalResult interpretTensorCast(tensor::CastOp op, Frame &frame) {
  return frame.set(op.getResult(), Tensor(frame.get(op.getSource())));
}
} // namespace

void hewn::interp::attachTensorModels(MLIRContext *context) {
  attach<tensor::DimOp, interpretDim>(context);
  attach<tensor::EmptyOp, interpretEmpty>(context);
  attach<tensor::FromElementsOp, interpretFromElements>(context);
  attach<tensor::SplatOp, interpretSplat>(context);
  attach<tensor::ExtractOp, interpretExtract>(context);
  attach<tensor::CastOp, interpretTensorCast>(context);
}
