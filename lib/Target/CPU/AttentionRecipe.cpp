// The recipe `attention`: blocks of queries along the lanes, chunks of keys with a running maximum and sum, any length.
//   range(batch, head, block of queries) {
//     QT[d][i] = scale * Q[i][d]
//     for chunks of keys {
//       S[j][i] = K[j] . QT[i] (+ mask);  m' = max(m, S);  c = exp(m - m');  S = exp(S - m');  l = c l + sum S
//       O[i][d] = c[i] O[i][d] + sum over j of S[j][i] V[j][d]
//     }
//     result[i][d] = O[i][d] / l[i]
//   }
// Lanes are queries in the first product and value channels in the second, so that no sum crosses lanes.
#include "Emitter.h"
#include "Recipes.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <limits>

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

namespace {
class AttentionEmitter {
public:
  AttentionEmitter(func::FuncOp kernel, int64_t keys, const Machine &machine)
      : kernel(kernel), chunk(keys), machine(machine), width(machine.lanes()), emitter(kernel, width),
        builder(emitter.builder), loc(kernel.getLoc()) {}
  FailureOr<func::FuncOp> run();

private:
  using Values = SmallVector<Value>;
  Value temporary(ArrayRef<int64_t> shape);
  Value read(Value buffer, AffineExpr row, AffineExpr column);
  void write(Value buffer, AffineExpr row, AffineExpr column, Value value);
  Value splat(double value);
  Value add(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
  Value multiplyAdd(Value a, Value b, Value c) { return vector::FMAOp::create(builder, loc, a, b, c); }
  /// For `size` items: tiles of `step`, then of ever fewer. `body` takes the first item, the tile's size and carried
  /// values.
  Values chain(Value size, int64_t step, Values carried,
               llvm::function_ref<Values(AffineExpr, int64_t, ValueRange)> body);

  void emitBlock(ArrayRef<AffineExpr> at);
  void transposeQueries(const Point &head, AffineExpr first);
  Values scores(const Point &head, AffineExpr first, AffineExpr firstKey, Value keys, Values top);
  void values(const Point &head, AffineExpr firstKey, Value keys);
  Point pointAt(const Point &head, Coord row, Coord column) {
    Point point = head;
    point.append({row, column});
    return point;
  }

  func::FuncOp kernel;
  int64_t chunk;
  const Machine &machine;
  int64_t width;
  Emitter emitter;
  OpBuilder &builder;
  Location loc;
  nn::AttentionOp op;
  Value target;
  AffineExpr queries, keyCount;
  int64_t depth = 0, channels = 0;
  static constexpr int64_t kVectors = 2; // registers of queries in a block
  Value queryBuffer, scoreBuffer, outBuffer, scaleBuffer, sumBuffer;
};
} // namespace

Value AttentionEmitter::temporary(ArrayRef<int64_t> shape) {
  return memref::AllocaOp::create(builder, loc, MemRefType::get(shape, builder.getF32Type()),
                                  builder.getI64IntegerAttr(64));
}

Value AttentionEmitter::read(Value buffer, AffineExpr row, AffineExpr column) {
  Value indices[] = {emitter.materialize(row), emitter.materialize(column)};
  return vector::LoadOp::create(builder, loc, emitter.vectorOf(builder.getF32Type()), buffer, ValueRange(indices));
}

void AttentionEmitter::write(Value buffer, AffineExpr row, AffineExpr column, Value value) {
  Value indices[] = {emitter.materialize(row), emitter.materialize(column)};
  vector::StoreOp::create(builder, loc, value, buffer, ValueRange(indices));
}

Value AttentionEmitter::splat(double value) {
  return arith::ConstantOp::create(builder, loc,
                                   DenseElementsAttr::get(emitter.vectorOf(builder.getF32Type()), float(value)));
}

SmallVector<Value> AttentionEmitter::chain(Value size, int64_t step, Values carried,
                                           llvm::function_ref<Values(AffineExpr, int64_t, ValueRange)> body) {
  Value from = emitter.indexConstant(0);
  for (;;) {
    Value stop = size;
    if (step > 1) {
      Value left = arith::SubIOp::create(builder, loc, size, from);
      Value tiles = arith::DivUIOp::create(builder, loc, left, emitter.indexConstant(step));
      stop = arith::AddIOp::create(builder, loc, from,
                                   arith::MulIOp::create(builder, loc, tiles, emitter.indexConstant(step)));
    }
    carried = emitter.loop(from, stop, step, carried,
                           [&](AffineExpr at, ValueRange values) { return body(at, step, values); });
    if (step == 1)
      return carried;
    from = stop;
    step = step > 4 ? 4 : 1;
  }
}

/// QT[d][i] = scale * Q[min(first + i, last)][d]: queries beyond the end repeat the last one and are dropped at the
/// end.
void AttentionEmitter::transposeQueries(const Point &head, AffineExpr first) {
  Value scale = splat(op.getScale().convertToDouble());
  Value last = emitter.materialize(queries - 1);
  auto rowOf = [&](AffineExpr i) {
    return emitter.symbol(arith::MinSIOp::create(builder, loc, emitter.materialize(first + i), last));
  };
  auto square = VectorType::get({width, width}, builder.getF32Type());
  for (int64_t part = 0; part < kVectors; ++part) {
    SmallVector<AffineExpr> rows;
    for (int64_t i = 0; i < width; ++i)
      rows.push_back(rowOf(emitter.constant(part * width + i)));
    if (depth >= width)
      emitter.loop(emitter.indexConstant(0), emitter.indexConstant(depth / width * width), width, {},
                   [&](AffineExpr d, ValueRange) {
                     Value block = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(square));
                     for (int64_t i = 0; i < width; ++i) {
                       Value row = emitter.evaluate(op.getQuery(), pointAt(head, {rows[i], 0}, {d, 1}));
                       if (!row)
                         return Values();
                       block = vector::InsertOp::create(builder, loc, emitter.toVector(row), block, i);
                     }
                     Value turned = vector::TransposeOp::create(builder, loc, block, ArrayRef<int64_t>{1, 0});
                     for (int64_t k = 0; k < width; ++k) {
                       Value column = vector::ExtractOp::create(builder, loc, turned, k);
                       write(queryBuffer, d + k, emitter.constant(part * width),
                             arith::MulFOp::create(builder, loc, column, scale));
                     }
                     return Values();
                   });
    for (int64_t d = depth / width * width; d < depth; ++d)
      for (int64_t i = 0; i < width; ++i) {
        Value element = emitter.evaluate(op.getQuery(), pointAt(head, {rows[i], 0}, {emitter.constant(d), 0}));
        if (!element)
          return;
        Value scaled = arith::MulFOp::create(
            builder, loc, element,
            arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(op.getScale().convertToDouble())));
        memref::StoreOp::create(builder, loc, scaled, queryBuffer,
                                ValueRange{emitter.indexConstant(d), emitter.indexConstant(part * width + i)});
      }
  }
}

/// S[j][i] for a chunk of keys; gives the new maxima.
SmallVector<Value> AttentionEmitter::scores(const Point &head, AffineExpr first, AffineExpr firstKey, Value keys,
                                            Values top) {
  int64_t tile = machine.registers >= 32 ? 8 : 4;
  return chain(keys, tile, top, [&](AffineExpr j, int64_t rows, ValueRange carried) {
    Values sums(rows * kVectors, splat(0));
    sums = emitter.loop(
        emitter.indexConstant(0), emitter.indexConstant(depth), 1, sums, [&](AffineExpr d, ValueRange old) {
          Values next;
          Values query;
          for (int64_t v = 0; v < kVectors; ++v)
            query.push_back(read(queryBuffer, d, emitter.constant(v * width)));
          for (int64_t r = 0; r < rows; ++r) {
            Coord row{firstKey + j + r, 0}, column{d, 0};
            Value key = emitter.evaluate(op.getKey(), op.getKeyTransposed() ? pointAt(head, column, row)
                                                                            : pointAt(head, row, column));
            if (!key)
              return Values(old);
            key = emitter.toVector(key);
            for (int64_t v = 0; v < kVectors; ++v)
              next.push_back(multiplyAdd(key, query[v], old[r * kVectors + v]));
          }
          return next;
        });
    Values maxima(carried);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t v = 0; v < kVectors; ++v) {
        Value score = sums[r * kVectors + v];
        if (op.getMask()) {
          ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getMask().getType()).getShape();
          Point at = pointAt(head, {first + v * width, 1}, {firstKey + j + r, 0});
          for (auto [coord, size] : llvm::zip_equal(at, shape))
            if (size == 1)
              coord = {emitter.constant(0), 0};
          if (shape[2] != 1)
            emitter.mask = emitter.maskOf(queries - first - v * width);
          Value bias = emitter.evaluate(op.getMask(), at);
          emitter.mask = Value();
          if (!bias)
            return maxima;
          score = add(score, emitter.toVector(bias));
        }
        write(scoreBuffer, j + r, emitter.constant(v * width), score);
        maxima[v] = arith::MaximumFOp::create(builder, loc, maxima[v], score);
      }
    return maxima;
  });
}

/// O[i][d] = c[i] O[i][d] + sum over j of S[j][i] V[j][d], in tiles of 4 queries by a few registers of channels.
void AttentionEmitter::values(const Point &head, AffineExpr firstKey, Value keys) {
  constexpr int64_t kRows = 4;
  int64_t vectors = llvm::divideCeil(channels, width), wide = machine.registers >= 32 ? 4 : 2;
  emitter.loop(emitter.indexConstant(0), emitter.indexConstant(kVectors * width), kRows, {},
               [&](AffineExpr i, ValueRange) {
                 for (int64_t start = 0; start < vectors; start += wide) {
                   int64_t count = std::min(wide, vectors - start);
                   Values sums;
                   for (int64_t r = 0; r < kRows; ++r) {
                     Value factor = emitter.toVector(memref::LoadOp::create(
                         builder, loc, scaleBuffer, ValueRange{emitter.indexConstant(0), emitter.materialize(i + r)}));
                     for (int64_t v = 0; v < count; ++v)
                       sums.push_back(arith::MulFOp::create(
                           builder, loc, factor, read(outBuffer, i + r, emitter.constant((start + v) * width))));
                   }
                   sums = emitter.loop(emitter.indexConstant(0), keys, 1, sums, [&](AffineExpr j, ValueRange old) {
                     Values next, value;
                     for (int64_t v = 0; v < count; ++v) {
                       int64_t left = channels - (start + v) * width;
                       emitter.mask = left < width ? emitter.maskOf(emitter.constant(left)) : Value();
                       Value part = emitter.evaluate(
                           op.getValue(), pointAt(head, {firstKey + j, 0}, {emitter.constant((start + v) * width), 1}));
                       emitter.mask = Value();
                       if (!part)
                         return Values(old);
                       value.push_back(emitter.toVector(part));
                     }
                     for (int64_t r = 0; r < kRows; ++r) {
                       Value weight = emitter.toVector(memref::LoadOp::create(
                           builder, loc, scoreBuffer, ValueRange{emitter.materialize(j), emitter.materialize(i + r)}));
                       for (int64_t v = 0; v < count; ++v)
                         next.push_back(multiplyAdd(weight, value[v], old[r * count + v]));
                     }
                     return next;
                   });
                   for (int64_t r = 0; r < kRows; ++r)
                     for (int64_t v = 0; v < count; ++v)
                       write(outBuffer, i + r, emitter.constant((start + v) * width), sums[r * count + v]);
                 }
                 return Values();
               });
}

void AttentionEmitter::emitBlock(ArrayRef<AffineExpr> at) {
  Point head{{at[0], 0}, {at[1], 0}};
  AffineExpr first = at[2] * (kVectors * width), zero = emitter.constant(0);
  int64_t padded = llvm::alignTo(channels, width);
  transposeQueries(head, first);
  emitter.loop(emitter.indexConstant(0), emitter.indexConstant(kVectors * width), 1, {}, [&](AffineExpr i, ValueRange) {
    for (int64_t d = 0; d < padded; d += width)
      write(outBuffer, i, emitter.constant(d), splat(0));
    return Values();
  });
  Value infinity = splat(-std::numeric_limits<double>::infinity());
  Values carried(kVectors, infinity);
  carried.append(kVectors, splat(0));
  carried = emitter.loop(
      emitter.indexConstant(0), emitter.materialize(keyCount), chunk, carried,
      [&](AffineExpr firstKey, ValueRange old) {
        Value keys = arith::MinSIOp::create(builder, loc, emitter.materialize(keyCount - firstKey),
                                            emitter.indexConstant(chunk));
        Values oldTop(old.take_front(kVectors)), sums(old.drop_front(kVectors));
        Values top = scores(head, first, firstKey, keys, oldTop);
        Values shift;
        for (int64_t v = 0; v < kVectors; ++v) {
          // Nothing but masked keys so far: no shift, so that their weights are 0 and not NaN.
          Value none = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, top[v], infinity);
          shift.push_back(arith::SelectOp::create(builder, loc, none, splat(0), top[v]));
          Value factor = math::ExpOp::create(builder, loc, arith::SubFOp::create(builder, loc, oldTop[v], shift[v]));
          write(scaleBuffer, zero, emitter.constant(v * width), factor);
          sums[v] = arith::MulFOp::create(builder, loc, sums[v], factor);
        }
        sums = chain(keys, 4, sums, [&](AffineExpr j, int64_t rows, ValueRange total) {
          Values next(total);
          for (int64_t r = 0; r < rows; ++r)
            for (int64_t v = 0; v < kVectors; ++v) {
              Value score = read(scoreBuffer, j + r, emitter.constant(v * width));
              Value weight = math::ExpOp::create(builder, loc, arith::SubFOp::create(builder, loc, score, shift[v]));
              write(scoreBuffer, j + r, emitter.constant(v * width), weight);
              next[v] = add(next[v], weight);
            }
          return next;
        });
        values(head, firstKey, keys);
        Values next(top);
        next.append(sums);
        return next;
      });
  for (int64_t v = 0; v < kVectors; ++v)
    write(sumBuffer, zero, emitter.constant(v * width), carried[kVectors + v]);
  Value rows = arith::MinSIOp::create(builder, loc, emitter.materialize(queries - first),
                                      emitter.indexConstant(kVectors * width));
  emitter.loop(emitter.indexConstant(0), rows, 1, {}, [&](AffineExpr i, ValueRange) {
    Value one = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(1));
    Value sum =
        memref::LoadOp::create(builder, loc, sumBuffer, ValueRange{emitter.indexConstant(0), emitter.materialize(i)});
    Value inverse = emitter.toVector(arith::DivFOp::create(builder, loc, one, sum));
    for (int64_t d = 0; d < padded; d += width) {
      Value value = arith::MulFOp::create(builder, loc, read(outBuffer, i, emitter.constant(d)), inverse);
      emitter.mask = d + width > channels ? emitter.maskOf(emitter.constant(channels - d)) : Value();
      if (!emitter.store(target, pointAt(head, {first + i, 0}, {emitter.constant(d), 1}), value))
        emitter.failed = true;
      emitter.mask = Value();
    }
    return Values();
  });
}

FailureOr<func::FuncOp> AttentionEmitter::run() {
  SmallVector<Root> roots = rootsOf(kernel);
  if (roots.size() != 1)
    return failure();
  op = roots[0].source.getDefiningOp<nn::AttentionOp>();
  target = roots[0].target;
  if (!op)
    return failure();
  for (Value operand : op->getOperands())
    if (!getElementTypeOrSelf(operand.getType()).isF32())
      return failure();
  depth = cast<RankedTensorType>(op.getQuery().getType()).getDimSize(3);
  channels = cast<RankedTensorType>(op.getValue().getType()).getDimSize(3);
  // Blocks live on the stack: queries, scores and results of 32 queries.
  if (ShapedType::isDynamic(depth) || ShapedType::isDynamic(channels) || depth > 256 || channels > 256)
    return failure();
  auto sizeOf = [&](Value tensor, int64_t dim) { return emitter.sizeOf(tensor, dim); };
  queries = emitter.expr(sizeOf(op.getQuery(), 2));
  keyCount = emitter.expr(sizeOf(op.getKey(), op.getKeyTransposed() ? 3 : 2));
  int64_t block = kVectors * width, padded = llvm::alignTo(channels, width);
  AffineExpr blocks = queries.ceilDiv(block);
  auto known = dyn_cast<AffineConstantExpr>(blocks);
  SmallVector<OpFoldResult> counts{sizeOf(op.getQuery(), 0), sizeOf(op.getQuery(), 1),
                                   known ? OpFoldResult(builder.getIndexAttr(known.getValue()))
                                         : OpFoldResult(emitter.materialize(blocks))};
  if (emitter.failed)
    return failure();
  FailureOr<func::FuncOp> extent = makeExtent(kernel, counts);
  if (failed(extent))
    return failure();
  queryBuffer = temporary({depth, block});
  scoreBuffer = temporary({chunk, block});
  outBuffer = temporary({block, padded});
  scaleBuffer = temporary({1, block});
  sumBuffer = temporary({1, block});
  auto [begin, end] = addRange(kernel);
  emitRange(emitter, begin, end, counts, [&](ArrayRef<AffineExpr> at) { emitBlock(at); });
  if (emitter.failed) {
    extent->erase();
    return failure();
  }
  eraseTensorOps(kernel);
  return extent;
}

FailureOr<func::FuncOp> hewn::cpu::applyAttention(func::FuncOp kernel, int64_t keys, const Machine &machine) {
  if (failed(lowerNNToLinalg(kernel, /*skipAttention=*/true)) || failed(fuseAndResolve(kernel)))
    return failure();
  return AttentionEmitter(kernel, keys, machine).run();
}
