// Bodies of generics on registers: scalars stay scalars where all lanes agree, index arithmetic stays affine.
#include "Emitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

Value Emitter::evaluate(Value tensor, const Point &point) {
  if (auto known = reduced.find(keyOf(tensor.getAsOpaquePointer(), point)); known != reduced.end())
    return known->second;
  if (Value buffer = stored.lookup(tensor))
    return load(buffer, point);
  Operation *op = tensor.getDefiningOp();
  if (auto source = dyn_cast_or_null<bufferization::ToTensorOp>(op))
    return load(source.getBuffer(), point);
  if (auto castOp = dyn_cast_or_null<tensor::CastOp>(op))
    return evaluate(castOp.getSource(), point);
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(op))
    return fill.getInputs()[0];
  if (auto constantOp = dyn_cast_or_null<arith::ConstantOp>(op))
    if (auto dense = dyn_cast<DenseElementsAttr>(constantOp.getValue()); dense && dense.isSplat())
      return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(dense.getSplatValue<Attribute>()));
  if (auto generic = dyn_cast_or_null<linalg::GenericOp>(op); generic && generic.getNumReductionLoops() == 0)
    if (std::optional<Point> loops = loopsAt(generic, point)) {
      for (Coord &coord : *loops)
        if (!coord.base)
          coord.base = constant(0);
      return evaluateBody(generic, *loops, Value());
    }
  failed = true;
  return {};
}

Value Emitter::evaluateBody(linalg::GenericOp op, const Point &loops, Value accumulator) {
  if (op.getNumResults() != 1)
    return failed = true, Value();
  DenseMap<Value, Value> values;
  DenseMap<Value, Coord> coords;
  Block &body = *op.getBody();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    if (argument.use_empty())
      continue;
    if (!isa<ShapedType>(operand->get().getType())) {
      values[argument] = operand->get();
      continue;
    }
    std::optional<Point> point = apply(op.getMatchingIndexingMap(operand), loops);
    Value value = point ? evaluate(operand->get(), *point) : Value();
    if (!value)
      return failed = true, Value();
    values[argument] = value;
  }
  BlockArgument init = op.getMatchingBlockArgument(op.getDpsInitOperand(0));
  if (!init.use_empty()) {
    if (!accumulator)
      return failed = true, Value();
    values[init] = accumulator;
  }
  return evaluateRegion(body, loops, values, coords);
}

Value Emitter::evaluateRegion(Block &block, const Point &loops, DenseMap<Value, Value> &values,
                              DenseMap<Value, Coord> &coords) {
  for (Operation &op : block.without_terminator()) {
    if (op.use_empty() && isMemoryEffectFree(&op))
      continue;
    if (evaluateIndexOp(&op, loops, values, coords))
      continue;
    Value value = evaluateOp(&op, loops, values, coords);
    if (!value || op.getNumResults() != 1)
      return failed = true, Value();
    values[op.getResult(0)] = value;
  }
  Value yielded = block.getTerminator()->getOperand(0);
  auto known = values.find(yielded);
  return known == values.end() ? yielded : known->second;
}

/// Index arithmetic that stays affine gives coordinates.
bool Emitter::evaluateIndexOp(Operation *op, const Point &loops, DenseMap<Value, Value> &values,
                              DenseMap<Value, Coord> &coords) {
  auto coordOf = [&](Value value) -> std::optional<Coord> {
    if (auto known = coords.find(value); known != coords.end())
      return known->second;
    if (auto known = values.find(value); known != values.end())
      return isa<IndexType>(known->second.getType()) ? std::optional<Coord>(Coord{symbol(known->second), 0})
                                                     : std::nullopt;
    if (!isa<IndexType>(value.getType()))
      return std::nullopt;
    return Coord{symbol(value), 0};
  };
  auto set = [&](std::optional<Coord> coord) {
    if (coord)
      coords[op->getResult(0)] = *coord;
    return coord.has_value();
  };
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return set(loops[index.getDim()]);
  if (auto constantOp = dyn_cast<arith::ConstantIndexOp>(op))
    return set(Coord{constant(constantOp.value()), 0});
  if (op->getNumResults() != 1 || !isa<IndexType>(op->getResult(0).getType()))
    return false;
  if (auto applyOp = dyn_cast<affine::AffineApplyOp>(op)) {
    Point operands;
    for (Value operand : applyOp.getMapOperands()) {
      std::optional<Coord> coord = coordOf(operand);
      if (!coord)
        return false;
      operands.push_back(*coord);
    }
    AffineMap map = applyOp.getAffineMap();
    SmallVector<AffineExpr> dims;
    for (unsigned i = 0; i < map.getNumInputs(); ++i)
      dims.push_back(getAffineDimExpr(i, context));
    AffineExpr expr = map.getResult(0).replaceDimsAndSymbols(ArrayRef(dims).take_front(map.getNumDims()),
                                                             ArrayRef(dims).drop_front(map.getNumDims()));
    std::optional<Point> point = apply(AffineMap::get(map.getNumInputs(), 0, expr), operands);
    return set(point ? std::optional<Coord>((*point)[0]) : std::nullopt);
  }
  if (isa<arith::AddIOp, arith::SubIOp>(op)) {
    std::optional<Coord> a = coordOf(op->getOperand(0)), b = coordOf(op->getOperand(1));
    if (!a || !b)
      return false;
    if (isa<arith::AddIOp>(op))
      return set(Coord{a->base + b->base, a->lane + b->lane});
    return set(Coord{a->base - b->base, a->lane - b->lane});
  }
  return false;
}

Value Emitter::evaluateIf(scf::IfOp op, const Point &loops, DenseMap<Value, Value> &values,
                          DenseMap<Value, Coord> &coords) {
  auto found = values.find(op.getCondition());
  Value condition = found == values.end() ? op.getCondition() : found->second;
  if (op.getNumResults() != 1 || !op.elseBlock())
    return {};
  if (isa<VectorType>(condition.getType())) {
    // The branch may load: only where its condition holds.
    Value outer = mask;
    mask = outer ? (Value)arith::AndIOp::create(builder, loc, outer, condition) : condition;
    Value then = evaluateRegion(*op.thenBlock(), loops, values, coords);
    mask = outer;
    Value otherwise = evaluateRegion(*op.elseBlock(), loops, values, coords);
    if (!then || !otherwise)
      return {};
    return arith::SelectOp::create(builder, loc, condition, toVector(then), toVector(otherwise));
  }
  bool lanes = llvm::any_of(loops, [](const Coord &coord) { return coord.lane != 0; });
  Type type = lanes ? (Type)vectorOf(op.getResult(0).getType()) : op.getResult(0).getType();
  auto branch = scf::IfOp::create(builder, loc, type, condition, /*withElse=*/true);
  for (auto [from, to] :
       {std::pair(op.thenBlock(), branch.thenBlock()), std::pair(op.elseBlock(), branch.elseBlock())}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(to);
    auto old = loaded;
    Value value = evaluateRegion(*from, loops, values, coords);
    loaded = std::move(old);
    if (!value)
      return {};
    scf::YieldOp::create(builder, loc, lanes ? toVector(value) : value);
  }
  return branch.getResult(0);
}

Value Emitter::evaluateOp(Operation *op, const Point &loops, DenseMap<Value, Value> &values,
                          DenseMap<Value, Coord> &coords) {
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return evaluateIf(branch, loops, values, coords);
  // Operands: known values, coordinates made into values, or values of the kernel.
  auto valueOf = [&](Value operand) -> Value {
    if (auto known = values.find(operand); known != values.end())
      return known->second;
    if (auto coord = coords.find(operand); coord != coords.end())
      return coord->second.lane ? lanesOf(coord->second) : materialize(coord->second.base);
    return operand;
  };
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    Point point;
    SmallVector<Value> indices;
    bool vectors = false;
    for (Value operand : extract.getIndices()) {
      indices.emplace_back();
      if (auto coord = coords.find(operand); coord != coords.end()) {
        point.push_back(coord->second);
        continue;
      }
      Value value = valueOf(operand);
      if (isa<VectorType>(value.getType())) {
        indices.back() = value;
        vectors = true;
        point.push_back({constant(0), 0});
      } else {
        point.push_back({symbol(value), 0});
      }
    }
    if (!vectors)
      return evaluate(extract.getTensor(), point);
    auto source = extract.getTensor().getDefiningOp<bufferization::ToTensorOp>();
    return source ? gather(source.getBuffer(), point, indices) : Value();
  }
  if (isa<arith::ConstantOp>(op))
    return builder.clone(*op)->getResult(0);
  bool known = OpTrait::hasElementwiseMappableTraits(op) || isa<affine::AffineMinOp, affine::AffineMaxOp>(op);
  if (!known || op->getNumResults() != 1)
    return {};
  SmallVector<Value> operands;
  bool vectors = false;
  for (Value operand : op->getOperands()) {
    operands.push_back(valueOf(operand));
    vectors |= isa<VectorType>(operands.back().getType());
  }
  Type type = op->getResult(0).getType();
  if (vectors) {
    if (!OpTrait::hasElementwiseMappableTraits(op))
      return {};
    for (Value &operand : operands)
      operand = toVector(operand);
    type = vectorOf(type);
  }
  Operation *made = builder.create(loc, op->getName().getIdentifier(), operands, type, op->getAttrs());
  return made->getResult(0);
}
