// Questions that several simplifications ask.
#include "Match.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

Value hewn::graph::stripBroadcast(Value value) {
  while (auto broadcast = value.getDefiningOp<nn::BroadcastOp>())
    value = broadcast.getInput();
  return value;
}

std::optional<double> hewn::graph::getScalar(Value value) {
  while (true) {
    if (auto broadcast = value.getDefiningOp<nn::BroadcastOp>())
      value = broadcast.getInput();
    else if (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
      value = reshape.getInput();
    else
      break;
  }
  DenseFPElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || elements.empty() || !elements.isSplat())
    return std::nullopt;
  APFloat number = elements.getSplatValue<APFloat>();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number.convertToDouble();
}

bool hewn::graph::isClose(double value, double expected) {
  return std::fabs(value - expected) <= 1e-6 * std::fabs(expected);
}

bool hewn::graph::isConstant(Value value) {
  SmallVector<Value> stack = {value};
  SmallPtrSet<Operation *, 16> seen;
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val().getDefiningOp();
    if (!op)
      return false;
    if (!seen.insert(op).second || isa<arith::ConstantOp, LoadWeightOp>(op))
      continue;
    if (!isa<nn::NNDialect>(op->getDialect()))
      return false;
    llvm::append_range(stack, op->getOperands());
  }
  return true;
}

nn::ElementwiseOp hewn::graph::getElementwise(Value value, ElementwiseKind kind) {
  auto op = value.getDefiningOp<nn::ElementwiseOp>();
  return op && op.getKind() == kind ? op : nn::ElementwiseOp();
}

std::optional<std::pair<Value, double>> hewn::graph::getOperandAndScalar(nn::ElementwiseOp op) {
  for (unsigned side : {1, 0})
    if (auto scalar = getScalar(op.getInputs()[side]))
      return std::pair(op.getInputs()[1 - side], *scalar);
  return std::nullopt;
}

std::pair<Value, double> hewn::graph::stripScale(Value value) {
  double scale = 1.0;
  while (true) {
    if (auto mul = getElementwise(value, ElementwiseKind::Mul)) {
      if (auto parts = getOperandAndScalar(mul)) {
        value = parts->first, scale *= parts->second;
        continue;
      }
    } else if (auto div = getElementwise(value, ElementwiseKind::Div)) {
      if (auto scalar = getScalar(div.getInputs()[1]); scalar && *scalar != 0) {
        value = div.getInputs()[0], scale /= *scalar;
        continue;
      }
    }
    return {value, scale};
  }
}

static void addFactors(Value value, bool isRoot, Product &product) {
  auto [bare, scale] = stripScale(value);
  product.scalar *= scale;
  auto mul = getElementwise(bare, ElementwiseKind::Mul);
  if (!mul || !(isRoot || bare.hasOneUse())) {
    product.factors.push_back(bare);
    return;
  }
  for (Value input : mul.getInputs())
    addFactors(input, false, product);
}

Product hewn::graph::getProduct(Value value) {
  Product product;
  addFactors(value, true, product);
  return product;
}

Value hewn::graph::reshapeTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return nn::build<nn::ReshapeOp>(builder, loc, type.getElementType(), value, ValueRange(), shape);
}

Value hewn::graph::broadcastTo(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  return nn::build<nn::BroadcastOp>(builder, loc, type.getElementType(), value, ValueRange(), shape);
}

Value hewn::graph::makeBinary(OpBuilder &builder, Location loc, ElementwiseKind kind, Value lhs, Value rhs) {
  return nn::build<nn::ElementwiseOp>(builder, loc, getElementTypeOrSelf(lhs.getType()), ValueRange{lhs, rhs}, kind,
                                      FloatAttr(), FloatAttr());
}
