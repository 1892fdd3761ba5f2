// Concats and zero pads become views of one buffer, from the last launch to the first.
// Requires host functions on memrefs, straight-line; leaves launches whose buffers do not qualify.
#include "Helpers.h"
#include "hewn/Stage/Buffers/HostBuffers.h"
#include "hewn/Stage/Buffers/Passes.h"
#include "hewn/Stage/Place/TargetModules.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;

namespace hewn {
#define GEN_PASS_DEF_DISSOLVE
#include "hewn/Stage/Buffers/Passes.h.inc"

namespace {

constexpr llvm::StringLiteral kDissolve = "hewn.dissolve";

class Dissolver {
public:
  Dissolver(func::FuncOp function, ModuleOp module)
      : block(function.getBody().front()), module(module), symbols(module) {}

  void run() {
    SmallVector<LaunchOp> launches;
    for (auto launch : block.getOps<LaunchOp>())
      if (launch->hasAttr(kDissolve))
        launches.push_back(launch);
    for (LaunchOp launch : llvm::reverse(launches)) {
      auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
      for (Operation &op : kernel.getBody().front()) {
        if (auto concat = dyn_cast<nn::ConcatOp>(op)) {
          dissolveConcat(launch, concat);
          break;
        }
        if (auto pad = dyn_cast<nn::PadOp>(op)) {
          dissolvePad(launch, pad);
          break;
        }
      }
    }
  }

private:
  /// The buffer that a launch passes for argument `value` of its kernel.
  static Value operandFor(LaunchOp launch, Value value) {
    unsigned number = cast<BlockArgument>(value).getArgNumber() - launch.getDims().size();
    return launch.getInputs()[number];
  }

  /// The alloc of a buffer that may live inside another one: launches alone use it and its subviews. Other views know
  /// its strides.
  static memref::AllocOp movable(Value buffer) {
    auto alloc = buffer.getDefiningOp<memref::AllocOp>();
    if (!alloc)
      return {};
    for (Value alias : aliasesOf(alloc))
      if (!llvm::all_of(alias.getUsers(), llvm::IsaPred<LaunchOp, memref::SubViewOp>))
        return {};
    return alloc;
  }

  /// Replaces `part` by the box of `whole` at `offsets`, and keeps views of it right.
  void moveInto(memref::AllocOp part, Value whole, ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes) {
    moveUp(whole, part);
    OpBuilder builder(part);
    SmallVector<OpFoldResult> ones(sizes.size(), builder.getIndexAttr(1));
    Value view = memref::SubViewOp::create(builder, part.getLoc(), whole, offsets, sizes, ones);
    replaceBuffer(part, view);
    part.erase();
  }

  /// Replaces all uses; subviews infer their types anew.
  static void replaceBuffer(Value from, Value to) {
    for (OpOperand &use : llvm::make_early_inc_range(from.getUses())) {
      auto view = dyn_cast<memref::SubViewOp>(use.getOwner());
      if (!view) {
        use.set(to);
        continue;
      }
      OpBuilder builder(view);
      Value again = memref::SubViewOp::create(builder, view.getLoc(), to, view.getMixedOffsets(), view.getMixedSizes(),
                                              view.getMixedStrides());
      replaceBuffer(view, again);
      view.erase();
    }
  }

  /// launch @concat ins(%a, %b) outs(%w)   ->   %a, %b = subviews of %w; parts that cannot move are copied there
  void dissolveConcat(LaunchOp launch, nn::ConcatOp concat) {
    Value whole = launch.getInits().front();
    int64_t axis = concat.getAxis();
    SmallVector<Value> parts;
    for (Value input : concat.getInputs()) {
      if (!isa<BlockArgument>(input))
        return; // a constant part
      parts.push_back(operandFor(launch, input));
    }
    if (llvm::none_of(parts, [](Value part) { return bool(movable(part)); }))
      return;
    Builder attrs(launch.getContext());
    int64_t rank = cast<MemRefType>(whole.getType()).getRank();
    SmallVector<OpFoldResult> offsets(rank, attrs.getIndexAttr(0));
    OpBuilder builder(launch);
    for (size_t index = 0; index < parts.size(); ++index) {
      Value part = parts[index];
      SmallVector<OpFoldResult> sizes = sizesOf(part);
      if (memref::AllocOp alloc = movable(part)) {
        moveInto(alloc, whole, offsets, sizes);
        // The same value listed again is a copy of the first.
        Value moved = launchOperandAfter(launch, concat.getInputs()[index]);
        std::replace(parts.begin() + index + 1, parts.end(), part, moved);
      } else {
        SmallVector<OpFoldResult> ones(rank, attrs.getIndexAttr(1));
        Value view = memref::SubViewOp::create(builder, launch.getLoc(), whole, offsets, sizes, ones);
        LaunchOp copy = makeCopy(builder, module, launch.getLoc(), part, view);
        copy->setAttr("hewn.nodes",
                      launch->getAttr("hewn.nodes") ? launch->getAttr("hewn.nodes") : attrs.getArrayAttr({}));
      }
      offsets[axis] = add(block, launch.getLoc(), offsets[axis], sizes[axis]);
    }
    launch.erase();
  }

  static Value launchOperandAfter(LaunchOp launch, Value argument) { return operandFor(launch, argument); }

  /// launch @pad ins(%x) outs(%p)   ->   %x = the interior of %p, whose border is zeroed before %x is written
  void dissolvePad(LaunchOp launch, nn::PadOp pad) {
    auto whole = launch.getInits().front().getDefiningOp<memref::AllocOp>();
    memref::AllocOp part = movable(operandFor(launch, pad.getInput()));
    // Fills want contiguous memory, and a zero in a constant.
    if (!whole || !part || !part.getType().getElementType().isSignlessIntOrFloat())
      return;
    Operation *writer = firstUser(part);
    if (!writer)
      return;
    Builder attrs(launch.getContext());
    SmallVector<OpFoldResult> offsets, sizes = sizesOf(part);
    for (int64_t low : pad.getLow())
      offsets.push_back(attrs.getIndexAttr(low));
    moveUp(whole, part);
    fillBorder(launch, pad, whole, writer);
    moveInto(part, whole, offsets, sizes);
    launch.erase();
  }

  Operation *firstUser(Value buffer) {
    Operation *first = nullptr;
    for (Value alias : aliasesOf(buffer))
      for (Operation *user : alias.getUsers())
        if (isa<LaunchOp>(user) && (!first || user->isBeforeInBlock(first)))
          first = user;
    return first;
  }

  /// Zeroes the border of `whole` in front of `writer`: for each padded side of dimension d, rows (the dimensions
  /// outside d) of side * (product of the dimensions inside d) contiguous elements.
  void fillBorder(LaunchOp launch, nn::PadOp pad, memref::AllocOp whole, Operation *writer) {
    SmallVector<OpFoldResult> sizes = sizesOf(whole);
    Builder attrs(launch.getContext());
    for (auto [dim, low, high] : llvm::enumerate(pad.getLow(), pad.getHigh())) {
      OpFoldResult rows = multiply(block, launch.getLoc(), ArrayRef(sizes).take_front(dim));
      OpFoldResult inner = multiply(block, launch.getLoc(), ArrayRef(sizes).drop_front(dim + 1));
      OpFoldResult pitch = multiply(block, launch.getLoc(), {sizes[dim], inner});
      if (low > 0)
        fillRows(launch, whole, writer, attrs.getIndexAttr(0), rows,
                 multiply(block, launch.getLoc(), {attrs.getIndexAttr(low), inner}), pitch);
      if (high > 0) {
        OpFoldResult length = multiply(block, launch.getLoc(), {attrs.getIndexAttr(high), inner});
        OpFoldResult offset =
            add(block, launch.getLoc(), pitch, multiply(block, launch.getLoc(), {attrs.getIndexAttr(-1), length}));
        fillRows(launch, whole, writer, offset, rows, length, pitch);
      }
    }
  }

  void fillRows(LaunchOp launch, Value whole, Operation *writer, OpFoldResult offset, OpFoldResult rows,
                OpFoldResult length, OpFoldResult pitch) {
    OpBuilder scalars = atScalars(block), builder(writer);
    auto value = [&](OpFoldResult size) { return getValueOrCreateConstantIndexOp(scalars, launch.getLoc(), size); };
    Value sizes[] = {value(rows), value(length)};
    // Sizes and strides stay dynamic in the type, so that one kernel fills every border.
    auto layout = StridedLayoutAttr::get(launch.getContext(), ShapedType::kDynamic, {ShapedType::kDynamic, 1});
    auto type = MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic},
                                cast<MemRefType>(whole.getType()).getElementType(), layout);
    Value view = memref::ReinterpretCastOp::create(builder, launch.getLoc(), type, whole, OpFoldResult(value(offset)),
                                                   ArrayRef<OpFoldResult>{sizes[0], sizes[1]},
                                                   ArrayRef<OpFoldResult>{value(pitch), builder.getIndexAttr(1)});
    LaunchOp fill = makeFill(builder, module, launch.getLoc(), sizes, view);
    if (Attribute nodes = launch->getAttr("hewn.nodes"))
      fill->setAttr("hewn.nodes", nodes);
  }

  Block &block;
  ModuleOp module;
  SymbolTable symbols;
};

struct Dissolve final : impl::DissolveBase<Dissolve> {
  void runOnOperation() override {
    for (ModuleOp module : getTargetModules(getOperation()))
      for (func::FuncOp function : getHostFunctions(module))
        Dissolver(function, module).run();
  }
};

} // namespace
} // namespace hewn
