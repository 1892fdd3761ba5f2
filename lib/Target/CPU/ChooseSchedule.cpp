// Decides how each kernel is computed, from its nn body, its shapes and the machine.
#include "Recipes.h"
#include "hewn/Dialect/NN/NN.h"

namespace hewn {
#define GEN_PASS_DEF_CHOOSESCHEDULE
#include "hewn/Target/CPU/Passes.h.inc"
} // namespace hewn

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

/// Rows of a tile: as many as registers hold beside `vectors` operands and a broadcast, and without a rest where
/// possible.
static int64_t chooseRows(int64_t size, int64_t vectors, const Machine &machine) {
  int64_t most = std::min<int64_t>(12, (machine.registers - 2 - vectors) / vectors);
  most = std::max<int64_t>(most, 1);
  if (ShapedType::isDynamic(size))
    return machine.registers >= 32 && vectors <= 2 ? 8 : std::min<int64_t>(most, 6);
  if (size <= most)
    return std::max<int64_t>(size, 1);
  for (int64_t rows = most; rows >= std::max<int64_t>(2, most / 2); --rows)
    if (size % rows == 0)
      return rows;
  return std::min<int64_t>(most, 8);
}

/// Columns of a tile for a row-major right operand: wide, but no wider than the result.
static int64_t chooseVectors(int64_t size, int64_t most, const Machine &machine) {
  if (ShapedType::isDynamic(size))
    return 2;
  int64_t needed = llvm::divideCeil(size, machine.lanes());
  return std::clamp<int64_t>(needed, 1, most);
}

static int64_t bytesOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.hasStaticShape() ? type.getNumElements() * llvm::divideCeil(type.getElementTypeBitWidth(), 8) : 0;
}

static std::optional<TileConfig> tileMatMul(nn::MatMulOp op, ArrayRef<int64_t> shape, const Machine &machine) {
  TileConfig tile;
  int64_t rank = shape.size();
  tile.lane = rank - 1;
  tile.row = rank - 2;
  bool panel = op.getRhsLayout() == nn::MatrixLayout::Panel;
  tile.vectors = panel ? cast<ShapedType>(op.getRhs().getType()).getDimSize(2) / machine.lanes()
                       : chooseVectors(shape.back(), machine.registers >= 32 ? 4 : 2, machine);
  if (tile.vectors < 1)
    return std::nullopt;
  tile.rows = chooseRows(shape[rank - 2], tile.vectors, machine);
  for (int64_t i = 0; i < rank - 2; ++i)
    tile.outer.push_back(i);
  tile.outer.push_back(tile.lane);
  int64_t rows = shape[rank - 2];
  if (ShapedType::isDynamic(rows) || rows > 16 * tile.rows) {
    tile.chunk = 16 * tile.rows;
    tile.outer.push_back(tile.row);
  }
  return tile;
}

static std::optional<TileConfig> tileConv(nn::ConvOp op, ArrayRef<int64_t> shape, const Machine &machine) {
  TileConfig tile;
  int64_t rank = shape.size(), channel = op.getChannelDim();
  bool channelsLast = channel == rank - 1;
  tile.lane = rank - 1;
  tile.row = channelsLast ? rank - 2 : 1;
  bool panel = op.getFilterLayout() == nn::FilterLayout::Panel;
  if (!panel && channelsLast && op.getFilterLayout() != nn::FilterLayout::OHWI)
    return std::nullopt; // lanes of the filter are far apart
  if (channelsLast && !panel)
    return std::nullopt;
  tile.vectors = panel ? cast<ShapedType>(op.getFilter().getType()).getShape().back() / machine.lanes()
                       : chooseVectors(shape.back(), 2, machine);
  if (tile.vectors < 1)
    return std::nullopt;
  tile.rows = chooseRows(shape[tile.row], tile.vectors, machine);
  SmallVector<int64_t> rest;
  for (int64_t d = 0; d < rank; ++d)
    if (d != tile.lane && d != tile.row)
      rest.push_back(d);
  // Filters that do not stay in the cache are read once: their panels come first.
  bool large = bytesOf(op.getFilter()) > machine.l2 / 2;
  if (large)
    tile.outer.push_back(tile.lane);
  llvm::append_range(tile.outer, rest);
  if (!large)
    tile.outer.push_back(tile.lane);
  return tile;
}

/// Elementwise groups, moves, pools and reductions of outer dimensions: lanes along the last dimension.
static TileConfig tilePointwise(ArrayRef<int64_t> shape, int64_t vectors, const Machine &machine) {
  TileConfig tile;
  int64_t rank = shape.size();
  tile.lane = rank - 1;
  tile.vectors = chooseVectors(shape.back(), vectors, machine);
  for (int64_t d = 0; d < rank - 1; ++d)
    tile.outer.push_back(d);
  bool small = llvm::all_of(shape.drop_back(), [](int64_t size) { return size == 1; });
  if (small)
    tile.outer.push_back(tile.lane);
  else if (rank >= 3) {
    tile.row = rank - 2;
    tile.outer.pop_back();
    // Inner dimensions of a range are divided out of its index: leave some work to each.
    if (tile.outer.size() > 3)
      tile.outer.resize(3);
  }
  return tile;
}

ScheduleAttr hewn::cpu::chooseSchedule(func::FuncOp kernel, const Machine &machine) {
  MLIRContext *context = kernel.getContext();
  auto make = [&](StringRef recipe, DictionaryAttr config) { return ScheduleAttr::get(context, recipe, config); };
  ScheduleAttr plain = make("plain", DictionaryAttr::get(context));
  SmallVector<Root> roots = rootsOf(kernel);
  if (roots.empty())
    return plain;
  ArrayRef<int64_t> shape = cast<MemRefType>(roots[0].target.getType()).getShape();
  int64_t rank = shape.size();
  if (rank == 0)
    return plain;
  for (BlockArgument argument : kernel.getArguments())
    if (auto type = dyn_cast<MemRefType>(argument.getType()); type && type.getElementType().isInteger(1))
      return plain; // one byte each in memory, one bit each in registers
  Operation *main = nullptr;
  unsigned heavy = 0;
  kernel.walk([&](Operation *op) {
    if (!isa_and_nonnull<nn::NNDialect>(op->getDialect()) || isa<nn::ElementwiseOp, nn::CastOp, nn::BroadcastOp>(op))
      return;
    main = op;
    ++heavy;
  });
  if (main && isa<nn::AttentionOp>(main))
    return make("attention", Builder(context).getDictionaryAttr(
                                 Builder(context).getNamedAttr("keys", Builder(context).getI64IntegerAttr(128))));
  if (heavy > 1)
    return plain;
  auto rows = [&](int64_t columns) {
    Builder b(context);
    return make("rows", b.getDictionaryAttr(b.getNamedAttr("columns", b.getI64IntegerAttr(columns))));
  };
  if (auto softmax = dyn_cast_or_null<nn::SoftmaxOp>(main))
    return softmax.getAxis() == (uint64_t)rank - 1 ? rows(1) : plain;
  if (auto norm = dyn_cast_or_null<nn::NormOp>(main))
    return rows(rank - norm.getAxis());
  if (auto reduce = dyn_cast_or_null<nn::ReduceOp>(main)) {
    ArrayRef<int64_t> axes = reduce.getAxes();
    int64_t inputRank = cast<ShapedType>(reduce.getInput().getType()).getRank(),
            first = inputRank - (int64_t)axes.size();
    if (!axes.empty() && axes.front() == first)
      return rows(0);
  }
  std::optional<TileConfig> tile;
  if (!main || isa<nn::PadOp, nn::SliceOp, nn::GatherOp, nn::ResizeOp>(main)) {
    tile = tilePointwise(shape, 4, machine);
  } else if (auto matmul = dyn_cast<nn::MatMulOp>(main)) {
    tile = tileMatMul(matmul, shape, machine);
  } else if (auto conv = dyn_cast<nn::ConvOp>(main)) {
    tile = tileConv(conv, shape, machine);
  } else if (auto pool = dyn_cast<nn::PoolOp>(main)) {
    if (pool.getLayout() == nn::Layout::NHWC) {
      tile = tilePointwise(shape, 1, machine);
      if (tile->row >= 0)
        tile->rows = chooseRows(shape[tile->row], 1, machine);
    }
  } else if (auto reduce = dyn_cast<nn::ReduceOp>(main)) {
    int64_t inputRank = cast<ShapedType>(reduce.getInput().getType()).getRank();
    if (!llvm::is_contained(reduce.getAxes(), inputRank - 1)) {
      tile = tilePointwise(shape, 4, machine);
      if (shape.back() != ShapedType::kDynamic)
        tile->outer.push_back(tile->lane);
      llvm::SmallSetVector<int64_t, 4> unique(tile->outer.begin(), tile->outer.end());
      tile->outer.assign(unique.begin(), unique.end());
    }
  } else if (auto transpose = dyn_cast<nn::TransposeOp>(main)) {
    tile = TileConfig();
    tile->lane = rank - 1;
    ArrayRef<int64_t> perm = transpose.getPerm();
    if ((int64_t)perm.size() == rank && perm.back() != rank - 1) {
      tile->row = llvm::find(perm, rank - 1) - perm.begin();
      tile->rows = machine.lanes();
      for (int64_t d = 0; d < rank - 1; ++d)
        if (d != tile->row)
          tile->outer.push_back(d);
      tile->outer.push_back(tile->lane);
    } else {
      tile = tilePointwise(shape, 4, machine);
    }
  }
  return tile ? make("tile", tile->write(context)) : plain;
}

namespace {
struct ChooseSchedule final : hewn::impl::ChooseScheduleBase<ChooseSchedule> {
  void runOnOperation() override {
    getOperation().walk([&](func::FuncOp kernel) {
      if (kernel->hasAttr(kKernelAttr) && !kernel.isDeclaration() && !kernel->hasAttr(kScheduleAttr))
        kernel->setAttr(kScheduleAttr, chooseSchedule(kernel, getMachine(kernel)));
    });
  }
};
} // namespace
