// The one shape function of every nn op.
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hewn::nn;

using Results = SmallVector<DimList>;

/// floor((input + pads - dilation * (kernel - 1) - 1) / stride) + 1, or the ceiling where asked.
static AffineExpr windowCount(AffineExpr input, int64_t pads, int64_t kernel, int64_t stride, int64_t dilation) {
  return (input + (pads - dilation * (kernel - 1) - 1)).floorDiv(stride) + 1;
}

Results ElementwiseOp::resultDims(ShapeContext &context) {
  // Equal shapes: take each size from the input that knows it.
  DimList dims = context.dims(getInputs().front());
  for (Value input : getInputs().drop_front())
    for (auto [dim, other] : llvm::zip(dims, context.dims(input)))
      if (!isa<AffineConstantExpr>(dim) && isa<AffineConstantExpr>(other))
        dim = other;
  return {dims};
}
Results CastOp::resultDims(ShapeContext &context) { return {context.dims(getInput())}; }
Results BroadcastOp::resultDims(ShapeContext &context) { return {context.mixed(getStaticSizes(), getSizes())}; }
Results ReshapeOp::resultDims(ShapeContext &context) { return {context.mixed(getStaticSizes(), getSizes())}; }
Results SliceOp::resultDims(ShapeContext &context) { return {context.mixed(getStaticSizes(), getSizes())}; }
Results IotaOp::resultDims(ShapeContext &context) { return {context.mixed(getStaticSizes(), getSizes())}; }
Results ResizeOp::resultDims(ShapeContext &context) { return {context.mixed(getStaticSizes(), getSizes())}; }

Results TransposeOp::resultDims(ShapeContext &context) {
  DimList dims;
  for (int64_t source : getPerm())
    dims.push_back(context.dim(getInput(), source));
  return {dims};
}

Results ConcatOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInputs().front());
  for (Value input : getInputs().drop_front())
    for (auto [index, other] : llvm::enumerate(context.dims(input))) {
      if ((int64_t)index == (int64_t)getAxis())
        dims[index] = dims[index] + other;
      else if (!isa<AffineConstantExpr>(dims[index]) && isa<AffineConstantExpr>(other))
        dims[index] = other;
    }
  return {dims};
}

Results PadOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInput());
  for (auto [dim, low, high] : llvm::zip(dims, getLow(), getHigh()))
    dim = dim + (low + high);
  return {dims};
}

Results ConvOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInput());
  dims[getChannelDim()] =
      getFilterLayout() == FilterLayout::Panel ? context.constant(getOutputChannels()) : context.dim(getFilter(), 0);
  int64_t rank = getSpatialRank();
  SmallVector<int64_t> kernel = getKernelShape();
  for (int64_t i = 0; i < rank; ++i) {
    AffineExpr &dim = dims[getFirstSpatialDim() + i];
    dim = windowCount(dim, getPads()[i] + getPads()[rank + i], kernel[i], getStrides()[i], getDilations()[i]);
  }
  return {dims};
}

int64_t ConvOp::getOutputChannels() {
  if (getFilterLayout() == FilterLayout::Panel)
    return getChannels().value_or(0);
  return cast<ShapedType>(getFilter().getType()).getDimSize(0);
}

SmallVector<int64_t> ConvOp::getKernelShape() {
  ArrayRef<int64_t> shape = cast<ShapedType>(getFilter().getType()).getShape();
  return llvm::to_vector(shape.slice(getFilterLayout() == FilterLayout::OIHW ? 2 : 1, getSpatialRank()));
}

Results ConvTransposeOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInput());
  int64_t rank = getStrides().size();
  bool first = getLayout() == Layout::NCHW;
  dims[first ? 1 : rank + 1] = context.dim(getFilter(), 1) * (int64_t)getGroups();
  for (int64_t i = 0; i < rank; ++i) {
    AffineExpr &dim = dims[(first ? 2 : 1) + i];
    AffineExpr kernel = context.dim(getFilter(), 2 + i);
    dim = (dim - 1) * getStrides()[i] + (kernel - 1) * getDilations()[i] +
          (getOutputPadding()[i] + 1 - getPads()[i] - getPads()[rank + i]);
  }
  return {dims};
}

Results MatMulOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getLhs());
  dims.back() = getRhsLayout() == MatrixLayout::Panel
                    ? context.constant(getColumns().value_or(0))
                    : context.dim(getRhs(), cast<ShapedType>(getRhs().getType()).getRank() - 1);
  return {dims};
}

Results PoolOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInput());
  int64_t rank = getKernel().size();
  for (int64_t i = 0; i < rank; ++i) {
    AffineExpr &dim = dims[(getLayout() == Layout::NCHW ? 2 : 1) + i];
    int64_t begin = getPads()[i], pads = begin + getPads()[rank + i], stride = getStrides()[i];
    if (!getCeilMode()) {
      dim = windowCount(dim, pads, getKernel()[i], stride, getDilations()[i]);
      continue;
    }
    AffineExpr count = windowCount(dim, pads + stride - 1, getKernel()[i], stride, getDilations()[i]);
    // The last window must start inside the input or its begin padding. Where the size is unknown the rule cannot bind
    // unless stride - 1 exceeds the window's reach into the end padding, which ONNX models do not use.
    auto known = dyn_cast<AffineConstantExpr>(count);
    auto input = dyn_cast<AffineConstantExpr>(dim);
    if (known && input && (known.getValue() - 1) * stride >= input.getValue() + begin)
      count = context.constant(known.getValue() - 1);
    dim = count;
  }
  return {dims};
}

static Results reducedDims(ShapeContext &context, Value input, ArrayRef<int64_t> axes, bool keep) {
  DimList dims;
  for (auto [index, dim] : llvm::enumerate(context.dims(input))) {
    if (!llvm::is_contained(axes, (int64_t)index))
      dims.push_back(dim);
    else if (keep)
      dims.push_back(context.constant(1));
  }
  return {dims};
}
Results ReduceOp::resultDims(ShapeContext &context) {
  return reducedDims(context, getInput(), getAxes(), getKeepDims());
}
Results ArgReduceOp::resultDims(ShapeContext &context) {
  return reducedDims(context, getInput(), {(int64_t)getAxis()}, getKeepDims());
}
Results SoftmaxOp::resultDims(ShapeContext &context) { return {context.dims(getInput())}; }
Results NormOp::resultDims(ShapeContext &context) { return {context.dims(getInput())}; }
Results CumSumOp::resultDims(ShapeContext &context) { return {context.dims(getInput())}; }

Results AttentionOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getQuery());
  dims[3] = context.dim(getValue(), 3);
  return {dims};
}

Results TopKOp::resultDims(ShapeContext &context) {
  DimList dims = context.dims(getInput());
  dims[getAxis()] = context.constant(getK());
  return {dims, dims};
}

Results GatherOp::resultDims(ShapeContext &context) {
  DimList data = context.dims(getData()), dims(data.begin(), data.begin() + getAxis());
  llvm::append_range(dims, context.dims(getIndices()));
  dims.append(data.begin() + getAxis() + 1, data.end());
  return {dims};
}
Results GatherElementsOp::resultDims(ShapeContext &context) { return {context.dims(getIndices())}; }
Results GatherNDOp::resultDims(ShapeContext &context) {
  DimList data = context.dims(getData()), dims = context.dims(getIndices());
  int64_t length = cast<ShapedType>(getIndices().getType()).getShape().back();
  dims.pop_back();
  dims.append(data.begin() + getBatchDims() + length, data.end());
  return {dims};
}
Results ScatterElementsOp::resultDims(ShapeContext &context) { return {context.dims(getData())}; }
Results ScatterNDOp::resultDims(ShapeContext &context) { return {context.dims(getData())}; }

static SmallVector<OpFoldResult> mixedValues(MLIRContext *context, ArrayRef<int64_t> fixed, ValueRange dynamic) {
  Builder builder(context);
  return getMixedValues(fixed, dynamic, builder);
}
SmallVector<OpFoldResult> BroadcastOp::getMixedSizes() {
  return mixedValues(getContext(), getStaticSizes(), getSizes());
}
SmallVector<OpFoldResult> ReshapeOp::getMixedSizes() { return mixedValues(getContext(), getStaticSizes(), getSizes()); }
SmallVector<OpFoldResult> SliceOp::getMixedSizes() { return mixedValues(getContext(), getStaticSizes(), getSizes()); }
SmallVector<OpFoldResult> SliceOp::getMixedOffsets() {
  return mixedValues(getContext(), getStaticOffsets(), getOffsets());
}
