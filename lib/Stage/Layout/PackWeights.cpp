// Packs constant filters and matrices into panels, as computed weights.
#include "ComputedWeight.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace hewn;

namespace hewn {
#define GEN_PASS_DEF_PACKWEIGHTS
#include "hewn/Stage/Layout/Passes.h.inc"
} // namespace hewn

namespace {

/// Makes packed weights, each (weight, shape of the packing) once.
class Packer {
public:
  Packer(ModuleOp module, int64_t lanes) : module(module), symbols(module), lanes(lanes) {}

  void run() {
    module.walk([&](Operation *op) {
      if (op->getParentOfType<WeightOp>())
        return;
      if (auto conv = dyn_cast<nn::ConvOp>(op))
        pack(conv);
      else if (auto matmul = dyn_cast<nn::MatMulOp>(op))
        pack(matmul);
    });
  }

private:
  ModuleOp module;
  SymbolTable symbols;
  int64_t lanes;
  llvm::DenseMap<std::pair<StringAttr, int64_t>, WeightOp>
      made; // key: the weight, and panel width with the kind in its sign

  static RankedTensorType type(Value value) { return cast<RankedTensorType>(value.getType()); }

  int64_t panelWidth(int64_t channels) const {
    return channels % (2 * lanes) == 0 || channels > 2 * lanes ? 2 * lanes : channels > lanes ? 2 * lanes : lanes;
  }

  /// filter [F, C, k...] of an nhwc convolution -> [F / NR, k..., C, NR].
  void pack(nn::ConvOp conv) {
    LoadWeightOp load = asWeight(conv.getFilter());
    if (!load || conv.getFilterLayout() != nn::FilterLayout::OIHW || conv.getLayout() != nn::Layout::NHWC)
      return;
    int64_t channels = conv.getOutputChannels(), groups = conv.getGroups(), rank = conv.getSpatialRank();
    bool depthwise = groups > 1 && type(conv.getFilter()).getDimSize(1) == 1 && groups == channels;
    int64_t width = depthwise ? lanes : panelWidth(channels);
    if (groups > 1 && !depthwise && (channels / groups) % width != 0)
      return; // a panel would straddle groups
    WeightOp packed = weight(load, width, [&](OpBuilder &builder, Location loc, Value value) {
      // [F, C, k...] -> [P, NR, C, k...] -> [P, k..., C, NR]
      value = padAndSplit(builder, loc, value, 0, width);
      SmallVector<int64_t> perm{0};
      for (int64_t d = 0; d < rank; ++d)
        perm.push_back(3 + d);
      perm.append({2, 1});
      return nn::build<nn::TransposeOp>(builder, loc, type(value).getElementType(), value, perm).getResult();
    });
    OpBuilder builder(conv);
    Value panel =
        LoadWeightOp::create(builder, load.getLoc(), packed.getType(), FlatSymbolRefAttr::get(packed.getSymNameAttr()));
    conv.getFilterMutable().assign(panel);
    conv.setFilterLayout(nn::FilterLayout::Panel);
    conv.setChannels(channels);
    eraseIfUnused(load);
  }

  /// rhs [K, N] -> [N / NR, K, NR].
  void pack(nn::MatMulOp matmul) {
    LoadWeightOp load = asWeight(matmul.getRhs());
    if (!load || matmul.getRhsLayout() != nn::MatrixLayout::Row || type(matmul.getRhs()).getRank() != 2)
      return;
    int64_t columns = type(matmul.getRhs()).getDimSize(1), width = panelWidth(columns);
    WeightOp packed = weight(load, -width, [&](OpBuilder &builder, Location loc, Value value) {
      // [K, N] -> [K, P, NR] -> [P, K, NR]
      value = padAndSplit(builder, loc, value, 1, width);
      return nn::build<nn::TransposeOp>(builder, loc, type(value).getElementType(), value,
                                        SmallVector<int64_t>{1, 0, 2})
          .getResult();
    });
    OpBuilder builder(matmul);
    Value panel =
        LoadWeightOp::create(builder, load.getLoc(), packed.getType(), FlatSymbolRefAttr::get(packed.getSymNameAttr()));
    matmul.getRhsMutable().assign(panel);
    matmul.setRhsLayout(nn::MatrixLayout::Panel);
    matmul.setColumns(columns);
    eraseIfUnused(load);
  }

  /// The load of a weight; a constant (small filters are constants in the graph) becomes a weight first. Null for
  /// others.
  LoadWeightOp asWeight(Value value) {
    auto constant = value.getDefiningOp<arith::ConstantOp>();
    if (!constant)
      return value.getDefiningOp<LoadWeightOp>();
    OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
    Location loc = constant.getLoc();
    auto weight = WeightOp::create(builder, loc, "constant", StringAttr(), value.getType(), SourceAttr());
    builder.setInsertionPointToStart(&weight.getBody().emplaceBlock());
    ReturnOp::create(builder, loc, builder.clone(*constant)->getResults());
    symbols.insert(weight); // makes the name unique
    builder.setInsertionPoint(constant);
    auto load = LoadWeightOp::create(builder, loc, value.getType(), FlatSymbolRefAttr::get(weight.getSymNameAttr()));
    constant.getResult().replaceAllUsesWith(load.getResult());
    constant.erase();
    return load;
  }

  static void eraseIfUnused(LoadWeightOp load) {
    if (load->use_empty())
      load->erase();
  }

  /// Dimension `dim` padded with zeros to a multiple of `width` and split into [dim / width, width].
  static Value padAndSplit(OpBuilder &builder, Location loc, Value value, int64_t dim, int64_t width) {
    RankedTensorType t = type(value);
    int64_t size = t.getDimSize(dim), panels = (size + width - 1) / width;
    if (panels * width != size) {
      SmallVector<int64_t> low(t.getRank(), 0), high(t.getRank(), 0);
      high[dim] = panels * width - size;
      value = nn::build<nn::PadOp>(builder, loc, t.getElementType(), value, Value(), low, high, nn::PadMode::Constant);
    }
    SmallVector<int64_t> shape(t.getShape());
    shape[dim] = panels;
    shape.insert(shape.begin() + dim + 1, width);
    return nn::build<nn::ReshapeOp>(builder, loc, t.getElementType(), value, ValueRange(), shape);
  }

  WeightOp weight(LoadWeightOp load, int64_t key, llvm::function_ref<Value(OpBuilder &, Location, Value)> compute) {
    WeightOp &slot = made[{load.getWeightAttr().getAttr(), key}];
    if (!slot)
      slot = computeWeight(symbols, load, "_panel", compute);
    return slot;
  }
};

struct PackWeights final : hewn::impl::PackWeightsBase<PackWeights> {
  using PackWeightsBase::PackWeightsBase;
  void runOnOperation() override {
    int64_t width = lanes;
    // The target's vector register, unless told.
    if (auto target = getOperation()->getAttrOfType<TargetAttr>(kTargetAttr); target && width == 0)
      if (auto bits = target.getConfig().getAs<IntegerAttr>("vector_bits"))
        width = bits.getInt() / 32;
    Packer(getOperation(), width ? width : 16).run();
  }
};
} // namespace
