// Frames, the walk over a block, calls, and the entry point.
#include "hewn/Interpreter/Interpreter.h"
#include "Models.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::interp;

#include "hewn/Interpreter/InterpretInterface.cpp.inc"

std::string hewn::interp::printShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(shape, stream);
  stream << ']';
  return text;
}

LogicalResult hewn::interp::checkEqualShapes(Operation *op, ArrayRef<Tensor> tensors) {
  for (const Tensor &tensor : tensors.drop_front())
    if (tensor.getShape() != tensors.front().getShape())
      return fail(op, "sizes {0} and {1} differ", printShape(tensors.front().getShape()),
                  printShape(tensor.getShape()));
  return success();
}

/// Whether a tensor is a value of an SSA type: a ranked tensor, or a scalar as rank 0.
static bool hasType(const Tensor &tensor, Type type) {
  auto shaped = dyn_cast<RankedTensorType>(type);
  if (!shaped)
    return tensor.getRank() == 0 && tensor.getElementType() == type;
  if (tensor.getElementType() != shaped.getElementType() || tensor.getRank() != shaped.getRank())
    return false;
  for (auto [given, wanted] : llvm::zip_equal(tensor.getShape(), shaped.getShape()))
    if (!ShapedType::isDynamic(wanted) && given != wanted)
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Frame: values
//===----------------------------------------------------------------------===//

const Tensor &Frame::get(Value value) const {
  auto slot = slots.find(value);
  assert(slot != slots.end() && "verified IR defines values before their uses");
  return slot->second.tensor;
}

SmallVector<Tensor> Frame::get(ValueRange values) const {
  return llvm::map_to_vector(values, [&](Value value) { return get(value); });
}

Shape Frame::getMixed(ArrayRef<int64_t> fixed, ValueRange dynamic) const {
  Shape sizes;
  auto next = dynamic.begin();
  for (int64_t size : fixed)
    sizes.push_back(ShapedType::isDynamic(size) ? getIndex(*next++) : size);
  return sizes;
}

LogicalResult Frame::set(Value value, Tensor tensor) {
  if (!hasType(tensor, value.getType())) {
    std::string wanted;
    llvm::raw_string_ostream(wanted) << value.getType();
    return emitCoded(
        value.getLoc(), ErrorCode::RunInterpreter,
        llvm::formatv("a value of sizes {0} does not have the type {1}", printShape(tensor.getShape()), wanted).str());
  }
  slots[value] = {std::move(tensor), static_cast<int64_t>(value.getNumUses())};
  return success();
}

FailureOr<SmallVector<Shape>> Frame::resultShapes(Operation *op) const {
  auto shaped = dyn_cast<nn::ShapeOpInterface>(op);
  if (!shaped)
    return fail(op, "no shape function");
  nn::ShapeContext context(op->getContext());
  SmallVector<Shape> shapes;
  for (const nn::DimList &dims : shaped.resultDims(context)) {
    Shape &shape = shapes.emplace_back();
    for (AffineExpr dim : dims) {
      std::optional<int64_t> size =
          context.evaluate(dim, [&](Value value, std::optional<int64_t> position) -> std::optional<int64_t> {
            return position ? get(value).getDim(*position) : getIndex(value);
          });
      if (!size)
        return fail(op, "a result size cannot be computed");
      shape.push_back(*size);
    }
  }
  return shapes;
}

FailureOr<Tensor> Frame::allocate(Operation *op, Type elementType, ArrayRef<int64_t> shape) const {
  if (!getElementKind(elementType)) {
    std::string text;
    llvm::raw_string_ostream(text) << elementType;
    return fail(op, "element type {0} is not supported", text);
  }
  std::optional<int64_t> bytes = Tensor::checkedBytes(elementType, shape);
  if (!bytes || *bytes > state.options.maxTensorBytes)
    return fail(op, "a result of sizes {0} is impossible or too large", printShape(shape));
  return Tensor::allocate(elementType, shape);
}

FailureOr<Tensor> Frame::allocateResult(Operation *op, unsigned index) const {
  FailureOr<SmallVector<Shape>> shapes = resultShapes(op);
  if (failed(shapes))
    return failure();
  return allocate(op, cast<ShapedType>(op->getResult(index).getType()).getElementType(), (*shapes)[index]);
}

//===----------------------------------------------------------------------===//
// Frame: running
//===----------------------------------------------------------------------===//

LogicalResult Frame::runOp(Operation &op) {
  if (++state.steps > state.options.maxSteps)
    return fail(&op, "more than {0} operations", state.options.maxSteps);
  auto executable = dyn_cast<InterpretOpInterface>(op);
  if (!executable)
    return fail(&op, "the interpreter does not know this op");
  if (failed(executable.interpret(*this)))
    return failure();
  if (state.depth == 1 && state.options.observer)
    for (Value result : op.getResults())
      state.options.observer(result, get(result));
  release(op);
  return success();
}

/// Drops operands that nothing in the same block reads again. A use inside a nested region never counts down, so what
/// loops read stays.
void Frame::release(Operation &op) {
  for (Value operand : op.getOperands()) {
    if (operand.getParentBlock() != op.getBlock())
      continue;
    auto slot = slots.find(operand);
    if (slot != slots.end() && --slot->second.uses == 0)
      slots.erase(slot);
  }
  for (Value result : op.getResults())
    if (result.use_empty())
      slots.erase(result);
}

FailureOr<SmallVector<Tensor>> Frame::runBlock(Block &block, ArrayRef<Tensor> arguments) {
  for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    if (failed(set(argument, tensor)))
      return failure();
  for (Operation &op : block.without_terminator())
    if (failed(runOp(op)))
      return failure();
  return get(block.getTerminator()->getOperands());
}

FailureOr<SmallVector<Tensor>> Frame::call(Operation *site, FunctionOpInterface callee, ArrayRef<Tensor> arguments) {
  constexpr unsigned maxDepth = 128;
  if (state.depth >= maxDepth)
    return fail(site, "more than {0} nested calls", maxDepth);
  if (!callee.getFunctionBody().hasOneBlock())
    return fail(site, "'{0}' does not have a body of one block", callee.getName());
  if (callee.getNumArguments() != arguments.size())
    return fail(site, "'{0}' takes {1} arguments, not {2}", callee.getName(), callee.getNumArguments(),
                arguments.size());
  ++state.depth;
  Frame frame(state);
  auto results = frame.runBlock(callee.getFunctionBody().front(), arguments);
  --state.depth;
  return results;
}

//===----------------------------------------------------------------------===//
// Entry point
//===----------------------------------------------------------------------===//

/// Two dimensions of the inputs that carry the same name must have the same size.
static LogicalResult checkNamedDims(FunctionOpInterface function, ArrayRef<Tensor> inputs) {
  llvm::StringMap<int64_t> sizes;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto names = function.getArgAttrOfType<ArrayAttr>(index, kDimsAttr);
    if (!names || static_cast<int64_t>(names.size()) != input.getRank())
      continue;
    for (auto [dim, name] : llvm::enumerate(names.getAsRange<StringAttr>())) {
      if (name.empty())
        continue;
      auto [known, isNew] = sizes.try_emplace(name.getValue(), input.getDim(dim));
      if (!isNew && known->second != input.getDim(dim))
        return emitCoded(function.getLoc(), ErrorCode::RunGuard,
                         llvm::formatv("dimension '{0}' is {1} in one input and {2} in another", name.getValue(),
                                       known->second, input.getDim(dim))
                             .str());
    }
  }
  return success();
}

static LogicalResult checkInputs(FunctionOpInterface function, ArrayRef<Tensor> inputs) {
  if (inputs.size() != function.getNumArguments())
    return emitCoded(
        function.getLoc(), ErrorCode::RunInvalidArgument,
        llvm::formatv("'{0}' takes {1} inputs, not {2}", function.getName(), function.getNumArguments(), inputs.size())
            .str());
  for (auto [index, input, type] : llvm::enumerate(inputs, function.getArgumentTypes())) {
    if (hasType(input, type))
      continue;
    auto name = function.getArgAttrOfType<StringAttr>(index, kNameAttr);
    std::string given, wanted;
    llvm::raw_string_ostream(given) << input.getType();
    llvm::raw_string_ostream(wanted) << type;
    return emitCoded(
        function.getLoc(), ErrorCode::RunInvalidArgument,
        llvm::formatv("input {0} '{1}' has type {2}, not {3}", index, name ? name.getValue() : "", given, wanted)
            .str());
  }
  return checkNamedDims(function, inputs);
}

FailureOr<SmallVector<Tensor>> hewn::interp::interpret(ModuleOp module, StringRef function, ArrayRef<Tensor> inputs,
                                                       WeightProvider &weights, const Options &options) {
  SmallVector<StringRef> path;
  function.split(path, "::");
  SmallVector<FlatSymbolRefAttr> nested;
  for (StringRef name : ArrayRef(path).drop_front())
    nested.push_back(FlatSymbolRefAttr::get(module.getContext(), name));
  auto symbol = SymbolRefAttr::get(module.getContext(), path.front(), nested);
  auto callee = dyn_cast_or_null<FunctionOpInterface>(SymbolTable::lookupSymbolIn(module, symbol));
  if (!callee)
    return emitCoded(module.getLoc(), ErrorCode::RunInvalidArgument,
                     llvm::formatv("there is no function '{0}'", function).str());
  if (failed(checkInputs(callee, inputs)))
    return failure();
  RunState state{weights, options};
  Frame frame(state);
  return frame.call(callee, callee, inputs);
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

void hewn::interp::registerInterpreterModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *dialect) {
    attachConstantFolder(dialect);
    attachElementwiseModels(context);
    attachMovementModels(context);
    attachContractionModels(context);
    attachAttentionModels(context);
    attachPoolModels(context);
    attachResizeModels(context);
    attachReductionModels(context);
    attachRowModels(context);
    attachIndexedModels(context);
  });
  registry.addExtension(+[](MLIRContext *context, arith::ArithDialect *) { attachArithModels(context); });
  registry.addExtension(+[](MLIRContext *context, affine::AffineDialect *) { attachAffineModels(context); });
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) { attachTensorModels(context); });
  registry.addExtension(+[](MLIRContext *context, scf::SCFDialect *) { attachSCFModels(context); });
  registry.addExtension(+[](MLIRContext *context, func::FuncDialect *) { attachFuncModels(context); });
  registry.addExtension(+[](MLIRContext *context, HewnDialect *) { attachHewnModels(context); });
}
