// Products of one left operand with several constant matrices become one product with their concatenation; its slices
// are views. One launch reads the left operand once, and a wider matrix fills the machine better. Runs before weights
// are packed. Leaves products whose elementwise users would lose their place in the product's kernel.
#include "hewn/Dialect/NN/NN.h"
#include "hewn/Stage/Kernels/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_MERGEMATMULS
#include "hewn/Stage/Kernels/Passes.h.inc"

namespace {

/// A product with a constant matrix, and the constant vector added behind it, if any.
struct Sibling {
  nn::MatMulOp matmul;
  Value matrix, bias; ///< constants: weights or arith.constant
  Operation *end;     ///< the addition, or the product
  int64_t columns = 0;
};

bool isConstant(Value value) { return isa_and_nonnull<LoadWeightOp, arith::ConstantOp>(value.getDefiningOp()); }

/// %m = matmul %x, %w;  %m + broadcast(%b), the only user of %m
nn::ElementwiseOp matchBias(nn::MatMulOp matmul, Value &bias) {
  if (!matmul->hasOneUse())
    return {};
  auto sum = dyn_cast<nn::ElementwiseOp>(*matmul->user_begin());
  if (!sum || sum.getKind() != nn::ElementwiseKind::Add)
    return {};
  Value other = sum.getInputs()[sum.getInputs()[0] == matmul.getResult() ? 1 : 0];
  auto broadcast = other.getDefiningOp<nn::BroadcastOp>();
  if (!broadcast || !isConstant(broadcast.getInput()) || broadcast.getInput().getType().getRank() != 1)
    return {};
  bias = broadcast.getInput();
  return cast<ShapedType>(bias.getType()).getDimSize(0) == cast<ShapedType>(matmul.getType()).getShape().back()
             ? sum
             : nn::ElementwiseOp();
}

std::optional<Sibling> match(nn::MatMulOp matmul) {
  Value matrix = matmul.getRhs();
  if (!isConstant(matrix) || matmul.getRhsLayout() != nn::MatrixLayout::Row ||
      cast<ShapedType>(matrix.getType()).getRank() != 2)
    return std::nullopt;
  Sibling sibling{matmul, matrix, {}, matmul, cast<ShapedType>(matrix.getType()).getDimSize(1)};
  if (nn::ElementwiseOp sum = matchBias(matmul, sibling.bias))
    sibling.end = sum;
  else
    sibling.bias = {};
  // What follows elementwise belongs into the product's kernel, which a slice would cut off.
  bool elementwise = llvm::any_of(sibling.end->getUsers(), llvm::IsaPred<nn::ElementwiseOp, nn::CastOp>);
  return elementwise ? std::nullopt : std::optional(sibling);
}

class Merger {
public:
  explicit Merger(ModuleOp module) : module(module), symbols(module), builder(module.getContext()) {}

  void run(Block &block) {
    // Siblings by left operand and element type, apart without and with an added vector.
    llvm::MapVector<std::pair<Value, Type>, SmallVector<Sibling>> families[2];
    for (auto matmul : block.getOps<nn::MatMulOp>())
      if (std::optional<Sibling> sibling = match(matmul))
        families[bool(sibling->bias)][{matmul.getLhs(), getElementTypeOrSelf(matmul.getType())}].push_back(*sibling);
    for (auto &kind : families)
      for (auto &[key, family] : kind)
        if (family.size() > 1)
          merge(family);
  }

private:
  /// hewn.weight @merged : { concat of the weights along `axis` }, loaded in front of the builder.
  Value concatenate(ArrayRef<Value> parts, int64_t axis, Location location) {
    SmallVector<Type> types;
    auto first = cast<RankedTensorType>(parts.front().getType());
    SmallVector<int64_t> shape(first.getShape());
    shape[axis] = 0;
    for (Value part : parts)
      shape[axis] += cast<ShapedType>(part.getType()).getDimSize(axis);
    auto type = RankedTensorType::get(shape, first.getElementType());
    OpBuilder outer = OpBuilder::atBlockEnd(module.getBody());
    auto weight = WeightOp::create(outer, location, "merged", outer.getStringAttr("private"), type, SourceAttr());
    symbols.insert(weight);
    outer.createBlock(&weight.getBody());
    SmallVector<Value> values;
    for (Value part : parts)
      values.push_back(outer.clone(*part.getDefiningOp())->getResult(0));
    auto concat = nn::ConcatOp::create(outer, location, type, values, axis);
    ReturnOp::create(outer, location, concat.getResult());
    return LoadWeightOp::create(builder, location, type, weight.getSymName());
  }

  /// The sizes of the dynamic dimensions of `value`.
  SmallVector<Value> dynamicSizes(Value value) {
    SmallVector<Value> sizes;
    for (auto [dim, size] : llvm::enumerate(cast<ShapedType>(value.getType()).getShape()))
      if (ShapedType::isDynamic(size))
        sizes.push_back(tensor::DimOp::create(builder, value.getLoc(), value, dim));
    return sizes;
  }

  /// matmul %x, %a;  matmul %x, %b   ->   slices of matmul %x, concat(%a, %b)
  void merge(MutableArrayRef<Sibling> family) {
    SmallVector<Value> matrices, vectors;
    SmallVector<Location> locations;
    int64_t columns = 0;
    for (Sibling &sibling : family) {
      matrices.push_back(sibling.matrix);
      if (sibling.bias)
        vectors.push_back(sibling.bias);
      locations.push_back(sibling.matmul.getLoc());
      columns += sibling.columns;
    }
    nn::MatMulOp first = family.front().matmul;
    Location location = builder.getFusedLoc(locations);
    builder.setInsertionPoint(first);
    auto type = cast<RankedTensorType>(first.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = columns;
    type = RankedTensorType::get(shape, type.getElementType());
    Value matrix = concatenate(matrices, 1, location);
    Value result =
        nn::MatMulOp::create(builder, location, type, first.getLhs(), matrix, nn::MatrixLayout::Row, IntegerAttr());
    if (!vectors.empty()) {
      Value vector = concatenate(vectors, 0, location);
      Value spread = nn::BroadcastOp::create(builder, location, type, vector, dynamicSizes(result), shape);
      result = nn::ElementwiseOp::create(builder, location, type, ValueRange{result, spread}, nn::ElementwiseKind::Add,
                                         FloatAttr(), FloatAttr());
    }
    slice(family, result);
  }

  void slice(MutableArrayRef<Sibling> family, Value merged) {
    int64_t rank = cast<ShapedType>(merged.getType()).getRank();
    SmallVector<int64_t> offsets(rank, 0), steps(rank, 1);
    for (Sibling &sibling : family) {
      auto type = cast<RankedTensorType>(sibling.end->getResult(0).getType());
      auto part = nn::SliceOp::create(builder, sibling.end->getLoc(), type, merged, ValueRange(), dynamicSizes(merged),
                                      offsets, type.getShape(), steps);
      offsets.back() += sibling.columns;
      sibling.end->getResult(0).replaceAllUsesWith(part.getResult());
    }
    for (Sibling &sibling : family) {
      sibling.end->erase();
      if (sibling.bias)
        sibling.matmul.erase();
    }
  }

  ModuleOp module;
  SymbolTable symbols;
  OpBuilder builder;
};

struct MergeMatMuls final : impl::MergeMatMulsBase<MergeMatMuls> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation())) {
      Merger merger(module);
      for (func::FuncOp function : getHostFunctions(module))
        merger.run(function.getBody().front());
    }
  }
};

} // namespace
} // namespace hewn
