// nn.elementwise and nn.cast: blocks of elements through the formulas of Elementwise.def.
#include "Models.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {
constexpr int64_t kBlock = 512;

void load(const Tensor &tensor, int64_t begin, int64_t count, double *values) {
  loadFloats(tensor, begin, count, values);
}
void load(const Tensor &tensor, int64_t begin, int64_t count, Integer *values) {
  loadIntegers(tensor, begin, count, values);
}
void store(Tensor &tensor, int64_t begin, int64_t count, const double *values) {
  storeFloats(tensor, begin, count, values);
}
void store(Tensor &tensor, int64_t begin, int64_t count, const Integer *values) {
  storeIntegers(tensor, begin, count, values);
}

/// Computes in T, a block at a time.
template <typename T>
void applyBlocks(nn::ElementwiseKind kind, ArrayRef<Tensor> inputs, Tensor &result, double alpha, double beta) {
  T operands[3][kBlock] = {}, results[kBlock];
  for (int64_t begin = 0, end = result.getNumElements(); begin < end; begin += kBlock) {
    int64_t count = std::min(kBlock, end - begin);
    for (auto [index, input] : llvm::enumerate(inputs))
      load(input, begin, count, operands[index]);
    nn::applyElementwise(kind, operands[0], operands[1], operands[2], results, count, alpha, beta);
    store(result, begin, count, results);
  }
}

LogicalResult interpretElementwise(nn::ElementwiseOp op, Frame &frame) {
  SmallVector<Tensor> inputs = frame.get(op.getInputs());
  if (inputs.size() > 3 || failed(checkEqualShapes(op, inputs)))
    return failure();
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  double alpha = op.getAlpha() ? op.getAlphaAttr().getValueAsDouble() : nn::defaultAlpha(op.getKind());
  double beta = op.getBeta() ? op.getBetaAttr().getValueAsDouble() : nn::defaultBeta(op.getKind());
  // The last operand is never the condition of a select, and so tells which formula applies.
  if (inputs.back().isFloat())
    applyBlocks<double>(op.getKind(), inputs, *result, alpha, beta);
  else
    applyBlocks<Integer>(op.getKind(), inputs, *result, alpha, beta);
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretCast(nn::CastOp op, Frame &frame) {
  const Tensor &input = frame.get(op.getInput());
  FailureOr<Tensor> result = frame.allocateResult(op);
  if (failed(result))
    return failure();
  double reals[kBlock];
  Integer integers[kBlock];
  for (int64_t begin = 0, end = input.getNumElements(); begin < end; begin += kBlock) {
    int64_t count = std::min(kBlock, end - begin);
    if (input.isFloat()) {
      loadFloats(input, begin, count, reals);
      storeFloats(*result, begin, count, reals);
    } else {
      loadIntegers(input, begin, count, integers);
      storeIntegers(*result, begin, count, integers);
    }
  }
  return frame.set(op.getResult(), *result);
}
} // namespace

void hewn::interp::attachElementwiseModels(MLIRContext *context) {
  attach<nn::ElementwiseOp, interpretElementwise>(context);
  attach<nn::CastOp, interpretCast>(context);
}
