// Transposed convolutions whose windows do not overlap: a 1x1 convolution and a rearrangement.
#include "ComputedWeight.h"
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Layout/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hewn;

namespace hewn {
#define GEN_PASS_DEF_CONVTRANSPOSETOCONV
#include "hewn/Stage/Layout/Passes.h.inc"
} // namespace hewn

/// Why the op has to stay as it is, or null.
static const char *whyNot(nn::ConvTransposeOp op) {
  auto filter = cast<RankedTensorType>(op.getFilter().getType());
  auto zero = [](int64_t value) { return value == 0; };
  if (op.getLayout() != nn::Layout::NHWC)
    return "layout is not nhwc";
  if (op.getGroups() != 1)
    return "it has groups";
  if (!filter.hasStaticShape() || ArrayRef(op.getStrides()) != filter.getShape().drop_front(2))
    return "windows overlap or leave gaps";
  if (!llvm::all_of(op.getDilations(), [](int64_t value) { return value == 1; }))
    return "it is dilated";
  if (!llvm::all_of(op.getPads(), zero) || !llvm::all_of(op.getOutputPadding(), zero))
    return "it is padded";
  if (!op.getFilter().getDefiningOp<LoadWeightOp>())
    return "the filter is not a weight";
  return nullptr;
}

static Value reshape(OpBuilder &builder, Location loc, Value value, ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> dynamic;
  SmallVector<int64_t> fixed;
  dispatchIndexOpFoldResults(sizes, dynamic, fixed);
  return nn::build<nn::ReshapeOp>(builder, loc, cast<RankedTensorType>(value.getType()).getElementType(), value,
                                  dynamic, fixed);
}

static Value transpose(OpBuilder &builder, Location loc, Value value, ArrayRef<int64_t> perm) {
  return nn::build<nn::TransposeOp>(builder, loc, cast<RankedTensorType>(value.getType()).getElementType(), value,
                                    perm);
}

/// nn.conv_transpose %x, %w {strides = k}   ->   reshape(transpose(reshape(nn.conv %x, %w'))), plus the bias
static void rewrite(nn::ConvTransposeOp op, SymbolTable &symbols) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto filterType = cast<RankedTensorType>(op.getFilter().getType());
  Type element = filterType.getElementType();
  int64_t rank = op.getStrides().size(), inputs = filterType.getDimSize(0), outputs = filterType.getDimSize(1);
  ArrayRef<int64_t> kernel = filterType.getShape().drop_front(2);
  int64_t window = 1;
  for (int64_t size : kernel)
    window *= size;

  // [C, F, k...] -> [k..., F, C] -> [prod(k) * F, C, 1...]
  auto load = op.getFilter().getDefiningOp<LoadWeightOp>();
  WeightOp weight = computeWeight(symbols, load, "_blocks", [&](OpBuilder &b, Location l, Value value) {
    SmallVector<int64_t> perm;
    for (int64_t d = 0; d < rank; ++d)
      perm.push_back(2 + d);
    perm.append({1, 0});
    SmallVector<OpFoldResult> shape{b.getIndexAttr(window * outputs), b.getIndexAttr(inputs)};
    shape.append(rank, b.getIndexAttr(1));
    return reshape(b, l, transpose(b, l, value, perm), shape);
  });
  Value filter = LoadWeightOp::create(builder, loc, weight.getType(), FlatSymbolRefAttr::get(weight.getSymNameAttr()));
  SmallVector<int64_t> ones(rank, 1), zeros(2 * rank, 0);
  Value conv = nn::build<nn::ConvOp>(builder, loc, element, op.getInput(), filter, Value(), ones, ones, zeros, 1,
                                     nn::Layout::NHWC, nn::FilterLayout::OIHW, IntegerAttr());

  // [n, p..., k..., f] -> [n, p0, k0, p1, k1, ..., f] -> [n, p0 * k0, ..., f]
  SmallVector<OpFoldResult> in = tensor::getMixedSizes(builder, loc, op.getInput()), split{in[0]}, merged{in[0]};
  SmallVector<int64_t> perm{0};
  AffineExpr size = builder.getAffineSymbolExpr(0);
  for (int64_t d = 0; d < rank; ++d) {
    split.push_back(in[1 + d]);
    perm.append({1 + d, 1 + rank + d});
    merged.push_back(affine::makeComposedFoldedAffineApply(builder, loc, size * kernel[d], {in[1 + d]}));
  }
  for (int64_t size : kernel)
    split.push_back(builder.getIndexAttr(size));
  for (auto *shape : {&split, &merged})
    shape->push_back(builder.getIndexAttr(outputs));
  perm.push_back(1 + 2 * rank);
  Value result = reshape(builder, loc, transpose(builder, loc, reshape(builder, loc, conv, split), perm), merged);
  if (Value bias = op.getBias()) {
    SmallVector<Value> dynamic;
    SmallVector<int64_t> fixed;
    dispatchIndexOpFoldResults(merged, dynamic, fixed);
    Value spread = nn::build<nn::BroadcastOp>(builder, loc, element, bias, dynamic, fixed);
    result = nn::build<nn::ElementwiseOp>(builder, loc, element, ValueRange{result, spread}, nn::ElementwiseKind::Add,
                                          FloatAttr(), FloatAttr());
  }
  if (result.getType() != op.getType())
    result = tensor::CastOp::create(builder, loc, op.getType(), result);
  op.replaceAllUsesWith(result);
  op.erase();
  if (load->use_empty())
    load->erase();
}

namespace {
struct ConvTransposeToConv final : hewn::impl::ConvTransposeToConvBase<ConvTransposeToConv> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<nn::ConvTransposeOp> ops;
    getOperation().walk([&](nn::ConvTransposeOp op) {
      if (!op->getParentOfType<WeightOp>() && !whyNot(op))
        ops.push_back(op);
    });
    for (nn::ConvTransposeOp op : ops)
      rewrite(op, symbols);
  }
};
} // namespace
