// The planned host function -> LLVM dialect.
//
//   hewn.launch @k dims(%n) ins(%x : memref<?xf32>) outs(%y : memref<?xf32, strided<[1], offset: 8>>)
//   =>  buffers = {x, y + 8}; dims = {n, size of x, size of y}; exec->parallel_for(exec->self, k, buffers, dims,
//   k__extent(dims))
//
// Views and size arithmetic stay upstream ops and are lowered by upstream patterns. Guards return their status; in the
// query every product and sum is checked for overflow.
#include "Host.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Support/Errors.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

namespace {

/// Arguments of the generated main, in the order of `hewn_rt_main_fn`.
enum HostArgument { kInputs, kOutputs, kDims, kOutputSizes, kWeights, kArena, kExec, kMessage, kHostArguments };

/// Rewrites one @main in place.
class HostLowering {
public:
  HostLowering(func::FuncOp main, const ModelDescription &model, const WeightOffsets &weights,
               const LLVMTypeConverter &types)
      : main(main), model(model), weights(weights), types(types), builder(main.getContext()),
        pointer(LLVM::LLVMPointerType::get(main.getContext())), i64(builder.getI64Type()), i32(builder.getI32Type()) {}

  LogicalResult run() {
    takeArguments();
    SmallVector<Operation *> ops;
    main.walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      LogicalResult result = success();
      if (auto weight = dyn_cast<LoadWeightOp>(op))
        result = lowerWeight(weight);
      else if (auto launch = dyn_cast<LaunchOp>(op))
        lowerLaunch(launch);
      else if (auto guard = dyn_cast<GuardOp>(op))
        result = lowerGuard(guard);
      else if (auto end = dyn_cast<func::ReturnOp>(op))
        lowerReturn(end);
      if (failed(result))
        return failure();
    }
    return success();
  }

private:
  Value constant(int64_t value) {
    return LLVM::ConstantOp::create(builder, location(), i64, builder.getI64IntegerAttr(value));
  }
  Location location() { return main.getLoc(); }
  Value toI64(Value index) { return arith::IndexCastOp::create(builder, index.getLoc(), i64, index); }
  /// `base` + `index` elements of `type`.
  Value element(Type type, Value base, int64_t index) {
    return LLVM::GEPOp::create(builder, location(), pointer, type, base,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  }

  /// A memref of identity layout at `address`; `sizes` holds its dynamic sizes as i64.
  Value makeBuffer(MemRefType type, Value address, ArrayRef<Value> sizes) {
    Location loc = location();
    MemRefDescriptor descriptor = MemRefDescriptor::poison(builder, loc, types.convertType(type));
    descriptor.setAllocatedPtr(builder, loc, address);
    descriptor.setAlignedPtr(builder, loc, address);
    descriptor.setConstantOffset(builder, loc, 0);
    Value stride = constant(1);
    size_t next = sizes.size();
    for (unsigned dim = type.getRank(); dim-- > 0;) {
      Value size = type.isDynamicDim(dim) ? sizes[--next] : constant(type.getDimSize(dim));
      descriptor.setSize(builder, loc, dim, size);
      descriptor.setStride(builder, loc, dim, stride);
      if (dim)
        stride = LLVM::MulOp::create(builder, loc, stride, size);
    }
    Value whole = descriptor;
    return UnrealizedConversionCastOp::create(builder, loc, type, whole).getResult(0);
  }

  /// Replaces the signature by the runtime's; the old arguments are made from it.
  void takeArguments() {
    Block &block = main.getBody().front();
    SmallVector<BlockArgument> old(block.getArguments());
    SmallVector<Type> signature(kHostArguments, pointer);
    SmallVector<Value> fresh;
    for (Type type : signature)
      fresh.push_back(block.addArgument(type, location()));
    host.assign(fresh.begin(), fresh.end());
    builder.setInsertionPointToStart(&block);
    size_t inputs = 0, outputs = 0, dims = 0;
    for (BlockArgument argument : old) {
      auto type = dyn_cast<MemRefType>(argument.getType());
      Value value;
      if (!type) {
        Value size = LLVM::LoadOp::create(builder, location(), i64, element(i64, host[kDims], dims++));
        value = arith::IndexCastOp::create(builder, location(), builder.getIndexType(), size);
      } else if (main.getArgAttr(argument.getArgNumber(), "hewn.arena")) {
        value = makeBuffer(type, host[kArena], constant(model.arenaBytes));
      } else {
        bool isOutput = main.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "hewn.access").getValue() == "write";
        size_t index = isOutput ? outputs++ : inputs++;
        const TensorDescription &tensor = isOutput ? model.outputs[index] : model.inputs[index];
        Value address = LLVM::LoadOp::create(builder, location(), pointer,
                                             element(pointer, host[isOutput ? kOutputs : kInputs], index));
        SmallVector<Value> sizes;
        for (int32_t symbol : tensor.symbols)
          if (symbol >= 0)
            sizes.push_back(LLVM::LoadOp::create(builder, location(), i64,
                                                 element(i64, host[isOutput ? kOutputSizes : kDims], symbol)));
        value = makeBuffer(type, address, sizes);
      }
      argument.replaceAllUsesWith(value);
    }
    size_t mostBuffers = 1, mostDims = 1;
    main.walk([&](LaunchOp launch) {
      size_t sizes = launch.getDims().size();
      for (Type type : launch.getOperandTypes())
        if (auto buffer = dyn_cast<MemRefType>(type))
          sizes += 2 * buffer.getRank();
      mostDims = std::max(mostDims, sizes);
      mostBuffers = std::max(mostBuffers, launch.getInputs().size() + launch.getInits().size());
    });
    buffers = LLVM::AllocaOp::create(builder, location(), pointer, pointer, constant(mostBuffers));
    sizesOf = LLVM::AllocaOp::create(builder, location(), pointer, i64, constant(mostDims));
    // hewn_exec is {size_t size, void *self, int32_t threads, parallel_for}.
    auto exec = LLVM::LLVMStructType::getLiteral(builder.getContext(), {i64, pointer, i32, pointer});
    auto field = [&](int32_t index) -> Value {
      Value address =
          LLVM::GEPOp::create(builder, location(), pointer, exec, host[kExec], ArrayRef<LLVM::GEPArg>{0, index});
      return LLVM::LoadOp::create(builder, location(), pointer, address);
    };
    self = field(1);
    parallelFor = field(3);
    while (block.getNumArguments() > kHostArguments)
      block.eraseArgument(0);
    main.removeArgAttrsAttr();
    main.removeResAttrsAttr();
    main.setType(builder.getFunctionType(signature, {i32}));
  }

  LogicalResult lowerWeight(LoadWeightOp load) {
    auto type = cast<MemRefType>(load.getResult().getType());
    auto offset = weights.find(load.getWeight());
    if (offset == weights.end())
      return emitCoded(load.getLoc(), ErrorCode::HostUnsupported, "a weight that was not written");
    builder.setInsertionPoint(load);
    Value address = LLVM::GEPOp::create(builder, load.getLoc(), pointer, builder.getI8Type(), host[kWeights],
                                        ArrayRef<LLVM::GEPArg>{constant(offset->second)});
    load.replaceAllUsesWith(makeBuffer(type, address, {}));
    load.erase();
    return success();
  }

  void store(Value value, Value array, Type type, size_t index) {
    LLVM::StoreOp::create(builder, value.getLoc(), value, element(type, array, index));
  }

  void lowerLaunch(LaunchOp launch) {
    builder.setInsertionPoint(launch);
    Location loc = launch.getLoc();
    // One buffer passed twice is one argument of the kernel.
    llvm::SetVector<Value> distinct;
    distinct.insert(launch.getInputs().begin(), launch.getInputs().end());
    distinct.insert(launch.getInits().begin(), launch.getInits().end());
    SmallVector<Value> dims;
    for (Value dim : launch.getDims())
      dims.push_back(toI64(dim));
    for (auto [index, buffer] : llvm::enumerate(distinct)) {
      auto type = cast<MemRefType>(buffer.getType());
      auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
      Value address = toI64(memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer));
      int64_t bytes = (type.getElementTypeBitWidth() + 7) / 8;
      Value offset = LLVM::MulOp::create(builder, loc, toI64(metadata.getOffset()), constant(bytes));
      address = LLVM::AddOp::create(builder, loc, address, offset);
      store(LLVM::IntToPtrOp::create(builder, loc, pointer, address), buffers, pointer, index);
      for (int64_t dim = 0; dim < type.getRank(); ++dim)
        if (type.isDynamicDim(dim))
          dims.push_back(toI64(metadata.getSizes()[dim]));
      if (type.getLayout().isIdentity())
        continue;
      auto [strides, ignored] = type.getStridesAndOffset();
      for (auto [dim, stride] : llvm::enumerate(strides))
        if (ShapedType::isDynamic(stride))
          dims.push_back(toI64(metadata.getStrides()[dim]));
    }
    for (auto [index, dim] : llvm::enumerate(dims))
      store(dim, sizesOf, i64, index);
    std::string kernel = launch.getKernel().str();
    declare(kernel, {pointer, pointer, i64, i64}, LLVM::LLVMVoidType::get(builder.getContext()));
    declare(kernel + "__extent", {pointer}, i64);
    Value extent =
        LLVM::CallOp::create(builder, loc, TypeRange(i64), kernel + "__extent", ValueRange(sizesOf)).getResult();
    Value address = LLVM::AddressOfOp::create(builder, loc, pointer, kernel);
    auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                            {pointer, pointer, pointer, pointer, i64});
    LLVM::CallOp::create(builder, loc, type, ValueRange{parallelFor, self, address, buffers, sizesOf, extent});
    launch.erase();
  }

  void declare(const std::string &name, ArrayRef<Type> arguments, Type result) {
    if (!declared.insert(name).second)
      return;
    OpBuilder atModule = OpBuilder::atBlockBegin(main->getParentOfType<ModuleOp>().getBody());
    LLVM::LLVMFuncOp::create(atModule, location(), name, LLVM::LLVMFunctionType::get(result, arguments));
  }

  /// if (!condition) { *message = text; return code; }
  LogicalResult lowerGuard(GuardOp guard) {
    if (guard->getParentOp() != main)
      return emitCoded(guard.getLoc(), ErrorCode::HostUnsupported, "a guard inside of control flow");
    Location loc = guard.getLoc();
    Block *before = guard->getBlock(), *after = before->splitBlock(guard->getNextNode());
    Block *fail = builder.createBlock(&main.getBody(), main.getBody().end());
    std::string text = "hewn_guard_" + std::to_string(guards++);
    OpBuilder atModule = OpBuilder::atBlockBegin(main->getParentOfType<ModuleOp>().getBody());
    std::string bytes = guard.getMessage().str() + '\0';
    LLVM::GlobalOp::create(atModule, loc, LLVM::LLVMArrayType::get(builder.getI8Type(), bytes.size()), true,
                           LLVM::Linkage::Internal, text, builder.getStringAttr(bytes));
    LLVM::StoreOp::create(builder, loc, LLVM::AddressOfOp::create(builder, loc, pointer, text), host[kMessage]);
    Value code = LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(guard.getCode()));
    func::ReturnOp::create(builder, loc, code);
    builder.setInsertionPointToEnd(before);
    cf::CondBranchOp::create(builder, loc, guard.getCondition(), after, fail);
    guard.erase();
    return success();
  }

  void lowerReturn(func::ReturnOp end) {
    builder.setInsertionPoint(end);
    Value ok = LLVM::ConstantOp::create(builder, end.getLoc(), i32, builder.getI32IntegerAttr(0));
    func::ReturnOp::create(builder, end.getLoc(), ok);
    end.erase();
  }

  func::FuncOp main;
  const ModelDescription &model;
  const WeightOffsets &weights;
  const LLVMTypeConverter &types;
  OpBuilder builder;
  LLVM::LLVMPointerType pointer;
  Type i64, i32;
  SmallVector<Value> host;
  Value buffers, sizesOf, self, parallelFor;
  llvm::StringSet<> declared;
  unsigned guards = 0;
};

} // namespace

/// func @main_query(dims: index...) -> (bytes, sizes...)  =>  func @main_query(dims, bytes, sizes: ptr) -> i32
static func::FuncOp lowerQuery(ModuleOp host, func::FuncOp query, const ModelDescription &model) {
  OpBuilder builder(host.getContext());
  Location loc = host.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(host.getContext()), i64 = builder.getI64Type(), i32 = builder.getI32Type();
  if (!query) { // everything is static
    builder.setInsertionPointToEnd(host.getBody());
    query = func::FuncOp::create(builder, loc, "main_query", builder.getFunctionType({}, {builder.getIndexType()}));
    builder.setInsertionPointToStart(query.addEntryBlock());
    Value bytes = arith::ConstantIndexOp::create(builder, loc, model.arenaBytes);
    func::ReturnOp::create(builder, loc, bytes);
  }
  Block &block = query.getBody().front();
  SmallVector<BlockArgument> old(block.getArguments());
  Value dims = block.addArgument(pointer, loc), bytes = block.addArgument(pointer, loc),
        sizes = block.addArgument(pointer, loc);
  builder.setInsertionPointToStart(&block);
  auto at = [&](Value base, size_t index) -> Value {
    return LLVM::GEPOp::create(builder, loc, pointer, i64, base, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  };
  for (auto [index, argument] : llvm::enumerate(old)) {
    Value size = LLVM::LoadOp::create(builder, loc, i64, at(dims, index));
    argument.replaceAllUsesWith(arith::IndexCastOp::create(builder, loc, builder.getIndexType(), size).getResult());
  }
  block.eraseArguments(0, old.size());
  query.walk([&](func::ReturnOp end) {
    builder.setInsertionPoint(end);
    for (auto [index, value] : llvm::enumerate(end.getOperands())) {
      Value size = arith::IndexCastOp::create(builder, loc, i64, value);
      LLVM::StoreOp::create(builder, loc, size, index ? at(sizes, index - 1) : bytes);
    }
    Value ok = LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(0));
    func::ReturnOp::create(builder, loc, ok);
    end.erase();
  });
  query.removeArgAttrsAttr();
  query.removeResAttrsAttr();
  query.setType(builder.getFunctionType({pointer, pointer, pointer}, {i32}));
  return query;
}

/// Replaces products and sums by checked ones; the query then ends with HEWN_STATUS_OVERFLOW if one overflowed, or if a
/// result is negative.
static void checkOverflow(LLVM::LLVMFuncOp query) {
  constexpr int32_t kOverflow = 6007;
  OpBuilder builder = OpBuilder::atBlockBegin(&query.getBody().front());
  Location loc = query.getLoc();
  Type i1 = builder.getI1Type(), i64 = builder.getI64Type(), i32 = builder.getI32Type();
  auto checked = LLVM::LLVMStructType::getLiteral(builder.getContext(), {i64, i1});
  Value one = LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(1));
  Value flag = LLVM::AllocaOp::create(builder, loc, LLVM::LLVMPointerType::get(builder.getContext()), i1, one);
  LLVM::StoreOp::create(builder, loc, LLVM::ConstantOp::create(builder, loc, i1, builder.getBoolAttr(false)), flag);
  auto raise = [&](Value overflow) {
    Value before = LLVM::LoadOp::create(builder, loc, i1, flag);
    LLVM::StoreOp::create(builder, loc, LLVM::OrOp::create(builder, loc, before, overflow), flag);
  };
  SmallVector<Operation *> ops;
  query.walk([&](Operation *op) {
    if (isa<LLVM::MulOp, LLVM::AddOp, LLVM::SubOp>(op) && op->getResult(0).getType() == i64)
      ops.push_back(op);
  });
  for (Operation *op : ops) {
    builder.setInsertionPoint(op);
    Value a = op->getOperand(0), b = op->getOperand(1), both;
    if (isa<LLVM::MulOp>(op))
      both = LLVM::SMulWithOverflowOp::create(builder, loc, checked, a, b);
    else if (isa<LLVM::AddOp>(op))
      both = LLVM::SAddWithOverflowOp::create(builder, loc, checked, a, b);
    else
      both = LLVM::SSubWithOverflowOp::create(builder, loc, checked, a, b);
    raise(LLVM::ExtractValueOp::create(builder, loc, both, int64_t(1)));
    op->getResult(0).replaceAllUsesWith(LLVM::ExtractValueOp::create(builder, loc, both, int64_t(0)));
    op->erase();
  }
  SmallVector<LLVM::StoreOp> stores;
  query.walk([&](LLVM::StoreOp store) {
    if (store.getValue().getType() == i64)
      stores.push_back(store);
  });
  for (LLVM::StoreOp store : stores) {
    builder.setInsertionPoint(store);
    Value zero = LLVM::ConstantOp::create(builder, loc, i64, builder.getI64IntegerAttr(0));
    raise(LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::slt, store.getValue(), zero));
  }
  query.walk([&](LLVM::ReturnOp end) {
    builder.setInsertionPoint(end);
    Value code = LLVM::ConstantOp::create(builder, loc, i32, builder.getI32IntegerAttr(kOverflow));
    Value overflow = LLVM::LoadOp::create(builder, loc, i1, flag);
    end->setOperand(0, LLVM::SelectOp::create(builder, loc, overflow, code, end.getOperand(0)));
  });
}

/// Upstream ops that are left -> LLVM dialect.
static LogicalResult convertToLLVM(ModuleOp host, const LLVMTypeConverter &types) {
  MLIRContext *context = host.getContext();
  RewritePatternSet addresses(context);
  memref::populateExpandStridedMetadataPatterns(addresses);
  arith::populateCeilFloorDivExpandOpsPatterns(addresses);
  populateAffineToStdConversionPatterns(addresses);
  if (failed(applyPatternsGreedily(host, std::move(addresses))))
    return emitCoded(host.getLoc(), ErrorCode::Upstream, "the host's addresses do not converge");

  RewritePatternSet control(context);
  populateSCFToControlFlowConversionPatterns(control);
  ConversionTarget branches(*context);
  branches.addIllegalDialect<scf::SCFDialect>();
  branches.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  if (failed(applyPartialConversion(host, branches, std::move(control))))
    return failure();

  RewritePatternSet patterns(context);
  arith::populateArithToLLVMConversionPatterns(types, patterns);
  cf::populateControlFlowToLLVMConversionPatterns(types, patterns);
  populateFuncToLLVMConversionPatterns(types, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(types, patterns);
  LLVMConversionTarget target(*context);
  target.addLegalOp<ModuleOp>();
  if (failed(applyPartialConversion(host, target, std::move(patterns))))
    return failure();
  SmallVector<UnrealizedConversionCastOp> casts, left;
  host.walk([&](UnrealizedConversionCastOp cast) { casts.push_back(cast); });
  reconcileUnrealizedCasts(casts, &left);
  if (!left.empty())
    return emitCoded(left.front().getLoc(), ErrorCode::HostUnsupported, "a value without an LLVM type");
  return success();
}

FailureOr<OwningOpRef<ModuleOp>> package::lowerHost(ModuleOp module, const ModelDescription &model,
                                                    const WeightOffsets &weights) {
  MLIRContext *context = module.getContext();
  context->loadDialect<LLVM::LLVMDialect, cf::ControlFlowDialect, arith::ArithDialect, memref::MemRefDialect,
                       scf::SCFDialect, affine::AffineDialect>();
  // Places in files never reach the artifact.
  Location location = UnknownLoc::get(context);
  OwningOpRef<ModuleOp> host = ModuleOp::create(location);
  OpBuilder builder = OpBuilder::atBlockEnd(host->getBody());
  auto take = [&](StringRef name) -> func::FuncOp {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    return function ? cast<func::FuncOp>(builder.clone(*function)) : func::FuncOp();
  };
  func::FuncOp main = take("main"), query = take("main_query");
  if (!main)
    return emitCoded(module.getLoc(), ErrorCode::HostUnsupported, "no function @main"), failure();
  LowerToLLVMOptions options(context);
  LLVMTypeConverter types(context, options);
  query = lowerQuery(*host, query, model);
  if (failed(HostLowering(main, model, weights, types).run()))
    return failure();
  main.setName(kHostMain);
  query.setName(kHostQuery);
  for (func::FuncOp function : {main, query})
    function.setPublic();
  if (failed(convertToLLVM(*host, types)))
    return failure();
  checkOverflow(host->lookupSymbol<LLVM::LLVMFuncOp>(kHostQuery));
  addModelData(*host, model);
  if (failed(verify(*host)))
    return failure();
  return host;
}
