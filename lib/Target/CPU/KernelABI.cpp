// A kernel's body on pointers and its wrapper.
#include "KernelABI.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace hewn::cpu;

static Value cast(OpBuilder &builder, Location loc, Type type, Value value) {
  return UnrealizedConversionCastOp::create(builder, loc, type, value).getResult(0);
}

/// A memref made of a pointer; sizes and strides that are not static come from `extra`, in that order.
static Value makeMemRef(OpBuilder &builder, Location loc, const LLVMTypeConverter &converter, MemRefType type,
                        Value pointer, ValueRange &extra) {
  auto descriptor = MemRefDescriptor::poison(builder, loc, converter.convertType(type));
  descriptor.setAllocatedPtr(builder, loc, pointer);
  descriptor.setAlignedPtr(builder, loc, pointer);
  descriptor.setConstantOffset(builder, loc, 0);
  auto next = [&] {
    Value value = cast(builder, loc, builder.getI64Type(), extra.front());
    extra = extra.drop_front();
    return value;
  };
  SmallVector<int64_t> strides;
  int64_t offset;
  (void)type.getStridesAndOffset(strides, offset); // checked by takePointers
  for (auto [position, size] : llvm::enumerate(type.getShape())) {
    if (ShapedType::isDynamic(size))
      descriptor.setSize(builder, loc, position, next());
    else
      descriptor.setConstantSize(builder, loc, position, size);
  }
  // With identity layout strides follow from the sizes; they are no arguments.
  bool identity = type.getLayout().isIdentity();
  Value running =
      identity ? LLVM::ConstantOp::create(builder, loc, builder.getI64Type(), builder.getI64IntegerAttr(1)) : Value();
  for (int64_t position = type.getRank() - 1; position >= 0; --position) {
    if (!identity)
      continue;
    if (ShapedType::isDynamic(strides[position]))
      descriptor.setStride(builder, loc, position, running);
    else
      descriptor.setConstantStride(builder, loc, position, strides[position]);
    running = LLVM::MulOp::create(builder, loc, running, descriptor.size(builder, loc, position));
  }
  if (!identity)
    for (auto [position, stride] : llvm::enumerate(strides)) {
      if (ShapedType::isDynamic(stride))
        descriptor.setStride(builder, loc, position, next());
      else
        descriptor.setConstantStride(builder, loc, position, stride);
    }
  return cast(builder, loc, type, descriptor);
}

/// Number of index arguments that describe a memref argument: dynamic sizes, and dynamic strides of a strided layout.
static int64_t countExtra(MemRefType type, ArrayRef<int64_t> strides) {
  int64_t count = type.getNumDynamicDims();
  if (!type.getLayout().isIdentity())
    count += llvm::count_if(strides, ShapedType::isDynamic);
  return count;
}

llvm::FailureOr<WrapperPlan> hewn::cpu::takePointers(func::FuncOp function) {
  WrapperPlan plan;
  plan.name = function.getName().str();
  plan.isExtent = !function->hasAttr("hewn.kernel");
  MLIRContext *context = function.getContext();
  OpBuilder builder(context);
  unsigned count = function.getNumArguments();
  function.setName(plan.name + "__body");
  function->setAttr("llvm.linkage", LLVM::LinkageAttr::get(context, LLVM::Linkage::Internal));
  function.setPrivate();
  if (plan.isExtent) {
    plan.arguments.assign(count, WrapperPlan::Source::Dim);
    return plan;
  }
  function->setAttr("passthrough", builder.getStrArrayAttr({"noinline"}));
  if (count < 2 || !isa<IndexType>(function.getArgument(count - 1).getType()) ||
      !isa<IndexType>(function.getArgument(count - 2).getType()))
    return function.emitOpError("does not end with the two index arguments of its range");

  LLVMTypeConverter converter(context);
  Block &entry = function.getBody().front();
  builder.setInsertionPointToStart(&entry);
  SmallVector<Type> types;
  SmallVector<std::pair<BlockArgument, MemRefType>> memrefs;
  int64_t extraCount = 0;
  for (auto [index, argument] : llvm::enumerate(entry.getArguments())) {
    if (isa<IndexType>(argument.getType())) {
      plan.arguments.push_back(index + 2 == count   ? WrapperPlan::Source::Begin
                               : index + 1 == count ? WrapperPlan::Source::End
                                                    : WrapperPlan::Source::Dim);
      continue;
    }
    auto type = dyn_cast<MemRefType>(argument.getType());
    SmallVector<int64_t> strides;
    int64_t offset = 0;
    if (!type || failed(type.getStridesAndOffset(strides, offset)))
      return function.emitOpError() << "has argument " << index << " of type " << argument.getType()
                                    << ", which is neither index nor strided memref";
    if (offset != 0 && !ShapedType::isDynamic(offset))
      return function.emitOpError() << "has argument " << index << " with offset " << offset
                                    << "; the host adds offsets to pointers";
    plan.arguments.push_back(WrapperPlan::Source::Buffer);
    memrefs.push_back({argument, type});
    extraCount += countExtra(type, strides);
  }

  Location loc = function.getLoc();
  SmallVector<Value> extraArguments;
  for (int64_t i = 0; i < extraCount; ++i) {
    extraArguments.push_back(entry.addArgument(builder.getIndexType(), loc));
    plan.arguments.push_back(WrapperPlan::Source::Dim);
  }
  ValueRange extra(extraArguments);
  auto pointerType = LLVM::LLVMPointerType::get(context);
  SmallVector<DictionaryAttr> attributes(entry.getNumArguments(), builder.getDictionaryAttr({}));
  for (auto [argument, type] : memrefs) {
    SmallVector<NamedAttribute> list = {builder.getNamedAttr("llvm.noalias", builder.getUnitAttr())};
    if (auto align = function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), "hewn.align"))
      list.push_back(builder.getNamedAttr("llvm.align", builder.getI64IntegerAttr(align.getInt())));
    if (auto access = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "hewn.access");
        access && access.getValue() == "read")
      list.push_back(builder.getNamedAttr("llvm.readonly", builder.getUnitAttr()));
    attributes[argument.getArgNumber()] = builder.getDictionaryAttr(list);
    // The argument becomes a pointer; its old uses see the memref made of it.
    Value placeholder = cast(builder, loc, type, argument);
    argument.replaceAllUsesExcept(placeholder, placeholder.getDefiningOp());
    argument.setType(pointerType);
    Value memref = makeMemRef(builder, loc, converter, type, argument, extra);
    placeholder.replaceAllUsesWith(memref);
    placeholder.getDefiningOp()->erase();
  }
  function.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(), {}));
  function.setAllArgAttrs(attributes);
  function->removeAttr("hewn.kernel");
  return plan;
}

void hewn::cpu::addWrapper(ModuleOp module, const WrapperPlan &plan) {
  auto body = module.lookupSymbol<LLVM::LLVMFuncOp>(plan.name + "__body");
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = body.getLoc();
  Type i64 = builder.getI64Type(), pointer = LLVM::LLVMPointerType::get(module.getContext());
  auto type = plan.isExtent ? LLVM::LLVMFunctionType::get(i64, {pointer})
                            : LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(module.getContext()),
                                                          {pointer, pointer, i64, i64});
  auto wrapper = LLVM::LLVMFuncOp::create(builder, loc, plan.name, type);
  Block *entry = wrapper.addEntryBlock(builder);
  builder.setInsertionPointToStart(entry);
  Value buffers = plan.isExtent ? Value() : entry->getArgument(0), dims = entry->getArgument(plan.isExtent ? 0 : 1);
  auto load = [&](Type element, Value base, int64_t index) -> Value {
    Value address =
        LLVM::GEPOp::create(builder, loc, pointer, element, base, ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
    return LLVM::LoadOp::create(builder, loc, element, address);
  };
  SmallVector<Value> arguments;
  int64_t dim = 0, buffer = 0;
  for (WrapperPlan::Source source : plan.arguments) {
    switch (source) {
    case WrapperPlan::Source::Dim:
      arguments.push_back(load(i64, dims, dim++));
      break;
    case WrapperPlan::Source::Buffer:
      arguments.push_back(load(pointer, buffers, buffer++));
      break;
    case WrapperPlan::Source::Begin:
      arguments.push_back(entry->getArgument(2));
      break;
    case WrapperPlan::Source::End:
      arguments.push_back(entry->getArgument(3));
      break;
    }
  }
  auto call = LLVM::CallOp::create(builder, loc, body, arguments);
  LLVM::ReturnOp::create(builder, loc, call.getResults());
}
