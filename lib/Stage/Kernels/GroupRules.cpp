// What each nn op may do in a fusion group.
#include "Grouping.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace hewn;

/// Whether an op only looks at its operand's elements in another way: no kernel runs for it.
static bool isView(Operation *op) {
  if (auto slice = dyn_cast<nn::SliceOp>(op))
    return llvm::all_of(slice.getSteps(), [](int64_t step) { return step == 1; });
  return isa<nn::ReshapeOp>(op);
}

GroupRule hewn::getGroupRule(Operation *op) {
  GroupRule rule;
  if (isa<nn::ElementwiseOp, nn::CastOp>(op))
    rule.elementwise = true;
  else if (isView(op))
    rule.kernel = false;
  else if (isa<nn::ReduceOp, nn::SoftmaxOp, nn::NormOp>(op))
    rule.epilogue = rule.prologue = true;
  else if (isa<nn::ConvOp, nn::ConvTransposeOp, nn::MatMulOp, nn::PoolOp, nn::TransposeOp, nn::GatherOp, nn::ResizeOp>(
               op))
    rule.epilogue = true;
  return rule;
}

StringRef hewn::getDissolveKind(Operation *op) {
  if (isa<nn::ConcatOp>(op))
    return "concat";
  auto pad = dyn_cast<nn::PadOp>(op);
  if (!pad || pad.getMode() != nn::PadMode::Constant)
    return {};
  auto negative = [](int64_t size) { return size < 0; };
  if (llvm::any_of(pad.getLow(), negative) || llvm::any_of(pad.getHigh(), negative))
    return {};
  if (!pad.getValue())
    return "pad";
  DenseElementsAttr value;
  if (!matchPattern(pad.getValue(), m_Constant(&value)) || !value.isSplat())
    return {};
  auto zero = [](Attribute element) {
    if (auto number = dyn_cast<FloatAttr>(element))
      return number.getValue().isPosZero();
    auto number = dyn_cast<IntegerAttr>(element);
    return number && number.getValue().isZero();
  };
  return zero(value.getSplatValue<Attribute>()) ? "pad" : StringRef();
}
