// Reductions, softmax and running sums.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;
using nn::ReduceKind;

struct ReduceRow {
  const char *name;
  ReduceKind kind;
};
static const ReduceRow kReduce[] = {
    {"ReduceSum", ReduceKind::Sum},       {"ReduceMean", ReduceKind::Mean},
    {"ReduceMax", ReduceKind::Max},       {"ReduceMin", ReduceKind::Min},
    {"ReduceProd", ReduceKind::Prod},     {"ReduceL1", ReduceKind::L1},
    {"ReduceL2", ReduceKind::L2},         {"ReduceSumSquare", ReduceKind::SumSquare},
    {"ReduceLogSum", ReduceKind::LogSum}, {"ReduceLogSumExp", ReduceKind::LogSumExp},
};

/// Axes as an input (or none: all, or nothing with noop_with_empty_axes).
static Results convertReduce(Node &node) {
  if (failed(node.require(1)))
    return failure();
  const ReduceRow *row = llvm::find_if(kReduce, [&](const ReduceRow &row) { return row.name == node.op.getOpType(); });
  Value x = node.operand(0);
  bool keepDims = node.integer("keepdims", 1) != 0, isNoop = node.integer("noop_with_empty_axes", 0) != 0;
  SmallVector<int64_t> raw;
  if (node.has(1)) {
    FailureOr<SmallVector<int64_t>> given = node.integerElements(1);
    if (failed(given))
      return failure();
    raw = *given;
  }
  if (raw.empty()) {
    if (isNoop) {
      // A reduction of each element by itself: |x|, x^2 or x.
      if (row->kind == ReduceKind::L1 || row->kind == ReduceKind::L2)
        x = node.elementwise(ElementwiseKind::Abs, x);
      else if (row->kind == ReduceKind::SumSquare)
        x = node.elementwise(ElementwiseKind::Mul, {x, x});
      else if (row->kind == ReduceKind::LogSum)
        x = node.elementwise(ElementwiseKind::Log, x);
      return SmallVector<Value>{x};
    }
    raw = llvm::to_vector(llvm::seq<int64_t>(0, Node::rank(x)));
  }
  FailureOr<SmallVector<int64_t>> axes = node.axes(raw, Node::rank(x));
  if (failed(axes))
    return failure();
  return SmallVector<Value>{node.reduce(x, row->kind, *axes, keepDims)};
}

static Results convertArgReduce(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), Node::rank(x));
  if (failed(axis))
    return failure();
  return SmallVector<Value>{
      node.build<nn::ArgReduceOp>(node.builder.getI64Type(), x, *axis, node.op.getOpType() == "ArgMax",
                                  node.integer("select_last_index", 0) != 0, node.integer("keepdims", 1) != 0)};
}

/// Softmax and LogSoftmax from version 13 on: along one axis.
static Results convertSoftmax(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), Node::rank(x));
  if (failed(axis))
    return failure();
  return SmallVector<Value>{node.build<nn::SoftmaxOp>(Node::element(x), x, *axis, node.op.getOpType() == "LogSoftmax")};
}

/// Before version 13 the axis (default 1) splits the shape in two, and rows run over everything behind it.
static Results convertOldSoftmax(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  int64_t raw = node.integer("axis", 1), rank = Node::rank(x);
  if (raw < -rank || raw > rank)
    return node.invalid("axis " + Twine(raw) + " is outside of rank " + Twine(rank));
  int64_t axis = raw < 0 ? raw + rank : raw;
  SizeList shape = node.shape(x);
  bool log = node.op.getOpType() == "LogSoftmax";
  if (axis + 1 == rank)
    return SmallVector<Value>{node.build<nn::SoftmaxOp>(Node::element(x), x, axis, log)};
  Value rows = node.reshape(
      x, {node.sizes.product(ArrayRef(shape).take_front(axis)), node.sizes.product(ArrayRef(shape).drop_front(axis))});
  return SmallVector<Value>{node.reshape(node.build<nn::SoftmaxOp>(Node::element(x), rows, 1, log), shape)};
}

/// Hardmax: 1 at the first largest element of the axis, 0 elsewhere.
static Results convertHardmax(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  Type type = Node::element(x), i64 = node.builder.getI64Type();
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), Node::rank(x));
  if (failed(axis))
    return failure();
  Value best = node.build<nn::ArgReduceOp>(i64, x, *axis, /*largest=*/true, /*select_last=*/false, /*keep_dims=*/true);
  auto [fixed, dynamic] = node.split(node.shape(x)[*axis]);
  Value numbers = node.build<nn::IotaOp>(i64, node.scalar(0, i64), node.scalar(1, i64), dynamic, fixed);
  Value hit = node.binary(ElementwiseKind::Equal, best, node.alongAxis(numbers, *axis, Node::rank(x)),
                          node.builder.getI1Type());
  return SmallVector<Value>{node.cast(hit, type)};
}

static Results convertCumSum(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0);
  FailureOr<int64_t> raw = node.integerElement(1);
  if (failed(raw))
    return failure();
  FailureOr<int64_t> axis = node.axis(*raw, Node::rank(x));
  if (failed(axis))
    return failure();
  return SmallVector<Value>{node.build<nn::CumSumOp>(Node::element(x), x, *axis, node.integer("exclusive", 0) != 0,
                                                     node.integer("reverse", 0) != 0)};
}

void hewn::graph::registerReduce(Registry &registry) {
  for (const ReduceRow &row : kReduce)
    registry.add(row.name, convertReduce);
  registry.add("ArgMax", convertArgReduce);
  registry.add("ArgMin", convertArgReduce);
  registry.add("Softmax", convertSoftmax, 13);
  registry.add("LogSoftmax", convertSoftmax, 13);
  registry.add("Softmax", convertOldSoftmax, 1, 12);
  registry.add("LogSoftmax", convertOldSoftmax, 1, 12);
  registry.add("Hardmax", convertHardmax, 13);
  registry.add("CumSum", convertCumSum);
}
