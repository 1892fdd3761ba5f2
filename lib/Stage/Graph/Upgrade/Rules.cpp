// The upgrade rules, and the helpers that they are made of.
#include "Rules.h"
#include "../Convert/Conversion.h"
#include "hewn/Support/Errors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

static LogicalResult malformed(onnx::NodeOp node, const Twine &reason) {
  emitCoded(node.getLoc(), ErrorCode::GraphNodeInvalid, describe(node), reason.str());
  return failure();
}

/// Takes an attribute away from a node.
static Attribute takeAttr(onnx::NodeOp node, StringRef name) {
  NamedAttrList params(node.getParams());
  Attribute attr = params.erase(name);
  node.setParamsAttr(params.getDictionary(node.getContext()));
  return attr;
}

static void setAttr(onnx::NodeOp node, StringRef name, Attribute attr) {
  NamedAttrList params(node.getParams());
  params.set(name, attr);
  node.setParamsAttr(params.getDictionary(node.getContext()));
}

/// Makes `value` input `index`; inputs left out before it become onnx.none.
static void setInput(onnx::NodeOp node, unsigned index, Value value) {
  SmallVector<Value> inputs(node.getInputs());
  OpBuilder builder(node);
  while (inputs.size() <= index)
    inputs.push_back(onnx::NoneOp::create(builder, node.getLoc(), builder.getNoneType()));
  inputs[index] = value;
  node.getInputsMutable().assign(inputs);
}

static Value constant(onnx::NodeOp node, DenseElementsAttr value) {
  OpBuilder builder(node);
  return arith::ConstantOp::create(builder, node.getLoc(), value.getType(), value);
}

/// An attribute that is a list of integers (or one integer) becomes input `index`; one left out leaves the input out.
static LogicalResult integersToInput(onnx::NodeOp node, StringRef name, unsigned index) {
  Attribute attr = takeAttr(node, name);
  if (!attr)
    return success();
  SmallVector<int64_t> values;
  if (auto list = dyn_cast<DenseI64ArrayAttr>(attr))
    values = llvm::to_vector(list.asArrayRef());
  else if (auto one = dyn_cast<IntegerAttr>(attr); one && one.getType().isInteger(64))
    values = {one.getInt()};
  else
    return malformed(node, "attribute '" + name + "' is not a list of integers");
  auto type = RankedTensorType::get({(int64_t)values.size()}, IntegerType::get(node.getContext(), 64));
  setInput(node, index, constant(node, DenseElementsAttr::get(type, ArrayRef(values))));
  return success();
}

/// A float attribute becomes a scalar input of the node's element type.
static LogicalResult numberToInput(onnx::NodeOp node, StringRef name, unsigned index) {
  Attribute attr = takeAttr(node, name);
  if (!attr)
    return success();
  auto number = dyn_cast<FloatAttr>(attr);
  if (!number || node.getInputs().empty())
    return malformed(node, "attribute '" + name + "' is not a number");
  Type element = getElementTypeOrSelf(node.getInputs()[0].getType());
  auto floatType = dyn_cast<FloatType>(element);
  if (!floatType)
    return malformed(node, "attribute '" + name + "' needs an input of floats");
  bool losesInfo;
  APFloat value = number.getValue();
  value.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  setInput(node, index, constant(node, DenseElementsAttr::get(RankedTensorType::get({}, element), value)));
  return success();
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

/// Squeeze, Unsqueeze, ReduceSum to 13; the other reductions to 18: axes become an input.
static LogicalResult axesToInput(onnx::NodeOp node) { return integersToInput(node, "axes", 1); }

/// Split to 13: the sizes become an input.
static LogicalResult splitToInput(onnx::NodeOp node) { return integersToInput(node, "split", 1); }

/// Clip to 11: the bounds become inputs.
static LogicalResult clipToInputs(onnx::NodeOp node) {
  return failure(failed(numberToInput(node, "min", 1)) || failed(numberToInput(node, "max", 2)));
}

/// Pad to 11: pads and value become inputs.
static LogicalResult padToInputs(onnx::NodeOp node) {
  return failure(failed(integersToInput(node, "pads", 1)) || failed(numberToInput(node, "value", 2)));
}

/// Slice to 10: starts, ends and axes become inputs.
static LogicalResult sliceToInputs(onnx::NodeOp node) {
  return failure(failed(integersToInput(node, "starts", 1)) || failed(integersToInput(node, "ends", 2)) ||
                 failed(integersToInput(node, "axes", 3)));
}

/// TopK to 10: k becomes an input (of one element).
static LogicalResult topKToInput(onnx::NodeOp node) { return integersToInput(node, "k", 1); }

/// Upsample and Resize-10 are a Resize by scales that samples at x / scale, rounding down.
static LogicalResult upsampleToResize(onnx::NodeOp node) {
  OpBuilder builder(node);
  Value scales;
  if (auto list = dyn_cast_or_null<DenseF32ArrayAttr>(takeAttr(node, "scales"))) {
    auto type = RankedTensorType::get({(int64_t)list.size()}, builder.getF32Type());
    scales = constant(node, DenseElementsAttr::get(type, list.asArrayRef()));
  } else if (node.getInputs().size() == 2) {
    scales = node.getInputs()[1];
  } else {
    return malformed(node, "scales are missing");
  }
  Value none = onnx::NoneOp::create(builder, node.getLoc(), builder.getNoneType());
  setInput(node, 1, none);
  setInput(node, 2, scales);
  setAttr(node, "coordinate_transformation_mode", builder.getStringAttr("asymmetric"));
  setAttr(node, "nearest_mode", builder.getStringAttr("floor"));
  node.setOpType("Resize");
  return success();
}

static LogicalResult scatterToScatterElements(onnx::NodeOp node) {
  node.setOpType("ScatterElements");
  return success();
}

static const UpgradeRule kRules[] = {
    {"Squeeze", 1, 12, 13, axesToInput},      {"Unsqueeze", 1, 12, 13, axesToInput},
    {"ReduceSum", 1, 12, 13, axesToInput},    {"ReduceMean", 1, 17, 18, axesToInput},
    {"ReduceMax", 1, 17, 18, axesToInput},    {"ReduceMin", 1, 17, 18, axesToInput},
    {"ReduceProd", 1, 17, 18, axesToInput},   {"ReduceL1", 1, 17, 18, axesToInput},
    {"ReduceL2", 1, 17, 18, axesToInput},     {"ReduceSumSquare", 1, 17, 18, axesToInput},
    {"ReduceLogSum", 1, 17, 18, axesToInput}, {"ReduceLogSumExp", 1, 17, 18, axesToInput},
    {"Split", 2, 12, 13, splitToInput},       {"Clip", 6, 10, 11, clipToInputs},
    {"Pad", 2, 10, 11, padToInputs},          {"Slice", 1, 9, 10, sliceToInputs},
    {"TopK", 1, 9, 10, topKToInput},          {"Upsample", 7, 9, 13, upsampleToResize},
    {"Resize", 10, 10, 13, upsampleToResize}, {"Scatter", 9, 11, 11, scatterToScatterElements},
};

ArrayRef<UpgradeRule> hewn::graph::getUpgradeRules() { return kRules; }

LogicalResult hewn::graph::upgrade(onnx::NodeOp node) {
  if (!node.getDomain().empty())
    return success();
  while (true) {
    const UpgradeRule *rule = llvm::find_if(getUpgradeRules(), [&](const UpgradeRule &rule) {
      return rule.opType == node.getOpType() && rule.first <= (int64_t)node.getSince() &&
             (int64_t)node.getSince() <= rule.last;
    });
    if (rule == getUpgradeRules().end())
      return success();
    if (failed(rule->apply(node)))
      return failure();
    node.setSince(rule->next);
  }
}
