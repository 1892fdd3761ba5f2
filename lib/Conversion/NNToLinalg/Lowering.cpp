// What the lowerings from nn to linalg share: signless values, result tensors, generics.
#include "Lowering.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace hewn::nn;

Type hewn::nn::signless(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return IntegerType::get(type.getContext(), integer.getWidth());
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(signless(shaped.getElementType()));
  return type;
}

Value hewn::nn::signless(OpBuilder &builder, Location loc, Value value) {
  Type plain = signless(value.getType());
  if (plain == value.getType())
    return value;
  if (auto cast = value.getDefiningOp<UnrealizedConversionCastOp>(); cast && cast.getInputs()[0].getType() == plain)
    return cast.getInputs()[0];
  return UnrealizedConversionCastOp::create(builder, loc, plain, value).getResult(0);
}

void hewn::nn::replaceWithSignless(PatternRewriter &rewriter, Operation *op, ValueRange values) {
  SmallVector<Value> results;
  for (auto [value, result] : llvm::zip_equal(values, op->getResults())) {
    Value plain = value, typed = value;
    Type wanted = signless(result.getType());
    if (plain.getType() != wanted)
      typed = tensor::CastOp::create(rewriter, op->getLoc(), wanted, plain);
    if (wanted != result.getType())
      typed = UnrealizedConversionCastOp::create(rewriter, op->getLoc(), result.getType(), typed).getResult(0);
    results.push_back(typed);
  }
  rewriter.replaceOp(op, results);
}

Type hewn::nn::accumulatorType(Type element) {
  if (auto type = dyn_cast<FloatType>(element))
    return type.getWidth() < 32 ? Float32Type::get(element.getContext()) : element;
  return IntegerType::get(element.getContext(), 64);
}

Value hewn::nn::convertScalar(OpBuilder &builder, Location loc, Value value, Type to, bool fromUnsigned) {
  Type from = value.getType();
  if (from == to)
    return value;
  if (isa<FloatType>(from) && isa<FloatType>(to)) {
    unsigned a = from.getIntOrFloatBitWidth(), b = to.getIntOrFloatBitWidth();
    if (a == b) // f16 and bf16
      return arith::TruncFOp::create(builder, loc, to,
                                     arith::ExtFOp::create(builder, loc, builder.getF32Type(), value));
    if (a < b)
      return arith::ExtFOp::create(builder, loc, to, value);
    return arith::TruncFOp::create(builder, loc, to, value);
  }
  if (isa<IntegerType>(from) && isa<IntegerType>(to)) {
    unsigned a = from.getIntOrFloatBitWidth(), b = to.getIntOrFloatBitWidth();
    if (a > b)
      return arith::TruncIOp::create(builder, loc, to, value);
    if (fromUnsigned || a == 1)
      return arith::ExtUIOp::create(builder, loc, to, value);
    return arith::ExtSIOp::create(builder, loc, to, value);
  }
  if (isa<IntegerType>(from)) {
    if (fromUnsigned || from.isInteger(1))
      return arith::UIToFPOp::create(builder, loc, to, value);
    return arith::SIToFPOp::create(builder, loc, to, value);
  }
  return fromUnsigned ? (Value)arith::FPToUIOp::create(builder, loc, to, value)
                      : (Value)arith::FPToSIOp::create(builder, loc, to, value);
}

Value hewn::nn::constantLike(OpBuilder &builder, Location loc, Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, value));
  return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, (int64_t)value));
}

Value hewn::nn::extremeLike(OpBuilder &builder, Location loc, Type type, bool lowest, bool isUnsigned) {
  if (auto real = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(builder, loc,
                                     builder.getFloatAttr(type, APFloat::getInf(real.getFloatSemantics(), lowest)));
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = isUnsigned ? (lowest ? APInt::getMinValue(width) : APInt::getMaxValue(width))
                           : (lowest ? APInt::getSignedMinValue(width) : APInt::getSignedMaxValue(width));
  return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, value));
}

SmallVector<SmallVector<OpFoldResult>> hewn::nn::resultSizes(OpBuilder &builder, Operation *op) {
  ReifiedRankedShapedTypeDims shapes;
  if (failed(reifyShapes(op, builder, shapes)))
    return {};
  // The result type may know more than the shape function.
  for (auto [result, sizes] : llvm::zip_equal(op->getResults(), shapes))
    for (auto [size, known] : llvm::zip_equal(sizes, cast<ShapedType>(result.getType()).getShape()))
      if (!ShapedType::isDynamic(known))
        size = builder.getIndexAttr(known);
  return shapes;
}

Value hewn::nn::emptyTensor(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes, Type element) {
  return tensor::EmptyOp::create(builder, loc, sizes, signless(element));
}

Value hewn::nn::filledTensor(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes, Value scalar) {
  Value empty = emptyTensor(builder, loc, sizes, scalar.getType());
  return linalg::FillOp::create(builder, loc, scalar, empty).getResult(0);
}

Value hewn::nn::generic(OpBuilder &builder, Location loc, ValueRange inputs, Value init, ArrayRef<AffineMap> maps,
                        BodyBuilder body) {
  unsigned loops = maps.back().getNumDims();
  SmallVector<utils::IteratorType> iterators;
  for (unsigned i = 0; i < loops; ++i)
    iterators.push_back(maps.back().isFunctionOfDim(i) ? utils::IteratorType::parallel
                                                       : utils::IteratorType::reduction);
  auto op = linalg::GenericOp::create(
      builder, loc, TypeRange{init.getType()}, inputs, ValueRange{init}, maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange arguments) { linalg::YieldOp::create(b, l, body(b, l, arguments)); });
  return op.getResult(0);
}

Value hewn::nn::pointwise(OpBuilder &builder, Location loc, ArrayRef<OpFoldResult> sizes, Type element,
                          ValueRange inputs, ArrayRef<AffineMap> maps, BodyBuilder body) {
  SmallVector<AffineMap> all(maps);
  all.push_back(builder.getMultiDimIdentityMap(sizes.size()));
  return generic(builder, loc, inputs, emptyTensor(builder, loc, sizes, element), all, body);
}
