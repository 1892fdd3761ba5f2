// The arithmetic work of every nn op (WorkOpInterface).
#include "hewn/Dialect/NN/NN.h"

using namespace mlir;
using namespace hewn::nn;

static AffineExpr product(ShapeContext &context, ArrayRef<AffineExpr> factors) {
  AffineExpr result = context.constant(1);
  for (AffineExpr factor : factors)
    result = result * factor;
  return result;
}

/// Number of elements of the first result.
static AffineExpr elements(ShapeOpInterface op, ShapeContext &context) {
  return product(context, op.resultDims(context)[0]);
}

AffineExpr ElementwiseOp::workFlops(ShapeContext &context) {
  return elements(*this, context) * (int64_t)getElementwiseInfo(getKind()).flops;
}

AffineExpr ConvOp::workFlops(ShapeContext &context) {
  int64_t window = 1;
  for (int64_t size : getKernelShape())
    window *= size;
  return elements(*this, context) * context.dim(getInput(), getChannelDim()).floorDiv((int64_t)getGroups()) *
         (2 * window);
}
AffineExpr ConvTransposeOp::workFlops(ShapeContext &context) {
  AffineExpr filter = product(context, context.dims(getFilter()));
  AffineExpr input = product(context, context.dims(getInput()));
  int64_t channelDim = getLayout() == Layout::NCHW ? 1 : (int64_t)getStrides().size() + 1;
  return input * filter.floorDiv(context.dim(getInput(), channelDim)) * 2;
}
AffineExpr MatMulOp::workFlops(ShapeContext &context) {
  return elements(*this, context) * context.dims(getLhs()).back() * 2;
}
AffineExpr PoolOp::workFlops(ShapeContext &context) {
  int64_t window = 1;
  for (int64_t size : getKernel())
    window *= size;
  return elements(*this, context) * window;
}
AffineExpr ReduceOp::workFlops(ShapeContext &context) { return product(context, context.dims(getInput())); }
AffineExpr ArgReduceOp::workFlops(ShapeContext &context) { return product(context, context.dims(getInput())); }
AffineExpr SoftmaxOp::workFlops(ShapeContext &context) { return elements(*this, context) * 14; }
AffineExpr NormOp::workFlops(ShapeContext &context) { return elements(*this, context) * 8; }
AffineExpr AttentionOp::workFlops(ShapeContext &context) {
  DimList query = context.dims(getQuery());
  AffineExpr scores = query[0] * query[1] * query[2] * context.dim(getValue(), 2);
  return scores * ((query[3] + context.dim(getValue(), 3)) * 2 + 14);
}
AffineExpr CumSumOp::workFlops(ShapeContext &context) { return elements(*this, context); }
AffineExpr ResizeOp::workFlops(ShapeContext &context) {
  return elements(*this, context) * (getMode() == ResizeMode::Nearest ? 0 : 8);
}
AffineExpr ScatterElementsOp::workFlops(ShapeContext &context) { return product(context, context.dims(getUpdates())); }
AffineExpr ScatterNDOp::workFlops(ShapeContext &context) { return product(context, context.dims(getUpdates())); }

// Data movement only.
AffineExpr CastOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr BroadcastOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr ReshapeOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr TransposeOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr ConcatOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr SliceOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr PadOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr IotaOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr TopKOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr GatherOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr GatherElementsOp::workFlops(ShapeContext &context) { return context.constant(0); }
AffineExpr GatherNDOp::workFlops(ShapeContext &context) { return context.constant(0); }
