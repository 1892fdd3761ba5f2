// Scheduled kernels (memrefs, vectors, loops) -> LLVM dialect with the kernel ABI.
#include "KernelABI.h"
#include "hewn/Support/Errors.h"
#include "hewn/Target/CPU/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorTransforms.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Threading.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/DialectConversion.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

using namespace mlir;
using namespace hewn;

namespace hewn {
#define GEN_PASS_DEF_LOWERKERNELS
#include "hewn/Target/CPU/Passes.h.inc"
} // namespace hewn

/// Vectors of any rank -> vectors of rank 1 and the maths that LLVM has.
static LogicalResult lowerVectors(ModuleOp module) {
  MLIRContext *context = module.getContext();
  RewritePatternSet shapes(context);
  vector::populateVectorContractLoweringPatterns(shapes, vector::VectorContractLowering::OuterProduct);
  vector::populateVectorOuterProductLoweringPatterns(shapes);
  vector::populateVectorTransferPermutationMapLoweringPatterns(shapes);
  vector::populateVectorMultiReductionLoweringPatterns(shapes, vector::VectorMultiReductionLowering::InnerParallel);
  populateMathPolynomialApproximationPatterns(shapes);
  if (failed(applyPatternsGreedily(module, std::move(shapes))))
    return failure();

  RewritePatternSet ranks(context);
  vector::populateVectorInsertExtractStridedSliceTransforms(ranks);
  vector::populateVectorBroadcastLoweringPatterns(ranks);
  vector::populateVectorTransposeLoweringPatterns(ranks, vector::VectorTransposeLowering::Shuffle16x16);
  vector::populateVectorShapeCastLoweringPatterns(ranks);
  vector::populateVectorMaskOpLoweringPatterns(ranks);
  vector::populateVectorGatherLoweringPatterns(ranks);
  vector::populateVectorStepLoweringPatterns(ranks);
  populateVectorToSCFConversionPatterns(ranks, VectorTransferToSCFOptions().enableFullUnroll(true).setTargetRank(1));
  vector::populateVectorTransferLoweringPatterns(ranks, /*maxTransferRank=*/1);
  return applyPatternsGreedily(module, std::move(ranks));
}

/// Addresses become arithmetic that can be shared and hoisted.
static LogicalResult exposeAddresses(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  memref::populateExpandStridedMetadataPatterns(patterns);
  memref::populateExpandOpsPatterns(patterns);
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  populateAffineToStdConversionPatterns(patterns);
  if (failed(applyPatternsGreedily(module, std::move(patterns))))
    return failure();
  IRRewriter rewriter(module.getContext());
  DominanceInfo dominance(module);
  eliminateCommonSubExpressions(rewriter, dominance, module);
  module.walk([](LoopLikeOpInterface loop) { moveLoopInvariantCode(loop); });
  return success();
}

static LogicalResult toLLVM(ModuleOp module) {
  MLIRContext *context = module.getContext();
  RewritePatternSet control(context);
  populateSCFToControlFlowConversionPatterns(control);
  ConversionTarget branches(*context);
  branches.addIllegalDialect<scf::SCFDialect>();
  branches.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  if (failed(applyPartialConversion(module, branches, std::move(control))))
    return failure();

  LowerToLLVMOptions options(context);
  LLVMTypeConverter converter(context, options);
  RewritePatternSet patterns(context);
  populateAffineToStdConversionPatterns(patterns);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns, /*reassociateFPReductions=*/true);
  index::populateIndexToLLVMConversionPatterns(converter, patterns);
  ub::populateUBToLLVMConversionPatterns(converter, patterns);
  populateMathToLLVMConversionPatterns(converter, patterns);
  populateMathToLibmConversionPatterns(patterns, /*benefit=*/0);
  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  if (failed(applyPartialConversion(module, target, std::move(patterns))))
    return failure();
  SmallVector<UnrealizedConversionCastOp> casts;
  module.walk([&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
  SmallVector<UnrealizedConversionCastOp> remaining;
  reconcileUnrealizedCasts(casts, &remaining);
  if (!remaining.empty())
    return remaining.front().emitError() << errorText(ErrorCode::Upstream, "a value has no LLVM type");
  return success();
}

static LogicalResult lowerModule(ModuleOp module) {
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  if (failed(lowerVectors(module)) || failed(exposeAddresses(module)))
    return failure();
  SmallVector<cpu::WrapperPlan> wrappers;
  for (func::FuncOp function : functions) {
    FailureOr<cpu::WrapperPlan> plan = cpu::takePointers(function);
    if (failed(plan))
      return failure();
    wrappers.push_back(*plan);
  }
  if (failed(toLLVM(module)))
    return failure();
  for (const cpu::WrapperPlan &plan : wrappers)
    cpu::addWrapper(module, plan);
  return success();
}

namespace {
struct LowerKernels final : hewn::impl::LowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    SmallVector<func::FuncOp> kernels;
    for (auto function : module.getOps<func::FuncOp>())
      if (function->hasAttr("hewn.kernel"))
        kernels.push_back(function);

    std::vector<OwningOpRef<ModuleOp>> parts(kernels.size());
    SmallVector<Operation *> old;
    for (size_t index = 0; index < kernels.size(); ++index) {
      func::FuncOp kernel = kernels[index];
      OwningOpRef<ModuleOp> &part = parts[index];
      part = ModuleOp::create(kernel.getLoc());
      OpBuilder builder = OpBuilder::atBlockEnd(part->getBody());
      builder.clone(*kernel);
      old.push_back(kernel);
      auto extent = symbols.lookup<func::FuncOp>((kernel.getName() + "__extent").str());
      if (!extent) {
        kernel.emitOpError() << "has no function that gives its number of iterations (@" << kernel.getName()
                             << "__extent)";
        return signalPassFailure();
      }
      builder.clone(*extent);
      old.push_back(extent);
      // Constants that bufferization made globals of.
      llvm::StringSet<> globals;
      kernel.walk([&](memref::GetGlobalOp get) {
        if (globals.insert(get.getName()).second)
          OpBuilder::atBlockBegin(part->getBody()).clone(*symbols.lookup(get.getName()));
      });
    }
    if (failed(failableParallelForEach(&getContext(), parts,
                                       [](OwningOpRef<ModuleOp> &part) { return lowerModule(*part); })))
      return signalPassFailure();

    for (Operation *op : old)
      symbols.erase(op);
    for (OwningOpRef<ModuleOp> &part : parts)
      for (Operation &op : llvm::make_early_inc_range(part->getBody()->getOperations())) {
        if (symbols.lookup(SymbolTable::getSymbolName(&op)) && !isa<LLVM::LLVMFuncOp>(op))
          continue; // a shared global is there already
        if (auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
            function && function.isExternal() && symbols.lookup(function.getName()))
          continue; // a declaration of libm
        op.remove();
        symbols.insert(&op);
      }
    // Globals that only kernels read.
    for (auto global : llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
      if (SymbolTable::symbolKnownUseEmpty(global, module))
        symbols.erase(global);
  }
};
} // namespace
