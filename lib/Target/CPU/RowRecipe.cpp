// The recipe `rows`: reductions along the innermost dimensions and what is made of them (softmax, normalisation, sums).
//   range(rows) { for each reduction, in order of need: for columns { accumulate }; for columns { result } }
// A row is read from memory once and stays in the first cache; no temporary is needed, since an expensive intermediate
// is kept in the result's own row.
#include "Emitter.h"
#include "Recipes.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

namespace {
class RowEmitter {
public:
  RowEmitter(func::FuncOp kernel, int64_t columns, int64_t width)
      : kernel(kernel), columns(columns), emitter(kernel, width), builder(emitter.builder), loc(kernel.getLoc()) {}
  FailureOr<func::FuncOp> run();

private:
  void prepare(Value tensor, const Point &point);
  void emitReduction(linalg::GenericOp op, const Point &point);
  SmallVector<Value> accumulate(linalg::GenericOp op, Point loops, ArrayRef<unsigned> dims,
                                SmallVector<Value> accumulators);
  Value accumulateAt(linalg::GenericOp op, const Point &loops, Value accumulator, Value mask);
  void forColumns(OpFoldResult size, int64_t unroll, llvm::function_ref<void(AffineExpr, int64_t, Value)> body);
  void emitColumns(Point point, int64_t dim);
  void storeAt(const Point &point, Value mask);
  Value combine(Operation *combiner, Value a, Value b);

  func::FuncOp kernel;
  int64_t columns;
  Emitter emitter;
  OpBuilder &builder;
  Location loc;
  SmallVector<Root> roots;
  SmallVector<OpFoldResult> sizes;
  /// Expensive intermediates of the result's shape, and the buffer they may be kept in.
  llvm::DenseMap<Value, Value> keep;
};
} // namespace

/// The op by which a reduction's body joins the accumulator and a new value.
static Operation *combinerOf(linalg::GenericOp op) {
  Block &body = *op.getBody();
  Operation *combiner = body.getTerminator()->getOperand(0).getDefiningOp();
  Value accumulator = body.getArguments().back();
  if (!combiner || combiner->getNumOperands() != 2 || !accumulator.hasOneUse() ||
      !llvm::is_contained(combiner->getOperands(), accumulator))
    return nullptr;
  bool known = isa<arith::AddFOp, arith::AddIOp, arith::MulFOp, arith::MulIOp, arith::MaximumFOp, arith::MinimumFOp,
                   arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp>(combiner);
  return known ? combiner : nullptr;
}

Value RowEmitter::combine(Operation *combiner, Value a, Value b) {
  return builder.create(loc, combiner->getName().getIdentifier(), {a, b}, a.getType(), combiner->getAttrs())
      ->getResult(0);
}

/// Computes every reduction that `tensor` needs at `point` and that is not there yet.
void RowEmitter::prepare(Value tensor, const Point &point) {
  if (auto castOp = tensor.getDefiningOp<tensor::CastOp>())
    return prepare(castOp.getSource(), point);
  auto op = tensor.getDefiningOp<linalg::GenericOp>();
  if (!op || emitter.stored.count(tensor))
    return;
  std::optional<Point> loops = emitter.loopsAt(op, point);
  if (!loops) {
    emitter.failed = true;
    return;
  }
  bool reduces = op.getNumReductionLoops() != 0;
  if (reduces && emitter.reduced.count(emitter.keyOf(tensor.getAsOpaquePointer(), point)))
    return;
  // A reduction that differs from lane to lane is not one of rows.
  if (reduces && llvm::any_of(point, [](const Coord &coord) { return coord.lane != 0; })) {
    emitter.failed = true;
    return;
  }
  SmallVector<unsigned> dims;
  op.getReductionDims(dims);
  for (auto [index, coord] : llvm::enumerate(*loops))
    if (!coord.base)
      coord = {emitter.constant(0), !dims.empty() && index == dims.back() ? 1 : 0};
  for (OpOperand *operand : op.getDpsInputOperands()) {
    if (!isa<ShapedType>(operand->get().getType()))
      continue;
    std::optional<Point> at = emitter.apply(op.getMatchingIndexingMap(operand), *loops);
    if (!at) {
      emitter.failed = true;
      return;
    }
    prepare(operand->get(), *at);
  }
  if (reduces && !emitter.failed)
    emitReduction(op, point);
}

/// Whole registers, `unroll` at a time, then the rest under a mask. `body` gets the first column and the number of
/// registers.
void RowEmitter::forColumns(OpFoldResult size, int64_t unroll,
                            llvm::function_ref<void(AffineExpr, int64_t, Value)> body) {
  int64_t width = emitter.width;
  AffineExpr length = emitter.expr(size);
  Value from = emitter.indexConstant(0);
  for (int64_t count : {unroll, (int64_t)1}) {
    Value to = emitter.materialize(length.floorDiv(count * width) * (count * width));
    emitter.loop(from, to, count * width, {}, [&](AffineExpr at, ValueRange) {
      body(at, count, Value());
      return SmallVector<Value>();
    });
    from = to;
    if (count == 1)
      break;
  }
  AffineExpr whole = length.floorDiv(width) * width;
  std::optional<int64_t> known = getConstantIntValue(size);
  if (known && *known % width == 0)
    return;
  if (known)
    return body(whole, 1, emitter.maskOf(emitter.constant(*known % width)));
  emitter.loop(from, emitter.materialize(length), width, {}, [&](AffineExpr at, ValueRange) {
    body(at, 1, emitter.maskOf(length - at));
    return SmallVector<Value>();
  });
}

Value RowEmitter::accumulateAt(linalg::GenericOp op, const Point &loops, Value accumulator, Value mask) {
  emitter.mask = mask;
  // An operand worth keeping is written to the result's row on the way.
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value tensor = operand->get(), buffer = keep.lookup(tensor);
    if (!buffer || emitter.stored.count(tensor))
      continue;
    std::optional<Point> at = emitter.apply(op.getMatchingIndexingMap(operand), loops);
    Value value = at ? emitter.evaluate(tensor, *at) : Value();
    if (!value || !emitter.store(buffer, *at, value)) {
      emitter.failed = true;
      return accumulator;
    }
    emitter.reduced[emitter.keyOf(tensor.getAsOpaquePointer(), *at)] = emitter.toVector(value);
  }
  Value next = emitter.evaluateBody(op, loops, accumulator);
  if (!next)
    return accumulator;
  if (isa<VectorType>(accumulator.getType()))
    next = emitter.toVector(next);
  if (mask)
    next = arith::SelectOp::create(builder, loc, mask, next, accumulator);
  emitter.mask = Value();
  return next;
}

/// Loops over the reduction's dimensions; the innermost goes over lanes.
SmallVector<Value> RowEmitter::accumulate(linalg::GenericOp op, Point loops, ArrayRef<unsigned> dims,
                                          SmallVector<Value> accumulators) {
  OpFoldResult size = emitter.rangeOf(op, dims[0]);
  if (dims.size() > 1)
    return emitter.loop(emitter.indexConstant(0), emitter.index(size), 1, accumulators,
                        [&](AffineExpr at, ValueRange carried) {
                          loops[dims[0]] = {at, 0};
                          return accumulate(op, loops, dims.drop_front(), SmallVector<Value>(carried));
                        });
  int64_t width = emitter.width;
  AffineExpr length = emitter.expr(size);
  int64_t unroll = accumulators.size();
  Value wide = emitter.materialize(length.floorDiv(unroll * width) * (unroll * width)),
        whole = emitter.materialize(length.floorDiv(width) * width);
  accumulators = emitter.loop(emitter.indexConstant(0), wide, unroll * width, accumulators,
                              [&](AffineExpr at, ValueRange carried) {
                                SmallVector<Value> next;
                                for (int64_t v = 0; v < unroll; ++v) {
                                  loops[dims[0]] = {at + v * width, 1};
                                  next.push_back(accumulateAt(op, loops, carried[v], Value()));
                                }
                                return next;
                              });
  std::optional<int64_t> known = getConstantIntValue(size);
  if (!known || *known % (unroll * width) >= width)
    accumulators[0] = emitter.loop(wide, whole, width, accumulators[0], [&](AffineExpr at, ValueRange carried) {
      loops[dims[0]] = {at, 1};
      return SmallVector<Value>{accumulateAt(op, loops, carried[0], Value())};
    })[0];
  if (known && *known % width == 0)
    return accumulators;
  accumulators[0] =
      emitter.loop(whole, emitter.materialize(length), width, accumulators[0], [&](AffineExpr at, ValueRange carried) {
        loops[dims[0]] = {at, 1};
        return SmallVector<Value>{accumulateAt(op, loops, carried[0], emitter.maskOf(length - at))};
      })[0];
  return accumulators;
}

void RowEmitter::emitReduction(linalg::GenericOp op, const Point &point) {
  Operation *combiner = combinerOf(op);
  std::optional<Point> loops = emitter.loopsAt(op, point);
  Value start = emitter.evaluate(op.getDpsInitOperand(0)->get(), point);
  SmallVector<unsigned> dims;
  op.getReductionDims(dims);
  if (!combiner || !loops || !start) {
    emitter.failed = true;
    return;
  }
  // Every accumulator starts from the neutral element; they are joined at the end, always in the same order.
  SmallVector<Value> accumulators(4, emitter.toVector(start));
  accumulators = accumulate(op, *loops, dims, accumulators);
  Value total = combine(combiner, combine(combiner, accumulators[0], accumulators[1]),
                        combine(combiner, accumulators[2], accumulators[3]));
  for (int64_t half = emitter.width / 2; half >= 1; half /= 2) {
    SmallVector<int64_t> turned;
    for (int64_t i = 0; i < emitter.width; ++i)
      turned.push_back((i + half) % emitter.width);
    total = combine(combiner, total, vector::ShuffleOp::create(builder, loc, total, total, turned));
  }
  Value result = vector::ExtractOp::create(builder, loc, total, ArrayRef<int64_t>{0});
  emitter.reduced[emitter.keyOf(op.getResult(0).getAsOpaquePointer(), point)] = result;
  for (OpOperand *operand : op.getDpsInputOperands())
    if (Value buffer = keep.lookup(operand->get()))
      emitter.stored[operand->get()] = buffer;
}

void RowEmitter::storeAt(const Point &point, Value mask) {
  emitter.mask = mask;
  SmallVector<Value> values;
  for (const Root &root : roots) {
    Value value = emitter.evaluate(root.source, point);
    if (!value) {
      emitter.failed = true;
      return;
    }
    values.push_back(value);
  }
  for (auto [root, value] : llvm::zip_equal(roots, values))
    if (!emitter.store(root.target, point, value))
      emitter.failed = true;
  emitter.mask = Value();
  emitter.loaded.clear();
}

void RowEmitter::emitColumns(Point point, int64_t dim) {
  int64_t rank = sizes.size();
  if (dim == rank)
    return storeAt(point, Value());
  if (dim < rank - 1) {
    emitter.loop(emitter.indexConstant(0), emitter.index(sizes[dim]), 1, {}, [&](AffineExpr at, ValueRange) {
      point[dim] = {at, 0};
      emitColumns(point, dim + 1);
      return SmallVector<Value>();
    });
    return;
  }
  forColumns(sizes[dim], 2, [&](AffineExpr at, int64_t count, Value mask) {
    for (int64_t v = 0; v < count; ++v) {
      point[dim] = {at + v * emitter.width, 1};
      storeAt(point, mask);
    }
  });
}

FailureOr<func::FuncOp> RowEmitter::run() {
  roots = rootsOf(kernel);
  if (roots.empty())
    return failure();
  auto target = cast<MemRefType>(roots[0].target.getType());
  int64_t rank = target.getRank();
  for (const Root &root : roots)
    if (cast<ShapedType>(root.source.getType()).getShape() != cast<ShapedType>(roots[0].source.getType()).getShape())
      return failure();
  SmallVector<OpFoldResult> counts;
  for (int64_t d = 0; d < rank; ++d) {
    sizes.push_back(target.isDynamicDim(d)
                        ? OpFoldResult(memref::DimOp::create(builder, loc, roots[0].target, d).getResult())
                        : OpFoldResult(builder.getIndexAttr(target.getDimSize(d))));
    if (d < rank - columns)
      counts.push_back(sizes.back());
  }
  // What costs more than a load and is used again goes to the result's row, unless that row is an input too.
  bool inPlace =
      llvm::any_of(roots[0].target.getUsers(), [](Operation *user) { return isa<bufferization::ToTensorOp>(user); });
  if (columns > 0 && !inPlace)
    for (auto op : kernel.getOps<linalg::GenericOp>()) {
      Value result = op.getResult(0);
      bool expensive = false;
      op.getBody()->walk([&](Operation *inner) { expensive |= isa<math::MathDialect>(inner->getDialect()); });
      bool sameSpace =
          cast<ShapedType>(result.getType()).getShape() == cast<ShapedType>(roots[0].source.getType()).getShape() &&
          getElementTypeOrSelf(result.getType()) == target.getElementType();
      if (op.getNumReductionLoops() == 0 && !result.hasOneUse() && expensive && sameSpace && keep.empty())
        keep[result] = roots[0].target;
    }
  FailureOr<func::FuncOp> extent = makeExtent(kernel, counts);
  if (failed(extent))
    return failure();
  auto [begin, end] = addRange(kernel);
  emitRange(emitter, begin, end, counts, [&](ArrayRef<AffineExpr> at) {
    Point point(rank, Coord{emitter.constant(0), 0});
    for (auto [d, position] : llvm::enumerate(at))
      point[d] = {position, 0};
    // Reductions are the same for all columns: ask for them at some register of columns.
    Point sample = point;
    if (columns > 0)
      sample.back().lane = 1;
    for (const Root &root : roots)
      prepare(root.source, sample);
    if (!emitter.failed)
      emitColumns(point, rank - columns);
  });
  if (emitter.failed) {
    extent->erase();
    return failure();
  }
  eraseTensorOps(kernel);
  return extent;
}

FailureOr<func::FuncOp> hewn::cpu::applyRows(func::FuncOp kernel, int64_t columns, const Machine &machine) {
  if (failed(lowerNNToLinalg(kernel)) || failed(fuseAndResolve(kernel)))
    return failure();
  return RowEmitter(kernel, columns, machine.lanes()).run();
}
