// Folders of the nn ops: identities, and chains of movement ops joined into one. Constants are folded by the
// interpreter (lib/Interpreter/ConstantFold.cpp), so that no formula is written twice.
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace hewn::nn;

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// The constant that every element of a value is, seen through broadcasts and reshapes.
static Attribute getSplat(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<BroadcastOp, ReshapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  DenseElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)) || !elements.isSplat())
    return {};
  return elements.getSplatValue<Attribute>();
}

static bool isFloat(Attribute splat, double value, bool negativeZero = false) {
  auto real = dyn_cast_or_null<FloatAttr>(splat);
  return real && real.getValueAsDouble() == value && real.getValue().isNegative() == (value < 0 || negativeZero);
}
static bool isInteger(Attribute splat, int64_t value) {
  auto integer = dyn_cast_or_null<IntegerAttr>(splat);
  return integer && integer.getValue() == APInt(integer.getValue().getBitWidth(), value, true);
}

/// Whether `kind(x, splat)` is x, bit by bit. x + 0.0 is not: -0.0 + 0.0 is 0.0.
static bool isRightIdentity(ElementwiseKind kind, Attribute splat) {
  switch (kind) {
  case ElementwiseKind::Mul:
  case ElementwiseKind::Div:
    return isFloat(splat, 1) || isInteger(splat, 1);
  case ElementwiseKind::Pow:
    return isFloat(splat, 1) || isInteger(splat, 1);
  case ElementwiseKind::Sub:
    return isFloat(splat, 0) || isInteger(splat, 0);
  case ElementwiseKind::Add:
    return isFloat(splat, 0, /*negativeZero=*/true) || isInteger(splat, 0);
  default:
    return false;
  }
}

OpFoldResult ElementwiseOp::fold(FoldAdaptor) {
  if (getInputs().size() != 2)
    return {};
  Value x = getInputs()[0], y = getInputs()[1];
  if (x.getType() == getType() && isRightIdentity(getKind(), getSplat(y)))
    return x;
  bool commutes = getKind() == ElementwiseKind::Add || getKind() == ElementwiseKind::Mul;
  if (commutes && y.getType() == getType() && isRightIdentity(getKind(), getSplat(x)))
    return y;
  return {};
}

OpFoldResult CastOp::fold(FoldAdaptor) { return getInput().getType() == getType() ? getInput() : Value(); }

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

/// Whether size `dim` of a result, dynamic, is read off that dimension of `input`.
static bool isDimOf(OpFoldResult size, Value input, int64_t dim) {
  auto value = dyn_cast<Value>(size);
  auto op = value ? value.getDefiningOp<tensor::DimOp>() : tensor::DimOp();
  return op && op.getSource() == input && op.getConstantIndex() == dim;
}

/// Whether sizes given as constants and values are those of `input`, dimension by dimension.
static bool sizesAreThoseOf(ArrayRef<OpFoldResult> sizes, Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  if (static_cast<int64_t>(sizes.size()) != type.getRank())
    return false;
  for (auto [dim, size] : llvm::enumerate(sizes))
    if (type.isDynamicDim(dim) ? !isDimOf(size, input, dim) : getConstantIntValue(size) != type.getDimSize(dim))
      return false;
  return true;
}

/// broadcast(broadcast(x)) -> broadcast(x)
OpFoldResult BroadcastOp::fold(FoldAdaptor) {
  // A dynamic input size equals the result's by contract, so equal types mean that nothing is repeated.
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<BroadcastOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

/// reshape(reshape(x)) -> reshape(x)
OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  auto type = cast<RankedTensorType>(getType());
  // With one dynamic size at most, the element count decides it.
  if (getInput().getType() == type && (type.getNumDynamicDims() <= 1 || sizesAreThoseOf(getMixedSizes(), getInput())))
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

/// transpose p (transpose q x) -> transpose (q o p) x
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> perm = getPerm();
  if (getInput().getType() == getType() && llvm::equal(perm, llvm::seq<int64_t>(0, perm.size())))
    return getInput();
  if (auto inner = getInput().getDefiningOp<TransposeOp>()) {
    setPerm(llvm::map_to_vector(perm, [&](int64_t dim) { return inner.getPerm()[dim]; }));
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

/// Empty inputs leave; one input alone is the result.
OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1)
    return getInputs()[0].getType() == getType() ? getInputs()[0] : Value();
  auto isEmpty = [&](Value input) { return cast<ShapedType>(input.getType()).getDimSize(getAxis()) == 0; };
  SmallVector<Value> kept = llvm::to_vector(llvm::make_filter_range(getInputs(), [&](Value v) { return !isEmpty(v); }));
  if (kept.empty() || kept.size() == getInputs().size())
    return {};
  getInputsMutable().assign(kept);
  return getResult();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  // Nothing is read along an empty dimension: its offset, which may lie at the input's end, becomes 0.
  SmallVector<int64_t> offsets(getStaticOffsets());
  for (auto [offset, size] : llvm::zip_equal(offsets, getStaticSizes()))
    if (size == 0 && !ShapedType::isDynamic(offset))
      offset = 0;
  if (ArrayRef<int64_t>(offsets) != getStaticOffsets()) {
    setStaticOffsets(offsets);
    return getResult();
  }
  bool fromStart = llvm::all_of(getMixedOffsets(), [](OpFoldResult offset) { return isZeroInteger(offset); });
  bool whole = fromStart && llvm::all_of(getSteps(), [](int64_t step) { return step == 1; }) &&
               getInput().getType() == getType() && sizesAreThoseOf(getMixedSizes(), getInput());
  return whole ? getInput() : Value();
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  auto isZero = [](int64_t size) { return size == 0; };
  bool nothing = llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero) && getInput().getType() == getType();
  return nothing ? getInput() : Value();
}
