// Questions about buffers of a host function.
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace hewn;

bool hewn::isScalarOp(Operation &op) {
  if (isa<GuardOp>(op))
    return true;
  if (auto dim = dyn_cast<memref::DimOp>(op))
    return isa<BlockArgument>(dim.getSource());
  return isa_and_nonnull<arith::ArithDialect, affine::AffineDialect>(op.getDialect()) && op.getNumRegions() == 0 &&
         llvm::none_of(op.getResultTypes(), llvm::IsaPred<ShapedType>);
}

void hewn::hoistScalars(Block &block) {
  Operation *last = nullptr;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isScalarOp(op))
      continue;
    if (last)
      op.moveAfter(last);
    else
      op.moveBefore(&block, block.begin());
    last = &op;
  }
}

OpBuilder hewn::atScalars(Block &block) {
  auto at = block.begin();
  while (at != block.end() && isScalarOp(*at))
    ++at;
  return OpBuilder(&block, at);
}

Value hewn::rootOf(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  return buffer;
}

SmallVector<Value> hewn::aliasesOf(Value root) {
  SmallVector<Value> aliases{root};
  for (size_t index = 0; index < aliases.size(); ++index)
    for (Operation *user : aliases[index].getUsers())
      if (auto view = dyn_cast<ViewLikeOpInterface>(user); view && view.getViewSource() == aliases[index])
        llvm::append_range(aliases, user->getResults());
  return aliases;
}

/// The index argument that is the size of dimension `dim` of an argument, by the dimension's name.
static OpFoldResult argumentSize(BlockArgument argument, unsigned dim) {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  auto names = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), kDimsAttr);
  for (BlockArgument other : argument.getOwner()->getArguments())
    if (names && function.getArgAttr(other.getArgNumber(), kDimAttr) == names[dim])
      return other;
  // The size of an output that has no name among the inputs' sizes.
  OpBuilder builder = atScalars(*argument.getOwner());
  return memref::DimOp::create(builder, argument.getLoc(), argument, dim).getResult();
}

OpFoldResult hewn::sizeOf(Value buffer, unsigned dim) {
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.isDynamicDim(dim))
    return Builder(type.getContext()).getIndexAttr(type.getDimSize(dim));
  if (auto alloc = buffer.getDefiningOp<memref::AllocOp>())
    return alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)];
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>())
    return view.getMixedSizes()[dim];
  if (auto view = buffer.getDefiningOp<memref::ReinterpretCastOp>())
    return view.getMixedSizes()[dim];
  if (auto view = buffer.getDefiningOp<memref::ViewOp>())
    return view.getSizes()[type.getDynamicDimIndex(dim)];
  if (auto argument = dyn_cast<BlockArgument>(buffer))
    return argumentSize(argument, dim);
  return {};
}

SmallVector<OpFoldResult> hewn::sizesOf(Value buffer) {
  SmallVector<OpFoldResult> sizes;
  for (int64_t dim = 0, rank = cast<MemRefType>(buffer.getType()).getRank(); dim < rank; ++dim)
    sizes.push_back(sizeOf(buffer, dim));
  return sizes;
}

OpFoldResult hewn::multiply(Block &block, Location location, ArrayRef<OpFoldResult> values) {
  OpBuilder builder = atScalars(block);
  int64_t known = 1;
  Value dynamic;
  for (OpFoldResult value : values) {
    if (std::optional<int64_t> number = getConstantIntValue(value))
      known *= *number;
    else if (!dynamic)
      dynamic = cast<Value>(value);
    else
      dynamic = arith::MulIOp::create(builder, location, dynamic, cast<Value>(value));
  }
  if (!dynamic || known == 0)
    return builder.getIndexAttr(known);
  if (known == 1)
    return dynamic;
  return arith::MulIOp::create(builder, location, dynamic, arith::ConstantIndexOp::create(builder, location, known))
      .getResult();
}

OpFoldResult hewn::add(Block &block, Location location, OpFoldResult a, OpFoldResult b) {
  std::optional<int64_t> left = getConstantIntValue(a), right = getConstantIntValue(b);
  OpBuilder builder = atScalars(block);
  if (left && right)
    return builder.getIndexAttr(*left + *right);
  if (left && *left == 0)
    return b;
  if (right && *right == 0)
    return a;
  return arith::AddIOp::create(builder, location, getValueOrCreateConstantIndexOp(builder, location, a),
                               getValueOrCreateConstantIndexOp(builder, location, b))
      .getResult();
}

SmallVector<OpFoldResult> hewn::stridesOf(Block &block, Value buffer) {
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>()) {
    SmallVector<OpFoldResult> strides = stridesOf(block, view.getSource());
    for (auto [stride, step] : llvm::zip_equal(strides, view.getMixedStrides()))
      stride = multiply(block, view.getLoc(), {stride, step});
    return strides;
  }
  if (auto view = buffer.getDefiningOp<memref::ReinterpretCastOp>())
    return view.getMixedStrides();
  SmallVector<OpFoldResult> strides, sizes = sizesOf(buffer);
  for (size_t dim = 0; dim < sizes.size(); ++dim)
    strides.push_back(multiply(block, buffer.getLoc(), ArrayRef(sizes).drop_front(dim + 1)));
  return strides;
}

OpFoldResult hewn::offsetOf(Block &block, Value buffer) {
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>()) {
    OpFoldResult offset = offsetOf(block, view.getSource());
    for (auto [stride, step] : llvm::zip_equal(stridesOf(block, view.getSource()), view.getMixedOffsets()))
      offset = add(block, view.getLoc(), offset, multiply(block, view.getLoc(), {stride, step}));
    return offset;
  }
  if (auto view = buffer.getDefiningOp<memref::ReinterpretCastOp>())
    return view.getMixedOffsets()[0];
  return Builder(buffer.getContext()).getIndexAttr(0);
}

void hewn::moveUp(Value buffer, Operation *before) {
  Operation *def = buffer.getDefiningOp();
  if (!def || def->getBlock() != before->getBlock() || def->isBeforeInBlock(before))
    return;
  if (auto view = dyn_cast<ViewLikeOpInterface>(def))
    moveUp(view.getViewSource(), before);
  def->moveBefore(before);
}
