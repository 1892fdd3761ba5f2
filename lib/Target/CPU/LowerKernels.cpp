// Scheduled kernels to the LLVM dialect: an internal body with noalias pointers, and the wrapper of the kernel ABI.
#include "Schedule.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/IR/Threading.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace hewn {
#define GEN_PASS_DEF_CPULOWERKERNELS
#include "hewn/Target/CPU/Passes.h.inc"
} // namespace hewn

using namespace mlir;
using namespace hewn;
using namespace hewn::cpu;

namespace {
/// Lowers one kernel or extent function.
class Lowering {
public:
  Lowering(func::FuncOp function, const Machine &machine)
      : function(function), machine(machine), builder(function.getContext()), loc(function.getLoc()),
        options(function.getContext()), converter(function.getContext(), options),
        pointer(LLVM::LLVMPointerType::get(function.getContext())), i64(builder.getI64Type()) {}

  /// Makes @k (wrapper) and @k__body behind the function, and erases it.
  void makeKernel();
  /// Makes llvm.func @k__extent(ptr) -> i64 and erases the function.
  void makeExtent();
  /// The new functions that still hold upstream ops.
  LLVM::LLVMFuncOp body;

private:
  Value loadAt(Value base, int64_t index, Type type) {
    Value at = LLVM::GEPOp::create(builder, loc, pointer, type, base, ArrayRef<LLVM::GEPArg>{(int32_t)index});
    return LLVM::LoadOp::create(builder, loc, type, at);
  }
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(value));
  }
  Value toIndex(Value value) {
    return UnrealizedConversionCastOp::create(builder, loc, builder.getIndexType(), value).getResult(0);
  }
  Value describe(MemRefType type, Value address, ArrayRef<Value> sizes, ArrayRef<Value> strides);
  void setAttributes(LLVM::LLVMFuncOp made);

  func::FuncOp function;
  const Machine &machine;
  OpBuilder builder;
  Location loc;
  LowerToLLVMOptions options;
  LLVMTypeConverter converter;
  Type pointer, i64;
};
} // namespace

void Lowering::setAttributes(LLVM::LLVMFuncOp made) {
  std::string width = std::to_string(machine.vectorBits);
  auto pair = [&](StringRef name) { return builder.getStrArrayAttr({name, width}); };
  made.setPassthroughAttr(builder.getArrayAttr(
      {pair("prefer-vector-width"), pair("min-legal-vector-width"), builder.getStringAttr("nounwind")}));
}

/// A memref descriptor whose static parts are constants; an identity layout's strides follow from the sizes.
Value Lowering::describe(MemRefType type, Value address, ArrayRef<Value> sizes, ArrayRef<Value> strides) {
  Type converted = converter.convertType(type);
  MemRefDescriptor descriptor = MemRefDescriptor::poison(builder, loc, converted);
  descriptor.setAllocatedPtr(builder, loc, address);
  descriptor.setAlignedPtr(builder, loc, address);
  descriptor.setConstantOffset(builder, loc, 0);
  SmallVector<Value> all;
  unsigned nextSize = 0, nextStride = 0;
  for (int64_t size : type.getShape())
    all.push_back(ShapedType::isDynamic(size) ? sizes[nextSize++] : constant(size));
  for (auto [index, size] : llvm::enumerate(all))
    descriptor.setSize(builder, loc, index, size);
  if (auto layout = dyn_cast<StridedLayoutAttr>(type.getLayout())) {
    for (auto [index, stride] : llvm::enumerate(layout.getStrides()))
      descriptor.setStride(builder, loc, index,
                           ShapedType::isDynamic(stride) ? strides[nextStride++] : constant(stride));
  } else {
    Value stride = constant(1);
    for (int64_t index = type.getRank() - 1; index >= 0; --index) {
      descriptor.setStride(builder, loc, index, stride);
      if (index)
        stride = LLVM::MulOp::create(builder, loc, stride, all[index]);
    }
  }
  return UnrealizedConversionCastOp::create(builder, loc, type, Value(descriptor)).getResult(0);
}

void Lowering::makeKernel() {
  // Body: pointers, then launch dims, then sizes and strides per memref, then the range.
  unsigned count = function.getNumArguments();
  SmallVector<Type> pointers, numbers;
  SmallVector<unsigned> memrefs, indices;
  SmallVector<int64_t> dynamicSizes, dynamicStrides;
  for (unsigned i = 0; i < count; ++i) {
    auto type = dyn_cast<MemRefType>(function.getArgument(i).getType());
    if (!type) {
      indices.push_back(i);
      continue;
    }
    memrefs.push_back(i);
    dynamicSizes.push_back(type.getNumDynamicDims());
    auto layout = dyn_cast<StridedLayoutAttr>(type.getLayout());
    dynamicStrides.push_back(layout ? llvm::count(layout.getStrides(), ShapedType::kDynamic) : 0);
  }
  int64_t dims = indices.size() - 2;
  for (auto [sizes, strides] : llvm::zip_equal(dynamicSizes, dynamicStrides))
    dims += sizes + strides;
  SmallVector<Type> types(memrefs.size(), pointer);
  types.append(dims + 2, i64);
  Type nothing = LLVM::LLVMVoidType::get(function.getContext());

  builder.setInsertionPoint(function);
  std::string name = function.getName().str();
  body = LLVM::LLVMFuncOp::create(builder, loc, name + "__body", LLVM::LLVMFunctionType::get(nothing, types),
                                  LLVM::Linkage::Internal);
  body.setNoInline(true);
  setAttributes(body);
  for (auto [position, argument] : llvm::enumerate(memrefs)) {
    auto align = function.getArgAttrOfType<IntegerAttr>(argument, kAlignAttr);
    auto type = cast<MemRefType>(function.getArgument(argument).getType());
    int64_t known = align ? align.getInt() : std::max<int64_t>(1, type.getElementTypeBitWidth() / 8);
    body.setArgAttr(position, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
    body.setArgAttr(position, LLVM::LLVMDialect::getAlignAttrName(), builder.getI64IntegerAttr(known));
    body.setArgAttr(position, LLVM::LLVMDialect::getNonNullAttrName(), builder.getUnitAttr());
  }
  Block *entry = body.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  SmallVector<Value> replacements(count);
  unsigned next = memrefs.size();
  for (unsigned i = 0; i + 2 < indices.size(); ++i)
    replacements[indices[i]] = toIndex(entry->getArgument(next++));
  for (auto [position, argument] : llvm::enumerate(memrefs)) {
    SmallVector<Value> sizes, strides;
    for (int64_t i = 0; i < dynamicSizes[position]; ++i)
      sizes.push_back(entry->getArgument(next++));
    for (int64_t i = 0; i < dynamicStrides[position]; ++i)
      strides.push_back(entry->getArgument(next++));
    auto type = cast<MemRefType>(function.getArgument(argument).getType());
    replacements[argument] = describe(type, entry->getArgument(position), sizes, strides);
  }
  for (unsigned i = indices.size() - 2; i < indices.size(); ++i)
    replacements[indices[i]] = toIndex(entry->getArgument(next++));

  // Move the blocks over; the old entry's operations go behind the descriptors.
  Block &old = function.getBody().front();
  for (auto [argument, replacement] : llvm::zip_equal(old.getArguments(), replacements))
    argument.replaceAllUsesWith(replacement);
  entry->getOperations().splice(entry->end(), old.getOperations());
  Region &region = body.getBody();
  while (function.getBody().getBlocks().size() > 1)
    std::next(function.getBody().begin())->moveBefore(&region, region.end());
  for (Operation &op : llvm::make_early_inc_range(region.getOps()))
    if (isa<func::ReturnOp>(op)) {
      builder.setInsertionPoint(&op);
      LLVM::ReturnOp::create(builder, loc, ValueRange());
      op.erase();
    }

  builder.setInsertionPoint(function);
  auto wrapper = LLVM::LLVMFuncOp::create(builder, loc, name + "__wrapper",
                                          LLVM::LLVMFunctionType::get(nothing, {pointer, pointer, i64, i64}));
  setAttributes(wrapper);
  wrapper.setVisibility_(LLVM::Visibility::Hidden);
  Block *start = wrapper.addEntryBlock(builder);
  builder.setInsertionPointToStart(start);
  SmallVector<Value> operands;
  for (unsigned i = 0; i < memrefs.size(); ++i)
    operands.push_back(loadAt(start->getArgument(0), i, pointer));
  for (int64_t i = 0; i < dims; ++i)
    operands.push_back(loadAt(start->getArgument(1), i, i64));
  operands.push_back(start->getArgument(2));
  operands.push_back(start->getArgument(3));
  LLVM::CallOp::create(builder, loc, body, operands);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  function.erase();
  wrapper.setName(name);
}

void Lowering::makeExtent() {
  builder.setInsertionPoint(function);
  std::string name = function.getName().str();
  body = LLVM::LLVMFuncOp::create(builder, loc, name + "__new", LLVM::LLVMFunctionType::get(i64, {pointer}));
  body.setVisibility_(LLVM::Visibility::Hidden);
  Block *entry = body.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  Block &old = function.getBody().front();
  for (auto [index, argument] : llvm::enumerate(old.getArguments()))
    argument.replaceAllUsesWith(toIndex(loadAt(entry->getArgument(0), index, i64)));
  entry->getOperations().splice(entry->end(), old.getOperations());
  auto last = cast<func::ReturnOp>(entry->getTerminator());
  builder.setInsertionPoint(last);
  Value result = UnrealizedConversionCastOp::create(builder, loc, i64, last.getOperand(0)).getResult(0);
  LLVM::ReturnOp::create(builder, loc, result);
  last.erase();
  function.erase();
  body.setName(name);
}

/// Vectors of higher rank, masks, maths: everything that must go before LLVM.
static LogicalResult expand(LLVM::LLVMFuncOp function) {
  RewritePatternSet patterns(function.getContext());
  // Narrow floats compute in f32; then polynomials for f32 scalars and vectors.
  auto always = [](StringRef) { return true; };
  populateMathF32ExpansionPatterns(patterns, always);
  populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
    // Kept as calls: their approximations lose accuracy near zeros or for large arguments.
    return !llvm::is_contained({"sin", "cos", "asin", "acos", "log1p"}, name.split('.').second);
  });
  math::populateExpansionPatterns(patterns, {"sinh", "cosh", "tan", "asinh", "acosh", "atanh", "ceil", "rsqrt"});
  arith::populateCeilFloorDivExpandOpsPatterns(patterns);
  arith::populateExpandBFloat16Patterns(patterns);
  vector::populateVectorBroadcastLoweringPatterns(patterns);
  vector::populateVectorTransposeLoweringPatterns(patterns, vector::VectorTransposeLowering::Shuffle16x16);
  vector::populateVectorShapeCastLoweringPatterns(patterns);
  vector::populateVectorMaskOpLoweringPatterns(patterns);
  vector::populateVectorStepLoweringPatterns(patterns);
  return applyPatternsGreedily(function, std::move(patterns));
}

static LogicalResult convert(LLVM::LLVMFuncOp function) {
  MLIRContext *context = function.getContext();
  LowerToLLVMOptions options(context);
  LLVMTypeConverter converter(context, options);
  RewritePatternSet patterns(context);
  arith::populateArithExpandOpsPatterns(patterns);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  index::populateIndexToLLVMConversionPatterns(converter, patterns);
  populateMathToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  ub::populateUBToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns, /*reassociateFPReductions=*/true);
  LLVMConversionTarget target(*context);
  target.addLegalOp<LLVM::LLVMFuncOp>();
  if (failed(applyPartialConversion(function, target, std::move(patterns))))
    return failure();
  SmallVector<UnrealizedConversionCastOp> casts;
  function.walk([&](UnrealizedConversionCastOp op) { casts.push_back(op); });
  reconcileUnrealizedCasts(casts);
  return success();
}

namespace {
struct LowerKernels final : hewn::impl::CPULowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> kernels, extents;
    getOperation().walk([&](func::FuncOp function) {
      if (function->hasAttr(kKernelAttr) && !function.isDeclaration())
        kernels.push_back(function);
    });
    // Allocation functions are declared before the threads start, since a declaration changes the module.
    for (func::FuncOp kernel : kernels) {
      auto module = kernel->getParentOfType<ModuleOp>();
      bool allocates = false;
      kernel.walk([&](memref::AllocOp) { allocates = true; });
      OpBuilder builder(&getContext());
      if (allocates && (failed(LLVM::lookupOrCreateMallocFn(builder, module, builder.getI64Type())) ||
                        failed(LLVM::lookupOrCreateFreeFn(builder, module))))
        return signalPassFailure();
    }
    SmallVector<LLVM::LLVMFuncOp> made;
    for (func::FuncOp kernel : kernels) {
      Machine machine = getMachine(kernel);
      std::string name = (kernel.getName() + kExtentSuffix).str();
      auto extent = kernel->getParentOfType<ModuleOp>().lookupSymbol<func::FuncOp>(name);
      Lowering lowering(kernel, machine);
      lowering.makeKernel();
      made.push_back(lowering.body);
      if (!extent)
        continue;
      Lowering other(extent, machine);
      other.makeExtent();
      made.push_back(other.body);
    }
    if (failed(failableParallelForEach(&getContext(), made, [](LLVM::LLVMFuncOp function) {
          return success(succeeded(expand(function)) && succeeded(convert(function)));
        })))
      signalPassFailure();
  }
};
} // namespace
