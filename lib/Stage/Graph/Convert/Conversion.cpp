// Conversion of one function: arguments, nodes in order, results.
#include "Conversion.h"
#include "Registry.h"
#include "hewn/Dialect/Hewn/Hewn.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

/// Larger integer constants stay tensors: nothing computes a shape from them.
static constexpr int64_t kMaxKnownElements = 1024;

StringRef hewn::graph::nodeName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name.getName();
  return "";
}

Conversion::Conversion(func::FuncOp function)
    : function(function), builder(function.getContext()), sizes(function.getContext()) {}

//===----------------------------------------------------------------------===//
// What an onnx value has become
//===----------------------------------------------------------------------===//

bool Conversion::isConverted(Value onnx) const {
  return isa<NoneType>(onnx.getType()) || tensors.contains(onnx) || knowns.contains(onnx) ||
         !onnx.getDefiningOp<onnx::NodeOp>();
}

Value Conversion::tensor(Value onnx, Location loc) {
  if (Value made = tensors.lookup(onnx))
    return made;
  if (auto it = knowns.find(onnx); it != knowns.end() && onnx.getDefiningOp<onnx::NodeOp>())
    return tensors[onnx] = materialize(*it->second, loc);
  return onnx.getDefiningOp<onnx::NodeOp>() ? Value() : onnx;
}

const KnownElements *Conversion::known(Value onnx) {
  if (auto it = knowns.find(onnx); it != knowns.end())
    return it->second.get();
  Value made = tensors.lookup(onnx);
  DenseIntElementsAttr elements;
  if (!matchPattern(made ? made : onnx, m_Constant(&elements)) || elements.getNumElements() > kMaxKnownElements)
    return nullptr;
  auto known = std::make_unique<KnownElements>();
  known->elementType = elements.getElementType();
  known->shape = llvm::to_vector(elements.getType().getShape());
  bool isBoolean = known->elementType.isInteger(1);
  for (const APInt &value : elements.getValues<APInt>())
    known->elements.push_back(sizes.constant(isBoolean ? value.getZExtValue() : value.getSExtValue()));
  return (knowns[onnx] = std::move(known)).get();
}

SizeList Conversion::sizesOf(Value tensor) {
  auto it = tensorSizes.find(tensor);
  if (it != tensorSizes.end())
    return it->second;
  SizeList list;
  auto type = cast<RankedTensorType>(tensor.getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    list.push_back(sizes.dim(tensor, dim));
  return tensorSizes[tensor] = list;
}

Value Conversion::materialize(const KnownElements &known, Location loc) {
  auto type = RankedTensorType::get(known.shape, known.elementType);
  SmallVector<APInt> numbers;
  unsigned width = known.elementType.getIntOrFloatBitWidth();
  for (AffineExpr element : known.elements)
    if (auto number = Sizes::known(element))
      numbers.push_back(APInt(64, *number, true).sextOrTrunc(width));
  Value value;
  if (numbers.size() == known.elements.size()) {
    value = arith::ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, numbers));
  } else {
    SmallVector<Value> elements;
    for (AffineExpr element : known.elements)
      elements.push_back(
          arith::IndexCastOp::create(builder, loc, known.elementType, sizes.materialize(builder, loc, element)));
    value = tensor::FromElementsOp::create(builder, loc, type, elements);
  }
  return value;
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

/// Dimensions of one name are one size: the first argument that has it speaks for all, the others are guarded.
LogicalResult Conversion::prepareArguments() {
  llvm::StringMap<AffineExpr> named;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return emitCoded(function.getLoc(), ErrorCode::InputUnranked, argument.getArgNumber());
    SizeList list;
    auto dims = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(), kDimsAttr);
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      AffineExpr size = sizes.dim(argument, dim);
      auto name = dims && (int64_t)dims.size() == type.getRank() ? dyn_cast<StringAttr>(dims[dim]) : StringAttr();
      if (type.isDynamicDim(dim) && name && !name.empty()) {
        auto [it, inserted] = named.try_emplace(name.getValue(), size);
        if (!inserted && it->second != size) {
          Value a = sizes.materialize(builder, function.getLoc(), it->second);
          Value b = sizes.materialize(builder, function.getLoc(), size);
          Value same = arith::CmpIOp::create(builder, function.getLoc(), arith::CmpIPredicate::eq, a, b);
          GuardOp::create(builder, function.getLoc(), same, 6004,
                          ("inputs disagree on dimension '" + name.getValue() + "'").str());
          size = it->second;
        }
      }
      list.push_back(size);
    }
    setSizes(argument, list);
  }
  return success();
}

LogicalResult Conversion::convert(onnx::NodeOp op) {
  Node node(*this, op);
  const Registry &registry = Registry::get();
  ConvertFn converter = registry.find(op.getDomain(), op.getOpType(), op.getSince());
  if (!converter)
    return node.unsupported(registry.knowsOperator(op.getDomain(), op.getOpType())
                                ? "version " + Twine(op.getSince()) + " of the operator has no conversion"
                                : Twine("no conversion is registered for it"));
  // A node behind a failed one has been reported by its cause.
  if (!llvm::all_of(op.getInputs(), [&](Value input) { return isConverted(input); }))
    return failure();
  builder.setInsertionPoint(op);
  if (auto known = evaluateKnown(node); known && !node.failed && !sizes.takeOverflow()) {
    for (auto [result, elements] : llvm::zip(op.getResults(), *known))
      knowns[result] = std::make_unique<KnownElements>(std::move(elements));
    return success();
  }
  if (node.failed)
    return failure();
  Results results = converter(node);
  if (sizes.takeOverflow())
    return node.invalid("its sizes do not fit 63 bits");
  if (failed(results) && !node.failed)
    return node.unsupported("its conversion failed");
  if (node.failed)
    return failure();
  if (StringRef unread = node.unreadAttr(); !unread.empty())
    return node.unsupported("attribute '" + unread + "' is not known");
  for (auto [index, result] : llvm::enumerate(op.getResults())) {
    if (isa<NoneType>(result.getType()))
      continue;
    Value value = index < results->size() ? (*results)[index] : Value();
    if (value)
      tensors[result] = value;
    else if (!result.use_empty())
      return node.unsupported("output " + Twine(index) + " is not computed");
  }
  return success();
}

LogicalResult Conversion::finish() {
  Operation *terminator = function.getBody().front().getTerminator();
  builder.setInsertionPoint(terminator);
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = isConverted(operand.get()) ? tensor(operand.get(), terminator->getLoc()) : Value();
    if (!value)
      return failure();
    operand.set(value);
  }
  function.setType(
      FunctionType::get(function.getContext(), function.getArgumentTypes(), terminator->getOperandTypes()));
  for (unsigned result = 0; result < terminator->getNumOperands(); ++result) {
    auto type = dyn_cast<RankedTensorType>(terminator->getOperand(result).getType());
    auto dims = function.getResultAttrOfType<ArrayAttr>(result, kDimsAttr);
    if (!type || !dims)
      continue;
    // A dimension that turned out static has no name.
    SmallVector<Attribute> names(type.getRank(), builder.getStringAttr(""));
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim) && dim < (int64_t)dims.size())
        names[dim] = dims[dim];
    function.setResultAttr(result, kDimsAttr, builder.getArrayAttr(names));
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isa<onnx::NodeOp, onnx::NoneOp>(op))
      op.erase();
  return success();
}

LogicalResult Conversion::run() {
  if (!function.getBody().hasOneBlock())
    return success();
  Block &body = function.getBody().front();
  builder.setInsertionPointToStart(&body);
  if (failed(prepareArguments()))
    return failure();
  bool failedNodes = false;
  for (onnx::NodeOp node : llvm::make_early_inc_range(body.getOps<onnx::NodeOp>()))
    failedNodes |= failed(convert(node));
  if (failedNodes)
    return failure();
  return finish();
}
