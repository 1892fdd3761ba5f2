// Lowers nn ops to linalg on tensors, and drops the signedness of element types.
#include "Lowering.h"
#include "hewn/Conversion/NNToLinalg/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hewn {
#define GEN_PASS_DEF_NNTOLINALG
#include "hewn/Conversion/NNToLinalg/Passes.h.inc"
} // namespace hewn

using namespace mlir;
using namespace hewn;
using namespace hewn::nn;

namespace {
/// tensor.dim (cast %x)  ->  tensor.dim %x
struct DimOfCast final : OpRewritePattern<tensor::DimOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::DimOp dim, PatternRewriter &rewriter) const override {
    auto cast = dim.getSource().getDefiningOp<UnrealizedConversionCastOp>();
    if (!cast || cast.getInputs().size() != 1)
      return failure();
    rewriter.modifyOpInPlace(dim, [&] { dim.getSourceMutable().assign(cast.getInputs()[0]); });
    return success();
  }
};
} // namespace

void hewn::populateNNToLinalgPatterns(RewritePatternSet &patterns) {
  populateElementwisePatterns(patterns);
  populateContractionPatterns(patterns);
  populateRowPatterns(patterns);
  populateStructurePatterns(patterns);
  populateIndexedPatterns(patterns);
  populateResamplePatterns(patterns);
  populateScanPatterns(patterns);
  populateConvTransposePatterns(patterns);
}

/// Function arguments lose their signedness; nn ops see a cast of the tensor they had.
static void dropSignedness(func::FuncOp function) {
  Block &entry = function.getBody().front();
  for (BlockArgument argument : entry.getArguments()) {
    Type plain = signless(argument.getType());
    if (plain == argument.getType())
      continue;
    argument.setType(plain);
    for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
      auto toTensor = dyn_cast<bufferization::ToTensorOp>(user);
      if (!toTensor)
        continue;
      OpBuilder builder(toTensor);
      builder.setInsertionPointAfter(toTensor);
      Type old = toTensor.getType();
      toTensor.getResult().setType(cast<bufferization::TensorLikeType>(signless(old)));
      auto castBack = UnrealizedConversionCastOp::create(builder, toTensor.getLoc(), old, toTensor.getResult());
      toTensor.getResult().replaceAllUsesExcept(castBack.getResult(0), castBack);
    }
  }
  function.walk([&](bufferization::MaterializeInDestinationOp op) {
    OpBuilder builder(op);
    op.getSourceMutable().assign(signless(builder, op.getLoc(), op.getSource()));
  });
  SmallVector<Type> inputs(entry.getArgumentTypes());
  function.setType(FunctionType::get(function.getContext(), inputs, function.getResultTypes()));
}

LogicalResult hewn::lowerNNToLinalg(func::FuncOp function, bool skipAttention) {
  dropSignedness(function);
  RewritePatternSet patterns(function.getContext());
  populateNNToLinalgPatterns(patterns);
  patterns.add<DimOfCast>(function.getContext());
  GreedyRewriteConfig config;
  config.enableFolding(false).setUseTopDownTraversal(true).setRegionSimplificationLevel(
      GreedySimplifyRegionLevel::Disabled);
  SmallVector<Operation *> roots;
  function.walk([&](Operation *op) {
    if (!(skipAttention && isa<AttentionOp>(op)) && (isa<NNDialect>(op->getDialect()) || isa<tensor::DimOp>(op)))
      roots.push_back(op);
  });
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  if (failed(applyOpPatternsGreedily(roots, std::move(patterns), config)))
    return function.emitError("nn-to-linalg does not converge");
  // Casts between signed and signless forms of one value are left over; drop them.
  function.walk([&](UnrealizedConversionCastOp op) {
    if (op.getInputs().size() != 1)
      return;
    for (Operation *user : llvm::make_early_inc_range(op->getUsers()))
      if (auto back = dyn_cast<UnrealizedConversionCastOp>(user);
          back && back.getResult(0).getType() == op.getInputs()[0].getType())
        back.getResult(0).replaceAllUsesWith(op.getInputs()[0]);
  });
  SmallVector<Operation *> all;
  function.walk([&](Operation *op) { all.push_back(op); });
  for (Operation *op :
       llvm::reverse(ArrayRef(all).drop_back())) // users come after their operands, parents after children
    if (op->getBlock() == &function.getBody().front() && isOpTriviallyDead(op))
      op->erase();
  WalkResult left = function.walk([&](Operation *op) -> WalkResult {
    if (!isa_and_nonnull<NNDialect>(op->getDialect()) || (skipAttention && isa<AttentionOp>(op)))
      return WalkResult::advance();
    op->emitOpError("has no lowering to linalg for these operands");
    return WalkResult::interrupt();
  });
  return failure(left.wasInterrupted());
}

namespace {
struct NNToLinalg final : hewn::impl::NNToLinalgBase<NNToLinalg> {
  using NNToLinalgBase::NNToLinalgBase;
  void runOnOperation() override {
    if (getOperation().isDeclaration())
      return;
    if (failed(lowerNNToLinalg(getOperation(), skipAttention)))
      signalPassFailure();
  }
};
} // namespace
