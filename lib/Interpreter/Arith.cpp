// The arith and affine ops that compute sizes, on scalars and on tensors.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "Models.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include <cmath>

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

namespace {

/// A zeroed tensor like the first operand, with the result's element type.
FailureOr<Tensor> allocateLike(Operation *op, Frame &frame) {
  SmallVector<Tensor> operands = frame.get(op->getOperands());
  if (failed(checkEqualShapes(op, operands)))
    return failure();
  return frame.allocate(op, getElementTypeOrSelf(op->getResult(0).getType()), operands.front().getShape());
}

/// Integers as the unsigned numbers of their width; `index` has 64 bits.
Integer asUnsigned(Integer value, Type type) {
  Type element = getElementTypeOrSelf(type);
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return value & ((Integer(1) << bits) - 1);
}

using IntegerFunction = Integer (*)(Integer, Integer);
using FloatFunction = double (*)(double, double);

template <typename OpTy, IntegerFunction function, bool isUnsigned = false>
LogicalResult integerBinary(OpTy op, Frame &frame) {
  FailureOr<Tensor> result = allocateLike(op, frame);
  if (failed(result))
    return failure();
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    Integer x = lhs.getInteger(i), y = rhs.getInteger(i);
    if (isUnsigned) {
      x = asUnsigned(x, op.getType());
      y = asUnsigned(y, op.getType());
    }
    result->setInteger(i, function(x, y));
  }
  return frame.set(op.getResult(), *result);
}

template <typename OpTy, FloatFunction function> LogicalResult floatBinary(OpTy op, Frame &frame) {
  FailureOr<Tensor> result = allocateLike(op, frame);
  if (failed(result))
    return failure();
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  for (int64_t i = 0; i < result->getNumElements(); ++i)
    result->setFloat(i, function(lhs.getFloat(i), rhs.getFloat(i)));
  return frame.set(op.getResult(), *result);
}

Integer add(Integer x, Integer y) { return x + y; }
Integer sub(Integer x, Integer y) { return x - y; }
Integer mul(Integer x, Integer y) { return x * y; }
/// Division by zero is undefined in arith; it gives 0 here.
Integer div(Integer x, Integer y) { return y == 0 ? 0 : x / y; }
Integer rem(Integer x, Integer y) { return y == 0 ? 0 : x % y; }
Integer floorDiv(Integer x, Integer y) { return div(x, y) - (y != 0 && x % y != 0 && (x < 0) != (y < 0)); }
Integer ceilDiv(Integer x, Integer y) { return div(x, y) + (y != 0 && x % y != 0 && (x < 0) == (y < 0)); }
Integer min(Integer x, Integer y) { return x < y ? x : y; }
Integer max(Integer x, Integer y) { return x < y ? y : x; }
Integer bitAnd(Integer x, Integer y) { return x & y; }
Integer bitOr(Integer x, Integer y) { return x | y; }
Integer bitXor(Integer x, Integer y) { return x ^ y; }
Integer shiftLeft(Integer x, Integer y) {
  return y < 0 || y > 63 ? 0 : static_cast<Integer>(static_cast<unsigned __int128>(x) << y);
}
Integer shiftRight(Integer x, Integer y) { return y < 0 || y > 63 ? 0 : x >> y; }

double addFloat(double x, double y) { return x + y; }
double subFloat(double x, double y) { return x - y; }
double mulFloat(double x, double y) { return x * y; }
double divFloat(double x, double y) { return x / y; }
double minFloat(double x, double y) { return std::isnan(x) ? x : (std::isnan(y) || y < x ? y : x); }
double maxFloat(double x, double y) { return std::isnan(x) ? x : (std::isnan(y) || x < y ? y : x); }

LogicalResult interpretConstant(arith::ConstantOp op, Frame &frame) {
  std::optional<Tensor> tensor;
  if (auto elements = dyn_cast<ElementsAttr>(op.getValue()))
    tensor = Tensor::fromAttribute(elements);
  else if (!getElementKind(op.getType()))
    return fail(op, "its type is not supported");
  else if (auto real = dyn_cast<FloatAttr>(op.getValue()))
    tensor = Tensor::scalarFloat(op.getType(), real.getValueAsDouble());
  else if (auto integer = dyn_cast<IntegerAttr>(op.getValue()))
    tensor = Tensor::scalar(op.getType(), op.getType().isInteger(1) ? integer.getValue().getZExtValue()
                                                                    : integer.getValue().getSExtValue());
  if (!tensor)
    return fail(op, "its value is not supported");
  return frame.set(op.getResult(), *tensor);
}

bool compare(arith::CmpIPredicate predicate, Integer x, Integer y) {
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return x == y;
  case arith::CmpIPredicate::ne:
    return x != y;
  case arith::CmpIPredicate::slt:
  case arith::CmpIPredicate::ult:
    return x < y;
  case arith::CmpIPredicate::sle:
  case arith::CmpIPredicate::ule:
    return x <= y;
  case arith::CmpIPredicate::sgt:
  case arith::CmpIPredicate::ugt:
    return x > y;
  case arith::CmpIPredicate::sge:
  case arith::CmpIPredicate::uge:
    return x >= y;
  }
  llvm_unreachable("unknown predicate");
}

LogicalResult interpretCmpI(arith::CmpIOp op, Frame &frame) {
  FailureOr<Tensor> result = allocateLike(op, frame);
  if (failed(result))
    return failure();
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  bool isUnsigned = op.getPredicate() >= arith::CmpIPredicate::ult;
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    Integer x = lhs.getInteger(i), y = rhs.getInteger(i);
    if (isUnsigned) {
      x = asUnsigned(x, op.getLhs().getType());
      y = asUnsigned(y, op.getLhs().getType());
    }
    result->setInteger(i, compare(op.getPredicate(), x, y));
  }
  return frame.set(op.getResult(), *result);
}

/// Ordered predicates have bit 3 clear and are false on NaN, unordered ones are true; of the low bits 1 is "equal", 2
/// is "greater", 4 is "less".
LogicalResult interpretCmpF(arith::CmpFOp op, Frame &frame) {
  using P = arith::CmpFPredicate;
  FailureOr<Tensor> result = allocateLike(op, frame);
  if (failed(result))
    return failure();
  P predicate = op.getPredicate();
  auto any = [&](std::initializer_list<P> list) { return llvm::is_contained(list, predicate); };
  bool equal = any({P::OEQ, P::OGE, P::OLE, P::UEQ, P::UGE, P::ULE, P::ORD, P::AlwaysTrue});
  bool greater = any({P::OGT, P::OGE, P::ONE, P::UGT, P::UGE, P::UNE, P::ORD, P::AlwaysTrue});
  bool less = any({P::OLT, P::OLE, P::ONE, P::ULT, P::ULE, P::UNE, P::ORD, P::AlwaysTrue});
  bool nan = any({P::UEQ, P::UGT, P::UGE, P::ULT, P::ULE, P::UNE, P::UNO, P::AlwaysTrue});
  const Tensor &lhs = frame.get(op.getLhs()), &rhs = frame.get(op.getRhs());
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    double x = lhs.getFloat(i), y = rhs.getFloat(i);
    result->setInteger(i, x == y ? equal : (x > y ? greater : (x < y ? less : nan)));
  }
  return frame.set(op.getResult(), *result);
}

LogicalResult interpretSelect(arith::SelectOp op, Frame &frame) {
  const Tensor &condition = frame.get(op.getCondition());
  const Tensor &yes = frame.get(op.getTrueValue()), &no = frame.get(op.getFalseValue());
  if (condition.getRank() == 0)
    return frame.set(op.getResult(), Tensor(condition.getInteger(0) ? yes : no));
  if (failed(checkEqualShapes(op, {condition, yes, no})))
    return failure();
  FailureOr<Tensor> result = frame.allocate(op, yes.getElementType(), yes.getShape());
  if (failed(result))
    return failure();
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    const Tensor &chosen = condition.getInteger(i) ? yes : no;
    if (chosen.isFloat())
      result->setFloat(i, chosen.getFloat(i));
    else
      result->setInteger(i, chosen.getInteger(i));
  }
  return frame.set(op.getResult(), *result);
}

/// Conversions: the source is read as signed unless `isUnsigned`, the target rounds, truncates or wraps.
template <typename OpTy, bool isUnsigned = false> LogicalResult interpretConversion(OpTy op, Frame &frame) {
  FailureOr<Tensor> result = allocateLike(op, frame);
  if (failed(result))
    return failure();
  const Tensor &input = frame.get(op.getIn());
  Type type = getElementTypeOrSelf(op.getIn().getType());
  for (int64_t i = 0; i < result->getNumElements(); ++i) {
    if (input.isFloat()) {
      result->setFloat(i, input.getFloat(i));
      continue;
    }
    Integer value = input.getInteger(i);
    if (isUnsigned)
      value = asUnsigned(value, type);
    else if (type.isInteger(1))
      value = -value; // a signed bit is 0 or -1
    if (result->isFloat())
      result->setFloat(i, static_cast<double>(value));
    else if (result->getKind() == ElementKind::I1)
      result->setInteger(i, value & 1);
    else
      result->setInteger(i, value);
  }
  return frame.set(op.getResult(), *result);
}

//===----------------------------------------------------------------------===//
// Affine
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<int64_t>> evaluateMap(Operation *op, AffineMap map, Frame &frame) {
  SmallVector<Attribute> operands, values;
  Type index = IndexType::get(op->getContext());
  for (Value operand : op->getOperands())
    operands.push_back(IntegerAttr::get(index, frame.getIndex(operand)));
  bool poison = false;
  if (failed(map.constantFold(operands, values, &poison)) || poison)
    return fail(op, "the map has no value for these operands");
  return llvm::map_to_vector(values, [](Attribute value) { return cast<IntegerAttr>(value).getInt(); });
}

LogicalResult interpretApply(affine::AffineApplyOp op, Frame &frame) {
  auto values = evaluateMap(op, op.getAffineMap(), frame);
  return failed(values) ? failure() : frame.set(op.getResult(), Tensor::scalar(op.getType(), values->front()));
}
LogicalResult interpretAffineMin(affine::AffineMinOp op, Frame &frame) {
  auto values = evaluateMap(op, op.getAffineMap(), frame);
  return failed(values) ? failure()
                        : frame.set(op.getResult(), Tensor::scalar(op.getType(), *llvm::min_element(*values)));
}
LogicalResult interpretAffineMax(affine::AffineMaxOp op, Frame &frame) {
  auto values = evaluateMap(op, op.getAffineMap(), frame);
  return failed(values) ? failure()
                        : frame.set(op.getResult(), Tensor::scalar(op.getType(), *llvm::max_element(*values)));
}

template <typename OpTy, IntegerFunction function, bool isUnsigned = false> void attachInteger(MLIRContext *context) {
  attach<OpTy, integerBinary<OpTy, function, isUnsigned>>(context);
}
template <typename OpTy, FloatFunction function> void attachFloat(MLIRContext *context) {
  attach<OpTy, floatBinary<OpTy, function>>(context);
}
template <typename OpTy, bool isUnsigned = false> void attachConversion(MLIRContext *context) {
  attach<OpTy, interpretConversion<OpTy, isUnsigned>>(context);
}
} // namespace

void hewn::interp::attachArithModels(MLIRContext *context) {
  attach<arith::ConstantOp, interpretConstant>(context);
  attachInteger<arith::AddIOp, add>(context);
  attachInteger<arith::SubIOp, sub>(context);
  attachInteger<arith::MulIOp, mul>(context);
  attachInteger<arith::DivSIOp, div>(context);
  attachInteger<arith::DivUIOp, div, true>(context);
  attachInteger<arith::RemSIOp, rem>(context);
  attachInteger<arith::RemUIOp, rem, true>(context);
  attachInteger<arith::FloorDivSIOp, floorDiv>(context);
  attachInteger<arith::CeilDivSIOp, ceilDiv>(context);
  attachInteger<arith::CeilDivUIOp, ceilDiv, true>(context);
  attachInteger<arith::MinSIOp, min>(context);
  attachInteger<arith::MaxSIOp, max>(context);
  attachInteger<arith::MinUIOp, min, true>(context);
  attachInteger<arith::MaxUIOp, max, true>(context);
  attachInteger<arith::AndIOp, bitAnd>(context);
  attachInteger<arith::OrIOp, bitOr>(context);
  attachInteger<arith::XOrIOp, bitXor>(context);
  attachInteger<arith::ShLIOp, shiftLeft>(context);
  attachInteger<arith::ShRSIOp, shiftRight>(context);
  attachInteger<arith::ShRUIOp, shiftRight, true>(context);
  attachFloat<arith::AddFOp, addFloat>(context);
  attachFloat<arith::SubFOp, subFloat>(context);
  attachFloat<arith::MulFOp, mulFloat>(context);
  attachFloat<arith::DivFOp, divFloat>(context);
  attachFloat<arith::MinimumFOp, minFloat>(context);
  attachFloat<arith::MaximumFOp, maxFloat>(context);
  attach<arith::CmpIOp, interpretCmpI>(context);
  attach<arith::CmpFOp, interpretCmpF>(context);
  attach<arith::SelectOp, interpretSelect>(context);
  attachConversion<arith::IndexCastOp>(context);
  attachConversion<arith::IndexCastUIOp, true>(context);
  attachConversion<arith::ExtSIOp>(context);
  attachConversion<arith::ExtUIOp, true>(context);
  attachConversion<arith::TruncIOp>(context);
  attachConversion<arith::SIToFPOp>(context);
  attachConversion<arith::UIToFPOp, true>(context);
  attachConversion<arith::FPToSIOp>(context);
  attachConversion<arith::ExtFOp>(context);
  attachConversion<arith::TruncFOp>(context);
}

void hewn::interp::attachAffineModels(MLIRContext *context) {
  attach<affine::AffineApplyOp, interpretApply>(context);
  attach<affine::AffineMinOp, interpretAffineMin>(context);
  attach<affine::AffineMaxOp, interpretAffineMax>(context);
}
