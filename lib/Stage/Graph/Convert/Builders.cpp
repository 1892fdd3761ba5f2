// Builders of nn ops that converters share: explicit broadcasting, views, constants.
#include "Conversion.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

static FloatAttr realAttr(Builder &builder, std::optional<double> value) {
  return value ? builder.getF64FloatAttr(*value) : FloatAttr();
}

Value Node::elementwise(nn::ElementwiseKind kind, ValueRange inputs, Type resultElement, std::optional<double> alpha,
                        std::optional<double> beta) {
  Type result = resultElement ? resultElement : element(inputs.front());
  return build<nn::ElementwiseOp>(result, inputs, kind, realAttr(builder, alpha), realAttr(builder, beta));
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

/// Of two sizes that must agree the static one is kept. An unknown size against another is taken as equal and guarded.
FailureOr<SizeList> Node::broadcastShape(ArrayRef<SizeList> shapes) {
  size_t rank = 0;
  for (const SizeList &shape : shapes)
    rank = std::max(rank, shape.size());
  SizeList target(rank, sizes.constant(1));
  for (const SizeList &shape : shapes)
    for (auto [position, size] : llvm::enumerate(shape)) {
      AffineExpr &wanted = target[rank - shape.size() + position];
      if (Sizes::isKnown(size, 1))
        continue;
      if (Sizes::isKnown(wanted, 1)) {
        wanted = size;
        continue;
      }
      if (!expectEqual(wanted, size,
                       "sizes of dimension " + Twine(rank - shape.size() + position) + " do not broadcast"))
        return failure();
      if (Sizes::known(size))
        wanted = size;
    }
  return target;
}

Value Node::broadcast(Value value, ArrayRef<AffineExpr> target) {
  SizeList from = shape(value);
  if (from.size() > target.size()) {
    (void)invalid("a value of rank " + Twine(from.size()) + " does not broadcast to rank " +
                  Twine(target.size())); // kept
    return value;
  }
  bool same = from.size() == target.size();
  for (auto [position, size] : llvm::enumerate(from)) {
    AffineExpr wanted = target[target.size() - from.size() + position];
    if (!Sizes::isKnown(size, 1) &&
        !expectEqual(size, wanted, "size of dimension " + Twine(position) + " does not broadcast"))
      return value;
    same &= Sizes::known(size) == Sizes::known(wanted) && sizes.equal(size, wanted);
  }
  if (same)
    return value;
  auto [fixed, dynamic] = split(target);
  return build<nn::BroadcastOp>(element(value), value, dynamic, fixed);
}

SmallVector<Value> Node::broadcastAll(ValueRange values) {
  FailureOr<SizeList> target =
      broadcastShape(llvm::map_to_vector(values, [&](Value value) -> SizeList { return shape(value); }));
  if (mlir::failed(target))
    return values;
  return llvm::map_to_vector(values, [&](Value value) -> Value { return broadcast(value, *target); });
}

Value Node::binary(nn::ElementwiseKind kind, Value lhs, Value rhs, Type resultElement) {
  SmallVector<Value> both = broadcastAll({lhs, rhs});
  return failed ? lhs : elementwise(kind, both, resultElement);
}

//===----------------------------------------------------------------------===//
// Views and conversions
//===----------------------------------------------------------------------===//

Value Node::reshape(Value value, ArrayRef<AffineExpr> target) {
  SizeList from = shape(value);
  if (from.size() == target.size() &&
      llvm::all_of(llvm::zip(from, target), [&](auto pair) { return std::get<0>(pair) == std::get<1>(pair); }))
    return value;
  if (!expectEqual(sizes.product(from), sizes.product(target), "element counts of a reshape differ"))
    return value;
  auto [fixed, dynamic] = split(target);
  return build<nn::ReshapeOp>(element(value), value, dynamic, fixed);
}

Value Node::transpose(Value value, ArrayRef<int64_t> perm) {
  if (llvm::is_sorted(perm))
    return value;
  return build<nn::TransposeOp>(element(value), value, perm);
}

Value Node::cast(Value value, Type elementType) {
  return element(value) == elementType ? value : build<nn::CastOp>(elementType, value);
}

Value Node::slice(Value value, ArrayRef<AffineExpr> offsets, ArrayRef<AffineExpr> target, ArrayRef<int64_t> steps) {
  SizeList from = shape(value);
  bool whole = llvm::all_of(steps, [](int64_t step) { return step == 1; });
  for (auto [size, offset, wanted] : llvm::zip(from, offsets, target))
    whole &= Sizes::isKnown(offset, 0) && size == wanted;
  if (whole)
    return value;
  auto [fixedOffsets, dynamicOffsets] = split(offsets);
  auto [fixedSizes, dynamicSizes] = split(target);
  return build<nn::SliceOp>(element(value), value, dynamicOffsets, dynamicSizes, fixedOffsets, fixedSizes, steps);
}

Value Node::reduce(Value value, nn::ReduceKind kind, ArrayRef<int64_t> axes, bool keepDims) {
  SmallVector<int64_t> sorted(axes);
  llvm::sort(sorted);
  return build<nn::ReduceOp>(element(value), value, kind, sorted, keepDims);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value Node::scalar(double value, Type elementType) {
  auto type = RankedTensorType::get({}, elementType);
  if (auto floatType = dyn_cast<FloatType>(elementType)) {
    bool losesInfo;
    APFloat number(value);
    number.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
    return constant(DenseElementsAttr::get(type, number));
  }
  unsigned width = elementType.getIntOrFloatBitWidth();
  if (!elementType.isUnsignedInteger())
    return constant(DenseElementsAttr::get(type, APInt(width, (int64_t)value, true, /*implicitTrunc=*/true)));
  // arith.constant has no unsigned numbers: convert one.
  return cast(scalar(value, builder.getIntegerType(64)), elementType);
}

Value Node::constant(DenseElementsAttr value) {
  return arith::ConstantOp::create(builder, loc, value.getType(), value);
}

Value Node::tensor(Type elementType, ArrayRef<int64_t> shape, ArrayRef<AffineExpr> elements) {
  return conversion.materialize({elementType, llvm::to_vector(shape), SizeList(elements)}, loc);
}

Value Node::alongAxis(Value vector, int64_t axis, int64_t rank) {
  SizeList target(rank - axis, sizes.constant(1));
  target[0] = shape(vector)[0];
  return reshape(vector, target);
}
