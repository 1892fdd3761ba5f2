// The plain recipe: upstream bufferization and scalar loops, one op after the other, one iteration of the range. It
// takes every op and type, and is the reference of the faster recipes.
#include "Schedule.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

/// Static temporaries become views of one scratch argument (or of the stack while small); dynamic ones are allocated.
static void placeTemporaries(func::FuncOp kernel) {
  constexpr int64_t kStackBytes = 16 << 10;
  SmallVector<memref::AllocOp> fixed;
  int64_t bytes = 0;
  kernel.walk([&](memref::AllocOp op) {
    MemRefType type = op.getType();
    if (!type.hasStaticShape()) {
      OpBuilder builder(op->getBlock()->getTerminator());
      memref::DeallocOp::create(builder, op.getLoc(), op);
      return;
    }
    fixed.push_back(op);
    int64_t width = type.getElementType().isIndex() ? 64 : type.getElementTypeBitWidth();
    bytes += llvm::alignTo(type.getNumElements() * llvm::divideCeil(width, 8), 64);
  });
  if (fixed.empty())
    return;
  OpBuilder builder(kernel.getBody());
  Location loc = kernel.getLoc();
  auto block = MemRefType::get({bytes}, builder.getI8Type());
  Value scratch;
  if (bytes <= kStackBytes) {
    scratch = memref::AllocaOp::create(builder, loc, block, builder.getI64IntegerAttr(64));
  } else {
    unsigned position = kernel.getNumArguments();
    (void)kernel.insertArgument(
        position, block,
        builder.getDictionaryAttr({builder.getNamedAttr(kAccessAttr, builder.getStringAttr("scratch")),
                                   builder.getNamedAttr(kAlignAttr, builder.getI64IntegerAttr(64))}),
        loc);
    scratch = kernel.getArgument(position);
  }
  int64_t offset = 0;
  for (memref::AllocOp op : fixed) {
    Value at = arith::ConstantIndexOp::create(builder, loc, offset);
    Value view = memref::ViewOp::create(builder, loc, op.getType(), scratch, at, ValueRange());
    int64_t width = op.getType().getElementType().isIndex() ? 64 : op.getType().getElementTypeBitWidth();
    offset += llvm::alignTo(op.getType().getNumElements() * llvm::divideCeil(width, 8), 64);
    op.replaceAllUsesWith(view);
    op.erase();
  }
}

/// memref.copy and linalg ops become loops.
static LogicalResult lowerToLoops(func::FuncOp kernel) {
  IRRewriter rewriter(kernel.getContext());
  SmallVector<memref::CopyOp> copies;
  kernel.walk([&](memref::CopyOp op) { copies.push_back(op); });
  for (memref::CopyOp op : copies) {
    rewriter.setInsertionPoint(op);
    if (op.getSource() != op.getTarget())
      linalg::makeMemRefCopyOp(rewriter, op.getLoc(), op.getSource(), op.getTarget());
    rewriter.eraseOp(op);
  }
  SmallVector<linalg::LinalgOp> ops;
  kernel.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  for (linalg::LinalgOp op : ops) {
    rewriter.setInsertionPoint(op);
    if (failed(linalg::linalgOpToLoops(rewriter, op)))
      return op.emitError("does not lower to loops");
    rewriter.eraseOp(op);
  }
  return success();
}

/// Moves the body into `for i = begin to end`: the range has one iteration, and whoever gets it does the work.
static void wrapInRange(func::FuncOp kernel) {
  auto [begin, end] = addRange(kernel);
  Block &entry = kernel.getBody().front();
  OpBuilder builder(entry.getTerminator());
  Location loc = kernel.getLoc();
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  auto loop = scf::ForOp::create(builder, loc, begin, end, one);
  SmallVector<Operation *> body;
  for (Operation &op : entry.without_terminator())
    if (&op != loop && &op != one.getDefiningOp() && !isa<memref::AllocaOp>(op))
      body.push_back(&op);
  for (Operation *op : body)
    op->moveBefore(loop.getBody()->getTerminator());
}

FailureOr<func::FuncOp> hewn::cpu::applyPlain(func::FuncOp kernel) {
  if (failed(lowerNNToLinalg(kernel)) || failed(fuseAndResolve(kernel)))
    return failure();
  FailureOr<func::FuncOp> extent = makeExtent(kernel, {});
  if (failed(extent))
    return failure();
  bufferization::OneShotBufferizationOptions options;
  options.allowUnknownOps = true;
  bufferization::BufferizationState state;
  if (failed(bufferization::runOneShotBufferize(kernel, options, state)) || failed(lowerToLoops(kernel)))
    return failure();
  placeTemporaries(kernel);
  wrapInRange(kernel);
  return extent;
}
