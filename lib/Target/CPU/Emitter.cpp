// Elements of tensors from buffers: points, sizes, loads and stores, loops. EmitterBody.cpp has the bodies of generics.
#include "Emitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

Emitter::Emitter(func::FuncOp kernel, int64_t width)
    : builder(kernel.getBody().front().getTerminator()), loc(kernel.getLoc()), width(width),
      context(kernel.getContext()) {}

AffineExpr Emitter::symbol(Value index) {
  if (auto constantOp = index.getDefiningOp<arith::ConstantIndexOp>())
    return constant(constantOp.value());
  auto [position, fresh] = symbolIndex.try_emplace(index, symbols.size());
  if (fresh)
    symbols.push_back(index);
  return getAffineDimExpr(position->second, context);
}

AffineExpr Emitter::expr(OpFoldResult size) {
  if (std::optional<int64_t> known = getConstantIntValue(size))
    return constant(*known);
  return symbol(cast<Value>(size));
}

Value Emitter::materialize(AffineExpr expr) {
  if (auto known = dyn_cast<AffineConstantExpr>(expr))
    return indexConstant(known.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return symbols[dim.getPosition()];
  SmallVector<OpFoldResult> operands(symbols.begin(), symbols.end());
  AffineMap map = AffineMap::get(symbols.size(), 0, expr);
  return index(affine::makeComposedFoldedAffineApply(builder, loc, map, operands));
}

Value Emitter::index(OpFoldResult value) { return getValueOrCreateConstantIndexOp(builder, loc, value); }
Value Emitter::indexConstant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

OpFoldResult Emitter::sizeOf(Value tensor, int64_t dim) {
  auto type = cast<ShapedType>(tensor.getType());
  if (!type.isDynamicDim(dim))
    return builder.getIndexAttr(type.getDimSize(dim));
  if (auto source = tensor.getDefiningOp<bufferization::ToTensorOp>())
    return memref::DimOp::create(builder, loc, source.getBuffer(), dim).getResult();
  if (auto empty = tensor.getDefiningOp<tensor::EmptyOp>())
    return empty.getMixedSizes()[dim];
  if (auto castOp = tensor.getDefiningOp<tensor::CastOp>())
    return sizeOf(castOp.getSource(), dim);
  if (auto op = tensor.getDefiningOp<DestinationStyleOpInterface>())
    return sizeOf(op.getTiedOpOperand(cast<OpResult>(tensor))->get(), dim);
  failed = true;
  return builder.getIndexAttr(0);
}

OpFoldResult Emitter::rangeOf(linalg::LinalgOp op, unsigned loop) {
  OpFoldResult found;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<ShapedType>(operand.get().getType());
    if (!type)
      continue;
    for (auto [position, result] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(result);
      if (!dim || dim.getPosition() != loop)
        continue;
      if (!type.isDynamicDim(position))
        return builder.getIndexAttr(type.getDimSize(position));
      if (!found)
        found = sizeOf(operand.get(), position);
    }
  }
  if (!found) {
    failed = true;
    return builder.getIndexAttr(0);
  }
  return found;
}

/// Divides off what is known to be a multiple of `divisor`: expr = whole + rest with a constant rest.
static std::optional<std::pair<AffineExpr, int64_t>> splitMultiple(AffineExpr expr, int64_t divisor) {
  int64_t rest = 0;
  AffineExpr whole = expr;
  if (auto known = dyn_cast<AffineConstantExpr>(expr)) {
    rest = llvm::mod(known.getValue(), divisor);
    whole = getAffineConstantExpr(known.getValue() - rest, expr.getContext());
  } else if (auto sum = dyn_cast<AffineBinaryOpExpr>(expr); sum && sum.getKind() == AffineExprKind::Add) {
    if (auto known = dyn_cast<AffineConstantExpr>(sum.getRHS())) {
      rest = known.getValue();
      whole = sum.getLHS();
    }
  }
  if (rest < 0 || !whole.isMultipleOf(divisor))
    return std::nullopt;
  return std::make_pair(whole, rest);
}

/// One expression over loop positions.
static std::optional<Coord> applyExpr(AffineExpr expr, ArrayRef<Coord> loops, int64_t width) {
  if (isa<AffineConstantExpr>(expr))
    return Coord{expr, 0};
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (!loops[dim.getPosition()].base)
      return std::nullopt;
    return loops[dim.getPosition()];
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<Coord> left = applyExpr(binary.getLHS(), loops, width),
                       right = applyExpr(binary.getRHS(), loops, width);
  if (!left || !right)
    return std::nullopt;
  if (binary.getKind() == AffineExprKind::Add)
    return Coord{left->base + right->base, left->lane + right->lane};
  auto factor = dyn_cast<AffineConstantExpr>(right->base);
  if (!factor || right->lane)
    return std::nullopt;
  int64_t c = factor.getValue();
  if (binary.getKind() == AffineExprKind::Mul)
    return Coord{left->base * c, left->lane * c};
  bool isMod = binary.getKind() == AffineExprKind::Mod;
  if (!isMod && binary.getKind() != AffineExprKind::FloorDiv)
    return std::nullopt;
  if (left->lane == 0)
    return Coord{isMod ? left->base % c : left->base.floorDiv(c), 0};
  auto split = splitMultiple(left->base, c);
  if (!split || split->second + left->lane * (width - 1) >= c || left->lane < 0)
    return std::nullopt;
  if (isMod)
    return Coord{getAffineConstantExpr(split->second, expr.getContext()), left->lane};
  return Coord{split->first.floorDiv(c), 0};
}

std::optional<Point> Emitter::apply(AffineMap map, ArrayRef<Coord> loops) {
  Point point;
  for (AffineExpr result : map.getResults()) {
    std::optional<Coord> coord = applyExpr(result, loops, width);
    if (!coord)
      return std::nullopt;
    point.push_back(*coord);
  }
  return point;
}

std::optional<Point> Emitter::loopsAt(linalg::LinalgOp op, const Point &point) {
  Point loops(op.getNumLoops());
  for (auto [coord, result] : llvm::zip_equal(point, op.getMatchingIndexingMap(op.getDpsInitOperand(0)).getResults())) {
    if (isa<AffineConstantExpr>(result))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim)
      return std::nullopt;
    loops[dim.getPosition()] = coord;
  }
  return loops;
}

Emitter::Key Emitter::keyOf(const void *what, const Point &point) const {
  // What all lanes share does not depend on which of them exist.
  bool lanes = llvm::any_of(point, [](const Coord &coord) { return coord.lane != 0; });
  Key key{what, lanes ? mask.getAsOpaquePointer() : nullptr};
  for (const Coord &coord : point) {
    key.push_back(coord.base.getAsOpaquePointer());
    key.push_back(reinterpret_cast<const void *>(coord.lane));
  }
  return key;
}

Value Emitter::toVector(Value value) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(builder, loc, vectorOf(value.getType()), value);
}

Value Emitter::allLanes() {
  return mask ? mask
              : (Value)arith::ConstantOp::create(builder, loc,
                                                 DenseElementsAttr::get(vectorOf(builder.getI1Type()), true));
}

Value Emitter::maskOf(AffineExpr left) {
  VectorType type = vectorOf(builder.getI1Type());
  if (auto known = dyn_cast<AffineConstantExpr>(left)) {
    SmallVector<bool> bits;
    for (int64_t i = 0; i < width; ++i)
      bits.push_back(i < known.getValue());
    return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, bits));
  }
  SmallVector<int32_t> numbers;
  for (int64_t i = 0; i < width; ++i)
    numbers.push_back(i);
  Value lanes = arith::ConstantOp::create(builder, loc,
                                          DenseElementsAttr::get(vectorOf(builder.getI32Type()), ArrayRef(numbers)));
  Value count = arith::MinSIOp::create(builder, loc, materialize(left), indexConstant(width));
  count = arith::IndexCastOp::create(builder, loc, builder.getI32Type(), count);
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, lanes, toVector(count));
}

/// The indices of all lanes, as a vector.
Value Emitter::lanesOf(const Coord &coord) {
  Value base = toVector(materialize(coord.base));
  if (coord.lane == 0)
    return base;
  SmallVector<Attribute> steps;
  for (int64_t i = 0; i < width; ++i)
    steps.push_back(builder.getIndexAttr(i * coord.lane));
  Value offsets =
      arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(vectorOf(builder.getIndexType()), steps));
  return arith::AddIOp::create(builder, loc, base, offsets);
}

/// Lane by lane: `indices` overrides a coordinate by a vector of indices.
Value Emitter::gather(Value memref, ArrayRef<Coord> point, ArrayRef<Value> indices) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getElementType().isInteger(1))
    return {};
  SmallVector<int64_t> strides;
  int64_t offset;
  if (mlir::failed(type.getStridesAndOffset(strides, offset)) || strides.back() != 1)
    return {};
  Value zero = indexConstant(0), offsets;
  SmallVector<Value> base;
  Value running = indexConstant(1);
  SmallVector<Value> factors(type.getRank());
  for (int64_t i = type.getRank() - 1; i >= 0; --i) {
    factors[i] = ShapedType::isDynamic(strides[i]) ? running : indexConstant(strides[i]);
    if (ShapedType::isDynamic(strides[i]) && !type.getLayout().isIdentity())
      return {};
    if (i)
      running = arith::MulIOp::create(
          builder, loc, running,
          index(type.isDynamicDim(i) ? OpFoldResult(memref::DimOp::create(builder, loc, memref, i).getResult())
                                     : OpFoldResult(builder.getIndexAttr(type.getDimSize(i)))));
  }
  for (int64_t i = 0; i < type.getRank(); ++i) {
    Value lanes = indices[i];
    if (!lanes && point[i].lane == 0) {
      base.push_back(materialize(point[i].base));
      continue;
    }
    base.push_back(lanes ? zero : materialize(point[i].base));
    if (!lanes)
      lanes = lanesOf({constant(0), point[i].lane});
    Value scaled = arith::MulIOp::create(builder, loc, lanes, toVector(factors[i]));
    offsets = offsets ? (Value)arith::AddIOp::create(builder, loc, offsets, scaled) : scaled;
  }
  VectorType result = vectorOf(type.getElementType());
  Value pass = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(result));
  return vector::GatherOp::create(builder, loc, result, memref, base, offsets, allLanes(), pass);
}

Value Emitter::load(Value memref, const Point &point) {
  Key key = keyOf(memref.getAsOpaquePointer(), point);
  if (auto known = loaded.find(key); known != loaded.end())
    return known->second;
  auto type = cast<MemRefType>(memref.getType());
  bool uniform = llvm::all_of(point, [](const Coord &coord) { return coord.lane == 0; });
  Value value;
  if (uniform) {
    SmallVector<Value> indices;
    for (const Coord &coord : point)
      indices.push_back(materialize(coord.base));
    value = memref::LoadOp::create(builder, loc, memref, indices);
  } else if (type.getElementType().isInteger(1)) {
    failed = true;
    return {};
  } else {
    SmallVector<int64_t> strides;
    int64_t offset;
    bool contiguous = succeeded(type.getStridesAndOffset(strides, offset)) && strides.back() == 1 &&
                      point.back().lane == 1 &&
                      llvm::all_of(ArrayRef(point).drop_back(), [](const Coord &coord) { return coord.lane == 0; });
    if (contiguous) {
      SmallVector<Value> indices;
      for (const Coord &coord : point)
        indices.push_back(materialize(coord.base));
      VectorType result = vectorOf(type.getElementType());
      if (mask) {
        Value pass = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(result));
        value = vector::MaskedLoadOp::create(builder, loc, result, memref, indices, mask, pass);
      } else {
        value = vector::LoadOp::create(builder, loc, result, memref, indices);
      }
    } else {
      value = gather(memref, point, SmallVector<Value>(point.size()));
    }
  }
  if (!value)
    failed = true;
  else
    loaded[key] = value;
  return value;
}

bool Emitter::store(Value memref, const Point &point, Value value) {
  auto type = cast<MemRefType>(memref.getType());
  if (!value)
    return false;
  SmallVector<Value> indices;
  for (const Coord &coord : point)
    indices.push_back(materialize(coord.base));
  bool uniform = llvm::all_of(point, [](const Coord &coord) { return coord.lane == 0; });
  if (uniform) {
    if (isa<VectorType>(value.getType()))
      return false;
    memref::StoreOp::create(builder, loc, value, memref, indices);
    return true;
  }
  SmallVector<int64_t> strides;
  int64_t offset;
  if (type.getElementType().isInteger(1) || mlir::failed(type.getStridesAndOffset(strides, offset)) ||
      strides.back() != 1 || point.back().lane != 1)
    return false;
  for (const Coord &coord : ArrayRef(point).drop_back())
    if (coord.lane)
      return false;
  value = toVector(value);
  if (mask)
    vector::MaskedStoreOp::create(builder, loc, memref, indices, mask, value);
  else
    vector::StoreOp::create(builder, loc, value, memref, indices);
  return true;
}

SmallVector<Value> Emitter::loop(Value from, Value to, int64_t step, ValueRange carried,
                                 llvm::function_ref<SmallVector<Value>(AffineExpr, ValueRange)> body) {
  auto op = scf::ForOp::create(builder, loc, from, to, indexConstant(step), carried);
  OpBuilder::InsertionGuard guard(builder);
  auto oldLoaded = loaded, oldReduced = reduced;
  Block *block = op.getBody();
  if (carried.empty())
    builder.setInsertionPoint(block->getTerminator());
  else
    builder.setInsertionPointToEnd(block);
  SmallVector<Value> results = body(symbol(op.getInductionVar()), op.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, results);
  loaded = std::move(oldLoaded);
  reduced = std::move(oldReduced);
  return SmallVector<Value>(op.getResults());
}
