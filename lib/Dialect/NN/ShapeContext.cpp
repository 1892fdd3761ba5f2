// Sizes as affine expressions: made, materialised as IR, evaluated to numbers.
#include "hewn/Dialect/NN/ShapeContext.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hewn::nn;

AffineExpr ShapeContext::symbol(Value value, std::optional<int64_t> dim) {
  for (auto [position, known] : llvm::enumerate(symbols))
    if (known.value == value && known.dim == dim)
      return getAffineSymbolExpr(position, context);
  symbols.push_back({value, dim});
  return getAffineSymbolExpr(symbols.size() - 1, context);
}

AffineExpr ShapeContext::dim(Value tensor, int64_t index) {
  int64_t size = cast<ShapedType>(tensor.getType()).getDimSize(index);
  return ShapedType::isDynamic(size) ? symbol(tensor, index) : constant(size);
}

DimList ShapeContext::dims(Value tensor) {
  DimList sizes;
  for (int64_t i = 0, rank = cast<ShapedType>(tensor.getType()).getRank(); i < rank; ++i)
    sizes.push_back(dim(tensor, i));
  return sizes;
}

AffineExpr ShapeContext::value(OpFoldResult size) {
  if (std::optional<int64_t> known = getConstantIntValue(size))
    return constant(*known);
  return symbol(cast<Value>(size), std::nullopt);
}

DimList ShapeContext::mixed(ArrayRef<int64_t> staticSizes, ValueRange dynamicSizes) {
  DimList sizes;
  auto next = dynamicSizes.begin();
  for (int64_t size : staticSizes)
    sizes.push_back(ShapedType::isDynamic(size) ? value(OpFoldResult(*next++)) : constant(size));
  return sizes;
}

OpFoldResult ShapeContext::materialize(OpBuilder &builder, Location loc, AffineExpr expr) const {
  if (auto known = dyn_cast<AffineConstantExpr>(expr))
    return builder.getIndexAttr(known.getValue());
  SmallVector<OpFoldResult> operands;
  for (const Symbol &symbol : symbols)
    operands.push_back(symbol.dim ? tensor::getMixedSize(builder, loc, symbol.value, *symbol.dim)
                                  : OpFoldResult(symbol.value));
  return affine::makeComposedFoldedAffineApply(builder, loc, AffineMap::get(0, symbols.size(), expr), operands);
}

AffineExpr ShapeContext::rewrite(AffineExpr expr,
                                 function_ref<AffineExpr(Value, std::optional<int64_t>)> replacement) const {
  SmallVector<AffineExpr> others;
  for (const Symbol &symbol : symbols)
    others.push_back(replacement(symbol.value, symbol.dim));
  return expr.replaceSymbols(others);
}

std::optional<int64_t>
ShapeContext::evaluate(AffineExpr expr,
                       function_ref<std::optional<int64_t>(Value, std::optional<int64_t>)> known) const {
  SmallVector<AffineExpr> numbers;
  for (const Symbol &symbol : symbols) {
    std::optional<int64_t> number = known(symbol.value, symbol.dim);
    numbers.push_back(number ? getAffineConstantExpr(*number, context) : getAffineSymbolExpr(numbers.size(), context));
  }
  auto folded = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(expr.replaceSymbols(numbers), 0, symbols.size()));
  return folded ? std::optional(folded.getValue()) : std::nullopt;
}

LogicalResult hewn::nn::reifyShapes(Operation *op, OpBuilder &builder,
                                    SmallVectorImpl<SmallVector<OpFoldResult>> &shapes) {
  ShapeContext context(op->getContext());
  for (auto [result, dims] : llvm::zip_equal(op->getResults(), cast<ShapeOpInterface>(op).resultDims(context))) {
    SmallVector<OpFoldResult> &shape = shapes.emplace_back();
    // A size that the result type states is a number, even where the operands' types do not know it.
    for (auto [position, dim] : llvm::enumerate(dims)) {
      int64_t size = cast<ShapedType>(result.getType()).getDimSize(position);
      shape.push_back(ShapedType::isDynamic(size) ? context.materialize(builder, op->getLoc(), dim)
                                                  : OpFoldResult(builder.getIndexAttr(size)));
    }
  }
  return success();
}

SmallVector<SmallVector<int64_t>> hewn::nn::inferStaticShapes(Operation *op) {
  ShapeContext context(op->getContext());
  SmallVector<SmallVector<int64_t>> shapes;
  for (const DimList &dims : cast<ShapeOpInterface>(op).resultDims(context)) {
    SmallVector<int64_t> &shape = shapes.emplace_back();
    for (AffineExpr dim : dims) {
      auto known = dyn_cast<AffineConstantExpr>(dim);
      shape.push_back(known ? known.getValue() : ShapedType::kDynamic);
    }
  }
  return shapes;
}

LogicalResult hewn::nn::verifyResultShapes(Operation *op) {
  for (auto [index, result, shape] : llvm::enumerate(op->getResults(), inferStaticShapes(op))) {
    auto type = cast<RankedTensorType>(result.getType());
    if (type.getRank() != (int64_t)shape.size())
      return op->emitOpError() << "result " << index << " has rank " << type.getRank()
                               << ", but operands and attributes give " << shape.size() << " (C0)";
    for (auto [dim, size] : llvm::enumerate(shape)) {
      if (ShapedType::isDynamic(size) || ShapedType::isDynamic(type.getDimSize(dim)))
        continue;
      if (size != type.getDimSize(dim))
        return op->emitOpError() << "size " << dim << " of result " << index << " is " << type.getDimSize(dim)
                                 << ", but operands and attributes give " << size << " (C0)";
    }
  }
  return success();
}
