// Normalisations.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

/// y = x * factor + shift with factor = scale / sqrt(var + eps), shift = B - mean * factor: vectors that const-eval
/// computes and that fold into the weights in front.
static Results convertBatchNorm(Node &node) {
  if (failed(node.require(5)))
    return failure();
  Value x = node.operand(0);
  if (node.integer("training_mode", 0))
    return node.unsupported("training_mode is set");
  if (Node::rank(x) < 2)
    return node.invalid("its input has rank " + Twine(Node::rank(x)));
  for (unsigned index = 1; index < 5; ++index) {
    if (Node::rank(node.operand(index)) != 1)
      return node.invalid("operand " + Twine(index) + " must be a vector");
    if (!node.expectEqual(node.shape(node.operand(index))[0], node.shape(x)[1], "channels and parameters differ"))
      return failure();
  }
  Type type = Node::element(node.operand(4)), data = Node::element(x);
  Value scale = node.cast(node.operand(1), type), bias = node.cast(node.operand(2), type),
        mean = node.cast(node.operand(3), type);
  Value epsilon = node.scalar(node.real("epsilon", 1e-5f), type);
  Value deviation =
      node.elementwise(ElementwiseKind::Sqrt, node.binary(ElementwiseKind::Add, node.operand(4), epsilon));
  Value factor = node.elementwise(ElementwiseKind::Div, {scale, deviation});
  Value shift = node.elementwise(ElementwiseKind::Sub, {bias, node.elementwise(ElementwiseKind::Mul, {mean, factor})});
  int64_t rank = Node::rank(x) - 1;
  Value scaled = node.binary(ElementwiseKind::Mul, x, node.alongAxis(node.cast(factor, data), 0, rank));
  return SmallVector<Value>{node.binary(ElementwiseKind::Add, scaled, node.alongAxis(node.cast(shift, data), 0, rank))};
}

static Value normalize(Node &node, Value x, Value scale, Value bias, int64_t axis, double epsilon, bool rms = false) {
  return node.build<nn::NormOp>(Node::element(x), x, scale, bias, axis, APFloat(epsilon), rms);
}

/// LayerNormalization and RMSNormalization over dimensions [axis, rank).
static Results convertLayerNorm(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  bool rms = node.op.getOpType() == "RMSNormalization" || node.op.getOpType() == "SimplifiedLayerNormalization";
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), Node::rank(x));
  if (failed(axis))
    return failure();
  SizeList shape = node.shape(x), rows(shape.begin() + *axis, shape.end());
  auto parameter = [&](unsigned index) -> Value {
    Value value = node.operandOrNull(index);
    return value ? node.broadcast(value, rows) : value;
  };
  Value scale = parameter(1), bias = rms ? Value() : parameter(2);
  if (node.failed)
    return failure();
  double epsilon = node.real("epsilon", 1e-5f);
  SmallVector<Value> results = {normalize(node, x, scale, bias, *axis, epsilon, rms)};
  if (node.isUsed(1) || node.isUsed(2)) {
    Type type = Node::element(x);
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(*axis, shape.size()));
    Value mean = node.reduce(x, nn::ReduceKind::Mean, axes, true);
    Value centred = node.binary(ElementwiseKind::Sub, x, mean);
    Value variance =
        node.reduce(node.elementwise(ElementwiseKind::Mul, {centred, centred}), nn::ReduceKind::Mean, axes, true);
    Value deviation = node.elementwise(ElementwiseKind::Sqrt,
                                       node.binary(ElementwiseKind::Add, variance, node.scalar(epsilon, type)));
    results.push_back(mean);
    results.push_back(node.elementwise(ElementwiseKind::Reciprocal, deviation));
  }
  return results;
}

static Value scaleAndShift(Node &node, Value x, Value scale, Value bias) {
  int64_t rank = Node::rank(x) - 1;
  Value scaled = node.binary(ElementwiseKind::Mul, x, node.alongAxis(scale, 0, rank));
  return node.binary(ElementwiseKind::Add, scaled, node.alongAxis(bias, 0, rank));
}

/// InstanceNormalization: each image and channel by itself.
static Results convertInstanceNorm(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0);
  if (Node::rank(x) < 3 || Node::rank(node.operand(1)) != 1 || Node::rank(node.operand(2)) != 1)
    return node.invalid("its input must have rank 3 or more and its parameters rank 1");
  Value normal = normalize(node, x, {}, {}, 2, node.real("epsilon", 1e-5f));
  return SmallVector<Value>{scaleAndShift(node, normal, node.operand(1), node.operand(2))};
}

/// GroupNormalization: [N, G, C / G * spatial] row-wise. Scale and bias are per channel
/// (version 18, where they were per group, is deprecated in ONNX).
static Results convertGroupNorm(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0);
  int64_t groups = node.integer("num_groups", 0);
  if (Node::rank(x) < 3 || Node::rank(node.operand(1)) != 1 || Node::rank(node.operand(2)) != 1 || groups < 1)
    return node.invalid("its input must have rank 3 or more, its parameters rank 1, and num_groups be positive");
  SizeList shape = node.shape(x);
  auto channels = Sizes::known(shape[1]);
  if (!channels || *channels % groups != 0)
    return node.invalid("num_groups does not divide the channels");
  SizeList rows = {shape[0], node.sizes.constant(groups), node.sizes.constant(*channels / groups)};
  rows.append(shape.begin() + 2, shape.end());
  Value normal = normalize(node, node.reshape(x, rows), {}, {}, 2, node.real("epsilon", 1e-5f));
  return SmallVector<Value>{scaleAndShift(node, node.reshape(normal, shape), node.operand(1), node.operand(2))};
}

/// LpNormalization: x / norm along an axis, 0 where the norm is 0.
static Results convertLpNorm(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  Type type = Node::element(x);
  int64_t p = node.integer("p", 2);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), Node::rank(x));
  if (failed(axis))
    return failure();
  if (p != 1 && p != 2)
    return node.invalid("attribute 'p' must be 1 or 2");
  Value norm = node.reduce(x, p == 1 ? nn::ReduceKind::L1 : nn::ReduceKind::L2, {*axis}, /*keepDims=*/true);
  Value isZero = node.binary(ElementwiseKind::Equal, norm, node.scalar(0, type), node.builder.getI1Type());
  Value zero = node.broadcast(node.scalar(0, type), node.shape(x));
  Value quotient = node.binary(ElementwiseKind::Div, x, norm);
  return SmallVector<Value>{
      node.elementwise(ElementwiseKind::Select, {node.broadcast(isZero, node.shape(x)), zero, quotient}, type)};
}

/// MeanVarianceNormalization: (x - mean) / (sqrt(mean((x - mean)^2)) + 1e-9) over `axes`.
static Results convertMeanVariance(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  FailureOr<SmallVector<int64_t>> axes =
      node.axes(node.integers("axes").value_or(SmallVector<int64_t>{0, 2, 3}), Node::rank(x));
  if (failed(axes))
    return failure();
  Value centred = node.binary(ElementwiseKind::Sub, x, node.reduce(x, nn::ReduceKind::Mean, *axes, true));
  Value variance =
      node.reduce(node.elementwise(ElementwiseKind::Mul, {centred, centred}), nn::ReduceKind::Mean, *axes, true);
  Value deviation = node.binary(ElementwiseKind::Add, node.elementwise(ElementwiseKind::Sqrt, variance),
                                node.scalar(1e-9, Node::element(x)));
  return SmallVector<Value>{node.binary(ElementwiseKind::Div, centred, deviation)};
}

void hewn::graph::registerNorm(Registry &registry) {
  registry.add("BatchNormalization", convertBatchNorm, 9);
  registry.add("LayerNormalization", convertLayerNorm);
  registry.add("RMSNormalization", convertLayerNorm);
  registry.add("InstanceNormalization", convertInstanceNorm);
  registry.add("GroupNormalization", convertGroupNorm, 21);
  registry.add("LpNormalization", convertLpNorm);
  registry.add("MeanVarianceNormalization", convertMeanVariance);
}
