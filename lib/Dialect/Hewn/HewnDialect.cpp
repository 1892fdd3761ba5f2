// Registration, verifiers and interfaces of the hewn dialect.
#include "hewn/Dialect/Hewn/Hewn.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace hewn;

#include "hewn/Dialect/Hewn/HewnDialect.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "hewn/Dialect/Hewn/HewnAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/Hewn/HewnOps.cpp.inc"

void HewnDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "hewn/Dialect/Hewn/HewnAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "hewn/Dialect/Hewn/HewnOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

std::optional<int64_t> hewn::getSourceBytes(RankedTensorType type) {
  Type element = type.getElementType();
  int64_t bits = 8;
  if (auto complex = dyn_cast<ComplexType>(element))
    bits = 2 * complex.getElementType().getIntOrFloatBitWidth();
  else if (element.isIntOrFloat() && !element.isInteger(1))
    bits = element.getIntOrFloatBitWidth();
  for (int64_t size : type.getShape()) {
    std::optional<int64_t> product = llvm::checkedMul(bits, size);
    if (!product)
      return std::nullopt;
    bits = *product;
  }
  return bits / 8 + (bits % 8 != 0);
}

LogicalResult WeightOp::verify() {
  bool computed = !getBody().empty();
  if (computed == getSource().has_value())
    return emitOpError("needs either a source or a region that computes it (C1)");
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || !type.hasStaticShape())
    return emitOpError("has type ") << getType() << ", not a static ranked tensor (C2)";
  if (!computed) {
    std::optional<int64_t> bytes = getSourceBytes(type);
    if (!bytes || getSource()->getLength() != *bytes || getSource()->getOffset() < 0)
      return emitOpError("has a source of ") << getSource()->getLength() << " bytes at " << getSource()->getOffset()
                                             << ", but its type takes " << bytes.value_or(-1) << " (C2)";
    return success();
  }
  auto terminator = dyn_cast<ReturnOp>(getBody().front().back());
  if (!terminator || terminator.getNumOperands() != 1 || terminator.getOperand(0).getType() != getType())
    return emitOpError("has a region that does not return one value of type ") << getType() << " (C3)";
  return success();
}

LogicalResult LoadWeightOp::verifySymbolUses(SymbolTableCollection &tables) {
  auto weight = tables.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr());
  if (!weight)
    return emitOpError("refers to '") << getWeight() << "', which is not a weight (C1)";
  auto type = cast<RankedTensorType>(weight.getType());
  auto result = cast<ShapedType>(getResult().getType());
  if (type.getShape() != result.getShape() || type.getElementType() != result.getElementType())
    return emitOpError("has type ") << result << ", but the weight has type " << type << " (C1)";
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto type = [](Builder &builder, ArrayRef<Type> inputs, ArrayRef<Type> results, function_interface_impl::VariadicFlag,
                 std::string &) { return builder.getFunctionType(inputs, results); };
  return function_interface_impl::parseFunctionOp(parser, result, /*allowVariadic=*/false,
                                                  getFunctionTypeAttrName(result.name), type,
                                                  getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void KernelOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
                                           getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult KernelOp::verify() {
  ArrayRef<Type> arguments = getArgumentTypes(), results = getResultTypes();
  bool dims = true;
  for (Type type : arguments) {
    if (!isa<IndexType>(type))
      dims = false;
    else if (!dims)
      return emitOpError("has an index argument behind a tensor (C1)");
  }
  if (arguments.size() < results.size() || arguments.take_back(results.size()) != results)
    return emitOpError("has trailing arguments that differ from its result types (C1)");
  return success();
}

LogicalResult ReturnOp::verify() {
  if (auto weight = dyn_cast<WeightOp>((*this)->getParentOp()))
    return success(); // checked by the weight
  auto kernel = dyn_cast<KernelOp>((*this)->getParentOp());
  if (!kernel)
    return emitOpError("stands in neither a kernel nor a weight");
  if (TypeRange(getOperandTypes()) != TypeRange(kernel.getResultTypes()))
    return emitOpError("has operand types that differ from the kernel's result types (C1)");
  return success();
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// A destination-style op's tensor results have the types of its tensor inits.
template <typename Op> static LogicalResult verifyResults(Op op) {
  SmallVector<Type> tensors;
  for (Value init : op.getInits())
    if (isa<RankedTensorType>(init.getType()))
      tensors.push_back(init.getType());
  if (TypeRange(op.getResultTypes()) != TypeRange(tensors))
    return op.emitOpError("has result types that differ from those of its tensor outs (C2)");
  return success();
}

/// Memory effects of a launch: tensors have none; memrefs are read and written.
template <typename Op>
static void launchEffects(Op op, SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op.getInputsMutable())
    if (isa<BaseMemRefType>(operand.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &operand, SideEffects::DefaultResource::get());
  for (OpOperand &operand : op.getInitsMutable())
    if (isa<BaseMemRefType>(operand.get().getType())) {
      effects.emplace_back(MemoryEffects::Read::get(), &operand, SideEffects::DefaultResource::get());
      effects.emplace_back(MemoryEffects::Write::get(), &operand, SideEffects::DefaultResource::get());
    }
}

/// The sizes of result i are those of out i.
template <typename Op>
static LogicalResult reifyFromInits(Op op, OpBuilder &builder, ReifiedRankedShapedTypeDims &shapes) {
  for (OpResult result : op->getResults())
    shapes.push_back(tensor::getMixedSizes(builder, op.getLoc(), op.getTiedOpOperand(result)->get()));
  return success();
}

LogicalResult LaunchOp::verify() { return verifyResults(*this); }

void LaunchOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  launchEffects(*this, effects);
}
LogicalResult LaunchOp::reifyResultShapes(OpBuilder &builder, ReifiedRankedShapedTypeDims &shapes) {
  return reifyFromInits(*this, builder, shapes);
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &tables) {
  Operation *callee = tables.lookupNearestSymbolFrom(*this, getKernelAttr());
  auto function = dyn_cast_or_null<FunctionOpInterface>(callee);
  if (!function)
    return emitOpError("refers to '") << getKernel() << "', which is not a kernel (C1)";
  if (isa<KernelOp>(callee)) {
    SmallVector<Type> operands;
    llvm::append_range(operands, getDims().getTypes());
    llvm::append_range(operands, getInputs().getTypes());
    llvm::append_range(operands, getInits().getTypes());
    if (operands.size() != function.getNumArguments())
      return emitOpError("passes ") << operands.size() << " operands to '" << getKernel() << "', which takes "
                                    << function.getNumArguments() << " (C1)";
    for (auto [index, given, wanted] : llvm::enumerate(operands, function.getArgumentTypes())) {
      auto givenShape = dyn_cast<ShapedType>(given), wantedShape = dyn_cast<ShapedType>(wanted);
      bool fits = givenShape && wantedShape ? givenShape.getElementType() == wantedShape.getElementType() &&
                                                  givenShape.getShape() == wantedShape.getShape()
                                            : given == wanted;
      if (!fits)
        return emitOpError("passes ") << given << " as operand " << index << " of '" << getKernel() << "', which takes "
                                      << wanted << " (C1)";
    }
  }
  return success();
}

void InvokeOp::getEffects(SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  launchEffects(*this, effects);
}
LogicalResult InvokeOp::reifyResultShapes(OpBuilder &builder, ReifiedRankedShapedTypeDims &shapes) {
  return reifyFromInits(*this, builder, shapes);
}
LogicalResult InvokeOp::verifySymbolUses(SymbolTableCollection &tables) {
  auto function = dyn_cast_or_null<FunctionOpInterface>(tables.lookupNearestSymbolFrom(*this, getCalleeAttr()));
  if (!function)
    return emitOpError("refers to '") << getCallee() << "', which is not a function (C1)";
  return success();
}
