// The recipe `tile`: loops over tiles of rows x vectors of the result, each computed in registers. It serves matrix
// products, convolutions, pools, reductions of outer dimensions, elementwise groups and transpositions.
//   range(outer dimensions, blocks of lanes, chunks of rows) { for lanes, for rows { tile } }
#include "Emitter.h"
#include "Recipes.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

namespace {
/// A vector of the tile: where it starts and which lanes exist.
struct Lanes {
  AffineExpr base;
  Value mask;
};

class TileEmitter {
public:
  TileEmitter(func::FuncOp kernel, const TileConfig &config, int64_t width)
      : kernel(kernel), config(config), emitter(kernel, width), builder(emitter.builder), loc(kernel.getLoc()) {}

  FailureOr<func::FuncOp> run();

private:
  void emitLanes(Point point);
  void emitRows(Point point, ArrayRef<Lanes> lanes);
  void emitTile(const Point &point, int64_t rows, ArrayRef<Lanes> lanes);
  void emitReduction(linalg::GenericOp op, ArrayRef<std::pair<Point, Value>> places);
  SmallVector<Value> reductionNest(linalg::GenericOp op, ArrayRef<unsigned> loops, MutableArrayRef<Point> points,
                                   ArrayRef<Value> masks, SmallVector<Value> accumulators);
  /// Finds each reduction behind a value and the point at which it is read.
  void locate(Value tensor, const Point &point, SmallVectorImpl<std::pair<linalg::GenericOp, Point>> &found);
  void transposeInputs(const Point &point, ArrayRef<Lanes> lanes);
  void emitBlock(AffineExpr block, const Point &point);
  SmallVector<Lanes> fullLanes(AffineExpr block);
  SmallVector<Lanes> tailLanes(AffineExpr block);
  Value maskFor(AffineExpr base);
  int64_t blockSize() const { return config.vectors * emitter.width; }

  func::FuncOp kernel;
  const TileConfig &config;
  Emitter emitter;
  OpBuilder &builder;
  Location loc;
  SmallVector<Root> roots;
  SmallVector<OpFoldResult> sizes;
  bool laneInRange = false, rowInRange = false;
};
} // namespace

void TileEmitter::locate(Value tensor, const Point &point,
                         SmallVectorImpl<std::pair<linalg::GenericOp, Point>> &found) {
  if (auto castOp = tensor.getDefiningOp<tensor::CastOp>())
    return locate(castOp.getSource(), point, found);
  auto generic = tensor.getDefiningOp<linalg::GenericOp>();
  if (!generic)
    return;
  if (generic.getNumReductionLoops()) {
    found.push_back({generic, point});
    return;
  }
  std::optional<Point> loops = emitter.loopsAt(generic, point);
  if (!loops) {
    emitter.failed = true;
    return;
  }
  for (Coord &coord : *loops)
    if (!coord.base)
      coord.base = emitter.constant(0);
  for (OpOperand *operand : generic.getDpsInputOperands()) {
    if (!isa<ShapedType>(operand->get().getType()))
      continue;
    std::optional<Point> at = emitter.apply(generic.getMatchingIndexingMap(operand), *loops);
    if (!at) {
      emitter.failed = true;
      return;
    }
    locate(operand->get(), *at, found);
  }
}

/// Loops over the reduction dimensions, outermost first; small inner ones are unrolled.
SmallVector<Value> TileEmitter::reductionNest(linalg::GenericOp op, ArrayRef<unsigned> loops,
                                              MutableArrayRef<Point> points, ArrayRef<Value> masks,
                                              SmallVector<Value> accumulators) {
  constexpr int64_t kUnrolled = 96; // register operations in a straight line
  if (loops.empty()) {
    for (auto [index, point] : llvm::enumerate(points)) {
      emitter.mask = masks[index];
      Value value = emitter.evaluateBody(op, point, accumulators[index]);
      if (!value)
        return accumulators;
      accumulators[index] = isa<VectorType>(accumulators[index].getType()) ? emitter.toVector(value) : value;
    }
    emitter.mask = Value();
    return accumulators;
  }
  // All remaining loops unrolled, if that is short.
  int64_t straight = points.size();
  bool fixed = true;
  SmallVector<OpFoldResult> ranges;
  for (unsigned loop : loops) {
    ranges.push_back(emitter.rangeOf(op, loop));
    std::optional<int64_t> size = getConstantIntValue(ranges.back());
    fixed &= size.has_value();
    straight *= size.value_or(1);
  }
  auto place = [&](AffineExpr at) {
    for (Point &point : points)
      point[loops[0]] = {at, 0};
  };
  std::optional<int64_t> first = getConstantIntValue(ranges[0]);
  if ((fixed && straight <= kUnrolled) || (first && *first == 1)) {
    for (int64_t i = 0; i < *first; ++i) {
      place(emitter.constant(i));
      accumulators = reductionNest(op, loops.drop_front(), points, masks, std::move(accumulators));
    }
    return accumulators;
  }
  return emitter.loop(emitter.indexConstant(0), emitter.index(ranges[0]), 1, accumulators,
                      [&](AffineExpr at, ValueRange carried) {
                        place(at);
                        return reductionNest(op, loops.drop_front(), points, masks, SmallVector<Value>(carried));
                      });
}

/// The values of a reduction at all places of the tile.
void TileEmitter::emitReduction(linalg::GenericOp op, ArrayRef<std::pair<Point, Value>> places) {
  SmallVector<Point> points;
  SmallVector<Value> masks, accumulators;
  for (const auto &[point, mask] : places) {
    std::optional<Point> loops = emitter.loopsAt(op, point);
    if (!loops) {
      emitter.failed = true;
      return;
    }
    points.push_back(*loops);
    masks.push_back(mask);
    Value start = emitter.evaluate(op.getDpsInitOperand(0)->get(), point);
    if (!start)
      return;
    bool lanes = llvm::any_of(point, [](const Coord &coord) { return coord.lane != 0; });
    accumulators.push_back(lanes ? emitter.toVector(start) : start);
  }
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  SmallVector<Value> results = reductionNest(op, loops, points, masks, accumulators);
  for (auto [place, result] : llvm::zip_equal(places, results)) {
    emitter.mask = place.second;
    emitter.reduced[emitter.keyOf(op.getResult(0).getAsOpaquePointer(), place.first)] = result;
  }
  emitter.mask = Value();
}

/// Operands whose contiguous dimension is the tile's row dimension are loaded along it and transposed in registers.
void TileEmitter::transposeInputs(const Point &point, ArrayRef<Lanes> lanes) {
  int64_t width = emitter.width;
  for (const Root &root : roots) {
    auto generic = root.source.getDefiningOp<linalg::GenericOp>();
    if (!generic || generic.getNumReductionLoops() || generic.hasIndexSemantics())
      continue;
    for (OpOperand *operand : generic.getDpsInputOperands()) {
      auto source = operand->get().getDefiningOp<bufferization::ToTensorOp>();
      AffineMap map = generic.getMatchingIndexingMap(operand);
      if (!source || map.getNumResults() == 0 ||
          cast<MemRefType>(source.getBuffer().getType()).getElementType().isInteger(1))
        continue;
      auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
      if (!last || (int64_t)last.getPosition() != config.row || !map.isFunctionOfDim(config.lane))
        continue;
      for (const Lanes &part : lanes) {
        // Row j of the block: element (lane = base + j, row = base + 0 .. width - 1).
        SmallVector<Value> rows;
        for (int64_t j = 0; j < width; ++j) {
          Point at = point;
          at[config.lane] = {part.base + j, 0};
          at[config.row].lane = 1;
          std::optional<Point> loops = emitter.loopsAt(generic, at);
          std::optional<Point> from = loops ? emitter.apply(map, *loops) : std::nullopt;
          Value row = from ? emitter.load(source.getBuffer(), *from) : Value();
          if (!row)
            return;
          rows.push_back(row);
        }
        Type element = getElementTypeOrSelf(rows[0].getType());
        auto square = VectorType::get({width, width}, element);
        Value block = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(square));
        for (int64_t j = 0; j < width; ++j)
          block = vector::InsertOp::create(builder, loc, rows[j], block, j);
        Value turned = vector::TransposeOp::create(builder, loc, block, ArrayRef<int64_t>{1, 0});
        for (int64_t r = 0; r < width; ++r) {
          Point at = point;
          at[config.lane] = {part.base, 1};
          at[config.row].base = at[config.row].base + r;
          std::optional<Point> loops = emitter.loopsAt(generic, at);
          std::optional<Point> from = loops ? emitter.apply(map, *loops) : std::nullopt;
          if (from)
            emitter.loaded[emitter.keyOf(source.getBuffer().getAsOpaquePointer(), *from)] =
                vector::ExtractOp::create(builder, loc, turned, r);
        }
      }
    }
  }
}

void TileEmitter::emitTile(const Point &base, int64_t rows, ArrayRef<Lanes> lanes) {
  if (emitter.failed)
    return;
  auto oldLoaded = emitter.loaded, oldReduced = emitter.reduced;
  bool whole = llvm::all_of(lanes, [](const Lanes &part) { return !part.mask; });
  if (config.row >= 0 && rows == emitter.width && whole)
    transposeInputs(base, lanes);
  SmallVector<std::pair<Point, Value>> places;
  for (int64_t r = 0; r < rows; ++r)
    for (const Lanes &part : lanes) {
      Point point = base;
      if (config.row >= 0)
        point[config.row].base = point[config.row].base + r;
      point[config.lane] = {part.base, 1};
      places.push_back({point, part.mask});
    }
  // Reductions first, each for the whole tile.
  llvm::MapVector<Operation *, SmallVector<std::pair<Point, Value>>> reductions;
  for (const auto &[point, mask] : places)
    for (const Root &root : roots) {
      SmallVector<std::pair<linalg::GenericOp, Point>> found;
      locate(root.source, point, found);
      for (auto &[op, at] : found) {
        auto &list = reductions[op];
        if (!llvm::is_contained(list, std::pair<Point, Value>(at, mask)))
          list.push_back({at, mask});
      }
    }
  for (auto &[op, list] : reductions)
    emitReduction(cast<linalg::GenericOp>(op), list);
  // Everything is computed before anything is stored: an output may be an input.
  SmallVector<std::tuple<const Root *, const Point *, Value, Value>> stores;
  for (const auto &[point, mask] : places)
    for (const Root &root : roots) {
      if (emitter.failed)
        return;
      emitter.mask = mask;
      Value value = emitter.evaluate(root.source, point);
      if (!value) {
        emitter.failed = true;
        return;
      }
      stores.push_back({&root, &point, value, mask});
    }
  for (auto &[root, point, value, mask] : stores) {
    emitter.mask = mask;
    if (!emitter.store(root->target, *point, value))
      emitter.failed = true;
  }
  emitter.mask = Value();
  emitter.loaded = std::move(oldLoaded);
  emitter.reduced = std::move(oldReduced);
}

/// The rows of a block of lanes: full tiles, then ever smaller ones.
void TileEmitter::emitRows(Point point, ArrayRef<Lanes> lanes) {
  if (config.row < 0)
    return emitTile(point, 1, lanes);
  int64_t rows = config.rows;
  OpFoldResult size = sizes[config.row];
  std::optional<int64_t> known = getConstantIntValue(size);
  if (known && !rowInRange) {
    int64_t tiles = *known / rows, rest = *known % rows;
    if (tiles == 1) {
      point[config.row] = {emitter.constant(0), 0};
      emitTile(point, rows, lanes);
    } else if (tiles > 1) {
      emitter.loop(emitter.indexConstant(0), emitter.indexConstant(tiles * rows), rows, {},
                   [&](AffineExpr at, ValueRange) {
                     point[config.row] = {at, 0};
                     emitTile(point, rows, lanes);
                     return SmallVector<Value>();
                   });
    }
    if (rest) {
      point[config.row] = {emitter.constant(tiles * rows), 0};
      emitTile(point, rest, lanes);
    }
    return;
  }
  // Unknown number of rows, or a chunk of them: a chain of loops with tiles of halving sizes.
  Value from = emitter.indexConstant(0), to = emitter.index(size);
  if (rowInRange) {
    from = emitter.materialize(point[config.row].base * config.chunk);
    Value end = arith::AddIOp::create(builder, loc, from, emitter.indexConstant(config.chunk));
    to = arith::MinSIOp::create(builder, loc, end, to);
  }
  for (int64_t step = rows; step >= 1;) {
    Value stop = to;
    if (step > 1) {
      Value count = arith::SubIOp::create(builder, loc, to, from);
      Value whole =
          arith::MulIOp::create(builder, loc, arith::DivUIOp::create(builder, loc, count, emitter.indexConstant(step)),
                                emitter.indexConstant(step));
      stop = arith::AddIOp::create(builder, loc, from, whole);
    }
    emitter.loop(from, stop, step, {}, [&](AffineExpr at, ValueRange) {
      point[config.row] = {at, 0};
      emitTile(point, step, lanes);
      return SmallVector<Value>();
    });
    from = stop;
    if (step == 1)
      break;
    // 12 -> 4 -> 2 -> 1 and 8 -> 4 -> 2 -> 1: few sizes, little code.
    step = step > 4 ? 4 : step > 2 ? 2 : 1;
  }
}

Value TileEmitter::maskFor(AffineExpr base) { return emitter.maskOf(emitter.expr(sizes[config.lane]) - base); }

SmallVector<Lanes> TileEmitter::fullLanes(AffineExpr block) {
  SmallVector<Lanes> lanes;
  for (int64_t v = 0; v < config.vectors; ++v)
    lanes.push_back({block * blockSize() + v * emitter.width, Value()});
  return lanes;
}

SmallVector<Lanes> TileEmitter::tailLanes(AffineExpr block) {
  std::optional<int64_t> known = getConstantIntValue(sizes[config.lane]);
  if (!known) {
    SmallVector<Lanes> lanes = fullLanes(block);
    for (Lanes &part : lanes)
      part.mask = maskFor(part.base);
    return lanes;
  }
  // The last block of a known size: its place is known too.
  int64_t begin = *known / blockSize() * blockSize();
  SmallVector<Lanes> lanes;
  for (int64_t at = begin; at < *known; at += emitter.width)
    lanes.push_back({emitter.constant(at), at + emitter.width <= *known ? Value() : maskFor(emitter.constant(at))});
  return lanes;
}

/// One block of lanes: the full form, or the masked one at the end.
void TileEmitter::emitBlock(AffineExpr block, const Point &point) {
  OpFoldResult size = sizes[config.lane];
  std::optional<int64_t> known = getConstantIntValue(size);
  if (known && *known % blockSize() == 0)
    return emitRows(point, fullLanes(block));
  if (known && *known < blockSize())
    return emitRows(point, tailLanes(block));
  Value full = emitter.materialize(emitter.expr(size).floorDiv(blockSize()));
  Value inside = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, emitter.materialize(block), full);
  auto branch = scf::IfOp::create(builder, loc, inside, /*withElseRegion=*/true);
  auto oldLoaded = emitter.loaded;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(branch.thenBlock()->getTerminator());
    emitRows(point, fullLanes(block));
    emitter.loaded = oldLoaded;
    builder.setInsertionPoint(branch.elseBlock()->getTerminator());
    emitRows(point, tailLanes(block));
  }
  emitter.loaded = oldLoaded;
}

void TileEmitter::emitLanes(Point point) {
  if (laneInRange)
    return emitBlock(point[config.lane].base, point);
  OpFoldResult size = sizes[config.lane];
  std::optional<int64_t> known = getConstantIntValue(size);
  int64_t block = blockSize();
  if (known && *known / block <= 1) {
    if (*known >= block)
      emitRows(point, fullLanes(emitter.constant(0)));
    if (*known % block)
      emitRows(point, tailLanes(emitter.constant(*known / block)));
    return;
  }
  AffineExpr full = emitter.expr(size).floorDiv(block);
  emitter.loop(emitter.indexConstant(0), emitter.materialize(full), 1, {}, [&](AffineExpr at, ValueRange) {
    emitRows(point, fullLanes(at));
    return SmallVector<Value>();
  });
  if (known && *known % block == 0)
    return;
  if (known)
    return emitRows(point, tailLanes(emitter.constant(*known / block)));
  AffineExpr blocks = emitter.expr(size).ceilDiv(block);
  emitter.loop(emitter.materialize(full), emitter.materialize(blocks), 1, {}, [&](AffineExpr at, ValueRange) {
    emitRows(point, tailLanes(at));
    return SmallVector<Value>();
  });
}

FailureOr<func::FuncOp> TileEmitter::run() {
  roots = rootsOf(kernel);
  if (roots.empty())
    return failure();
  int64_t rank = cast<ShapedType>(roots[0].source.getType()).getRank();
  if (config.lane < 0 || config.lane >= rank || config.row >= rank)
    return failure();
  for (const Root &root : roots)
    if (cast<ShapedType>(root.source.getType()).getShape() != cast<ShapedType>(roots[0].source.getType()).getShape())
      return failure();
  for (int64_t d = 0; d < rank; ++d) {
    // The buffer knows its sizes at least as well as the tensor.
    auto target = cast<MemRefType>(roots[0].target.getType());
    sizes.push_back(target.isDynamicDim(d)
                        ? OpFoldResult(memref::DimOp::create(builder, loc, roots[0].target, d).getResult())
                        : OpFoldResult(builder.getIndexAttr(target.getDimSize(d))));
  }
  laneInRange = llvm::is_contained(config.outer, config.lane);
  rowInRange = config.row >= 0 && llvm::is_contained(config.outer, config.row);
  // Counts of the range's parts, at the kernel's entry.
  SmallVector<OpFoldResult> counts;
  for (int64_t d : config.outer) {
    AffineExpr size = emitter.expr(sizes[d]);
    AffineExpr count = d == config.lane  ? size.ceilDiv(blockSize())
                       : d == config.row ? size.ceilDiv(config.chunk)
                                         : size;
    if (auto known = dyn_cast<AffineConstantExpr>(count))
      counts.push_back(builder.getIndexAttr(known.getValue()));
    else
      counts.push_back(emitter.materialize(count));
  }
  FailureOr<func::FuncOp> extent = makeExtent(kernel, counts);
  if (failed(extent))
    return failure();
  auto [begin, end] = addRange(kernel);
  emitRange(emitter, begin, end, counts, [&](ArrayRef<AffineExpr> at) {
    Point point(rank, Coord{emitter.constant(0), 0});
    for (auto [d, position] : llvm::zip_equal(config.outer, at))
      point[d] = {position, 0};
    // Dimensions outside of the range, lanes and rows are plain loops.
    SmallVector<int64_t> plain;
    for (int64_t d = 0; d < rank; ++d)
      if (d != config.lane && d != config.row && !llvm::is_contained(config.outer, d))
        plain.push_back(d);
    std::function<void(unsigned)> nest = [&](unsigned depth) {
      if (depth == plain.size())
        return emitLanes(point);
      emitter.loop(emitter.indexConstant(0), emitter.index(sizes[plain[depth]]), 1, {},
                   [&](AffineExpr position, ValueRange) {
                     point[plain[depth]] = {position, 0};
                     nest(depth + 1);
                     return SmallVector<Value>();
                   });
    };
    nest(0);
  });
  if (emitter.failed) {
    extent->erase();
    return failure();
  }
  eraseTensorOps(kernel);
  return extent;
}

FailureOr<func::FuncOp> hewn::cpu::applyTile(func::FuncOp kernel, const TileConfig &config, const Machine &machine) {
  if (failed(lowerNNToLinalg(kernel)) || failed(fuseAndResolve(kernel)))
    return failure();
  return TileEmitter(kernel, config, machine.lanes()).run();
}
