// Verifiers of the nn ops that compute: contractions, windows, reductions, rows.
#include "VerifyUtils.h"

using namespace mlir;
using namespace hewn::nn;

//===----------------------------------------------------------------------===//
// Convolutions and pools
//===----------------------------------------------------------------------===//

/// Attributes of a window over `rank` spatial dimensions.
static LogicalResult checkWindow(Operation *op, size_t rank, ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                                 ArrayRef<int64_t> pads) {
  return success(succeeded(checkNumbers(op, strides, rank, 1, "strides", "C2")) &&
                 succeeded(checkNumbers(op, dilations, rank, 1, "dilations", "C2")) &&
                 succeeded(checkNumbers(op, pads, 2 * rank, 0, "pads", "C2")));
}

/// Ranks of input, filter and result for `spatial` spatial dimensions.
static LogicalResult checkConvRanks(Operation *op, int64_t spatial, Value input, Value filter, int64_t filterRank,
                                    Value result) {
  if (spatial < 1 || spatial > 3)
    return op->emitOpError("has ") << spatial << " strides, not 1 to 3 (C1)";
  if (rankOf(input) != spatial + 2 || rankOf(result) != spatial + 2 || rankOf(filter) != filterRank)
    return op->emitOpError("with ") << spatial << " strides has input, filter and result of ranks " << rankOf(input)
                                    << ", " << rankOf(filter) << " and " << rankOf(result) << ", not " << spatial + 2
                                    << ", " << filterRank << " and " << spatial + 2 << " (C1)";
  return success();
}

/// No static size of the result is negative.
static LogicalResult checkNotNegative(Operation *op, StringRef label) {
  for (ArrayRef<int64_t> shape : inferStaticShapes(op))
    for (auto [dim, size] : llvm::enumerate(shape))
      if (size < 0 && !ShapedType::isDynamic(size))
        return op->emitOpError("gives dimension ") << dim << " the size " << size << " (" << label << ")";
  return success();
}

LogicalResult ConvOp::verify() {
  bool panel = getFilterLayout() == FilterLayout::Panel;
  int64_t spatial = getSpatialRank();
  if (failed(checkConvRanks(*this, spatial, getInput(), getFilter(), spatial + (panel ? 3 : 2), getResult())))
    return failure();
  for (int64_t size : getKernelShape())
    if (size < 1 || size > std::numeric_limits<int32_t>::max())
      return emitOpError("has a filter whose window is not static, or empty (C1)");
  if (failed(checkWindow(*this, spatial, getStrides(), getDilations(), getPads())))
    return failure();

  int64_t groups = getGroups();
  ArrayRef<int64_t> filter = shapeOf(getFilter());
  if (panel != getChannels().has_value() || (panel && *getChannels() < 1))
    return emitOpError("needs 'channels' exactly for a panel filter (C3)");
  int64_t in = shapeOf(getInput())[getChannelDim()], out = getOutputChannels();
  int64_t perGroup = filter[getFilterLayout() == FilterLayout::OIHW ? 1 : filter.size() - (panel ? 2 : 1)];
  if (groups < 1 || (!ShapedType::isDynamic(in) && in % groups) || (!ShapedType::isDynamic(out) && out % groups) ||
      (!ShapedType::isDynamic(in) && sizesDiffer(perGroup, in / groups)))
    return emitOpError("has ") << groups << " groups, which do not fit input " << getInput().getType() << " and filter "
                               << getFilter().getType() << " (C3)";
  if (panel && (ShapedType::isDynamic(filter.back()) || filter.back() < 1 ||
                sizesDiffer(filter.front(), llvm::divideCeil(out, filter.back()))))
    return emitOpError("has panels ") << getFilter().getType() << " for " << out << " channels (C3)";
  if (failed(checkVector(*this, getBias(), out, elementTypeOf(getInput()), "bias", "C4")) ||
      failed(checkNotNegative(*this, "C5")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult ConvTransposeOp::verify() {
  int64_t spatial = getStrides().size();
  if (failed(checkConvRanks(*this, spatial, getInput(), getFilter(), spatial + 2, getResult())) ||
      failed(checkWindow(*this, spatial, getStrides(), getDilations(), getPads())) ||
      failed(checkNumbers(*this, getOutputPadding(), spatial, 0, "output_padding", "C2")))
    return failure();
  int64_t groups = getGroups(), in = shapeOf(getInput())[getLayout() == Layout::NCHW ? 1 : spatial + 1];
  ArrayRef<int64_t> filter = shapeOf(getFilter());
  if (groups < 1 || sizesDiffer(in, filter[0]) || (!ShapedType::isDynamic(filter[0]) && filter[0] % groups))
    return emitOpError("has ") << groups << " groups, which do not fit input " << getInput().getType() << " and filter "
                               << getFilter().getType() << " (C3)";
  int64_t out = ShapedType::isDynamic(filter[1]) ? filter[1] : filter[1] * groups;
  if (failed(checkVector(*this, getBias(), out, elementTypeOf(getInput()), "bias", "C4")) ||
      failed(checkNotNegative(*this, "C5")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult PoolOp::verify() {
  int64_t spatial = getKernel().size();
  if (spatial < 1 || spatial > 3 || rankOf(getInput()) != spatial + 2 || rankOf(getResult()) != spatial + 2)
    return emitOpError("with a kernel of ") << spatial << " dimensions has input and result of ranks "
                                            << rankOf(getInput()) << " and " << rankOf(getResult()) << " (C1)";
  if (failed(checkNumbers(*this, getKernel(), spatial, 1, "kernel", "C2")) ||
      failed(checkWindow(*this, spatial, getStrides(), getDilations(), getPads())) ||
      failed(checkNotNegative(*this, "C3")))
    return failure();
  return verifyResultShapes(getOperation());
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult MatMulOp::verify() {
  bool panel = getRhsLayout() == MatrixLayout::Panel;
  ArrayRef<int64_t> lhs = shapeOf(getLhs()), rhs = shapeOf(getRhs());
  bool shared = panel || rhs.size() == 2;
  if (lhs.size() < 2 || (panel ? rhs.size() != 3 : rhs.size() != 2 && rhs.size() != lhs.size()))
    return emitOpError("has operands of ranks ") << lhs.size() << " and " << rhs.size() << " (C1)";
  if (sizesDiffer(lhs.back(), rhs[panel ? 1 : rhs.size() - 2]) ||
      (!shared && !shapesFit(lhs.drop_back(2), rhs.drop_back(2))))
    return emitOpError("has operands ") << getLhs().getType() << " and " << getRhs().getType()
                                        << " that do not fit (C2)";
  if (panel != getColumns().has_value() || (panel && *getColumns() < 0))
    return emitOpError("needs 'columns' exactly for panels (C3)");
  if (panel &&
      (ShapedType::isDynamic(rhs[2]) || rhs[2] < 1 || sizesDiffer(rhs[0], llvm::divideCeil(*getColumns(), rhs[2]))))
    return emitOpError("has panels ") << getRhs().getType() << " for " << *getColumns() << " columns (C3)";
  return verifyResultShapes(getOperation());
}

LogicalResult AttentionOp::verify() {
  for (Value operand : {getQuery(), getKey(), getValue()})
    if (rankOf(operand) != 4)
      return emitOpError("has an operand of rank ") << rankOf(operand) << ", not 4 (C1)";
  ArrayRef<int64_t> query = shapeOf(getQuery()), key = shapeOf(getKey()), value = shapeOf(getValue());
  int64_t depthDim = getKeyTransposed() ? 2 : 3;
  bool fits = !sizesDiffer(key[depthDim], query[3]) && !sizesDiffer(key[5 - depthDim], value[2]);
  for (int64_t i = 0; i < 2; ++i)
    fits &= !sizesDiffer(query[i], key[i]) && !sizesDiffer(query[i], value[i]);
  if (!fits)
    return emitOpError("has query ") << getQuery().getType() << ", key " << getKey().getType() << " and value "
                                     << getValue().getType() << " that do not fit (C1)";
  if (Value mask = getMask()) {
    int64_t scores[] = {query[0], query[1], query[2], value[2]};
    bool broadcasts = rankOf(mask) == 4 && elementTypeOf(mask) == elementTypeOf(getQuery());
    for (int64_t i = 0; broadcasts && i < 4; ++i)
      broadcasts = (i < 3 && shapeOf(mask)[i] == 1) || !sizesDiffer(shapeOf(mask)[i], scores[i]);
    if (!broadcasts)
      return emitOpError("has a mask of type ") << mask.getType() << " that does not broadcast to the scores (C2)";
  }
  return verifyResultShapes(getOperation());
}

//===----------------------------------------------------------------------===//
// Reductions and rows
//===----------------------------------------------------------------------===//

LogicalResult ReduceOp::verify() {
  int64_t last = -1;
  for (int64_t axis : getAxes()) {
    if (axis <= last || axis >= rankOf(getInput()))
      return emitOpError("has axes that are not strictly increasing inside [0, ") << rankOf(getInput()) << ") (C1)";
    last = axis;
  }
  return verifyResultShapes(getOperation());
}

LogicalResult ArgReduceOp::verify() {
  if (failed(checkAxis(*this, getAxis(), rankOf(getInput()), "C1")))
    return failure();
  if (!elementTypeOf(getResult()).isSignlessInteger(64))
    return emitOpError("gives ") << elementTypeOf(getResult()) << ", not i64 (C1)";
  return verifyResultShapes(getOperation());
}

/// An axis, and elements that are floats.
static LogicalResult checkFloatRows(Operation *op, Value input, int64_t axis) {
  if (!isa<FloatType>(elementTypeOf(input)))
    return op->emitOpError("takes floats, not ") << elementTypeOf(input) << " (C1)";
  return checkAxis(op, axis, rankOf(input), "C1");
}

LogicalResult SoftmaxOp::verify() {
  if (failed(checkFloatRows(*this, getInput(), getAxis())))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult NormOp::verify() {
  if (failed(checkFloatRows(*this, getInput(), getAxis())))
    return failure();
  if (!(getEpsilon().convertToDouble() >= 0))
    return emitOpError("has a negative epsilon (C1)");
  ArrayRef<int64_t> row = shapeOf(getInput()).drop_front(getAxis());
  for (Value parameter : {getScale(), getBias()})
    if (parameter && (!shapesFit(shapeOf(parameter), row) || elementTypeOf(parameter) != elementTypeOf(getInput())))
      return emitOpError("has a scale or bias of type ")
             << parameter.getType() << " for input " << getInput().getType() << " and axis " << getAxis() << " (C2)";
  return verifyResultShapes(getOperation());
}

LogicalResult CumSumOp::verify() {
  if (failed(checkAxis(*this, getAxis(), rankOf(getInput()), "C1")))
    return failure();
  return verifyResultShapes(getOperation());
}

LogicalResult TopKOp::verify() {
  if (failed(checkAxis(*this, getAxis(), rankOf(getInput()), "C1")))
    return failure();
  int64_t size = shapeOf(getInput())[getAxis()], k = getK();
  if (k < 0 || (!ShapedType::isDynamic(size) && k > size))
    return emitOpError("has k = ") << k << " for an axis of size " << size << " (C1)";
  if (!elementTypeOf(getIndices()).isSignlessInteger(64))
    return emitOpError("gives indices of type ") << elementTypeOf(getIndices()) << ", not i64 (C2)";
  return verifyResultShapes(getOperation());
}
