// What recipes share: parameters, roots, the range, and erasing what was replaced.
#include "Recipes.h"
#include "Emitter.h"
#include "hewn/Dialect/NN/NN.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

TileConfig TileConfig::read(DictionaryAttr config) {
  TileConfig tile;
  auto number = [&](StringRef name, int64_t otherwise) {
    auto value = config.getAs<IntegerAttr>(name);
    return value ? value.getInt() : otherwise;
  };
  if (auto outer = config.getAs<DenseI64ArrayAttr>("outer"))
    tile.outer = llvm::to_vector(outer.asArrayRef());
  tile.lane = number("lane", -1);
  tile.row = number("row", -1);
  tile.rows = number("rows", 1);
  tile.vectors = number("vectors", 1);
  tile.chunk = number("chunk", 0);
  tile.lanesInner = number("lanes_inner", 0);
  return tile;
}

DictionaryAttr TileConfig::write(MLIRContext *context) const {
  Builder b(context);
  SmallVector<NamedAttribute> list{
      b.getNamedAttr("outer", b.getDenseI64ArrayAttr(outer)), b.getNamedAttr("lane", b.getI64IntegerAttr(lane)),
      b.getNamedAttr("row", b.getI64IntegerAttr(row)), b.getNamedAttr("rows", b.getI64IntegerAttr(rows)),
      b.getNamedAttr("vectors", b.getI64IntegerAttr(vectors))};
  if (chunk)
    list.push_back(b.getNamedAttr("chunk", b.getI64IntegerAttr(chunk)));
  if (lanesInner)
    list.push_back(b.getNamedAttr("lanes_inner", b.getI64IntegerAttr(1)));
  return b.getDictionaryAttr(list);
}

SmallVector<Root> hewn::cpu::rootsOf(func::FuncOp kernel) {
  SmallVector<Root> roots;
  for (auto op : kernel.getOps<bufferization::MaterializeInDestinationOp>())
    roots.push_back({op.getSource(), op.getDest()});
  return roots;
}

void hewn::cpu::eraseTensorOps(func::FuncOp kernel) {
  // A scalar operand that the body reads from outside, such as a pad's value, becomes a load.
  for (auto extract : llvm::make_early_inc_range(kernel.getOps<tensor::ExtractOp>())) {
    auto source = extract.getTensor().getDefiningOp<bufferization::ToTensorOp>();
    if (!source || extract.use_empty())
      continue;
    OpBuilder builder(extract);
    Value load = memref::LoadOp::create(builder, extract.getLoc(), source.getBuffer(), extract.getIndices());
    extract.replaceAllUsesWith(load);
  }
  SmallVector<Operation *> ops;
  for (Operation &op : kernel.getBody().front())
    ops.push_back(&op);
  for (Operation *op : llvm::reverse(ops))
    if (isa<bufferization::MaterializeInDestinationOp>(op) ||
        (op->use_empty() && isMemoryEffectFree(op) && !op->hasTrait<OpTrait::IsTerminator>()) ||
        (op->use_empty() &&
         isa<bufferization::ToTensorOp, tensor::EmptyOp, linalg::LinalgOp, tensor::CastOp, nn::AttentionOp>(op)))
      op->erase();
}

void hewn::cpu::emitRange(Emitter &emitter, Value begin, Value end, ArrayRef<OpFoldResult> counts,
                          llvm::function_ref<void(ArrayRef<AffineExpr>)> body) {
  OpBuilder &builder = emitter.builder;
  Location loc = emitter.loc;
  emitter.loop(begin, end, 1, {}, [&](AffineExpr flat, ValueRange) {
    SmallVector<AffineExpr> at(counts.size(), emitter.constant(0));
    // Counts of 1 have no part in the division.
    SmallVector<unsigned> parts;
    for (auto [index, count] : llvm::enumerate(counts))
      if (getConstantIntValue(count) != 1)
        parts.push_back(index);
    Value rest = emitter.materialize(flat);
    for (unsigned i = parts.size(); i-- > 0;) {
      if (i == 0) {
        at[parts[0]] = emitter.symbol(rest);
        break;
      }
      Value count = emitter.index(counts[parts[i]]);
      at[parts[i]] = emitter.symbol(arith::RemUIOp::create(builder, loc, rest, count));
      rest = arith::DivUIOp::create(builder, loc, rest, count);
    }
    body(at);
    return SmallVector<Value>();
  });
}
