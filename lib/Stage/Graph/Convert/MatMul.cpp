// Matrix products.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

static Value product(Node &node, Value lhs, Value rhs) {
  return node.build<nn::MatMulOp>(Node::element(lhs), lhs, rhs, nn::MatrixLayout::Row, IntegerAttr());
}

/// NumPy's matmul: vectors become matrices, batches broadcast; a matrix on the right is shared by all batches.
Value hewn::graph::matmul(Node &node, Value lhs, Value rhs) {
  if (Node::rank(lhs) == 0 || Node::rank(rhs) == 0) {
    (void)node.invalid("an operand of a matrix product has rank 0"); // kept in `failed`
    return lhs;
  }
  Sizes &sizes = node.sizes;
  AffineExpr one = sizes.constant(1);
  bool leftVector = Node::rank(lhs) == 1, rightVector = Node::rank(rhs) == 1;
  if (leftVector)
    lhs = node.reshape(lhs, {one, node.shape(lhs)[0]});
  if (rightVector)
    rhs = node.reshape(rhs, {node.shape(rhs)[0], one});
  SizeList left = node.shape(lhs), right = node.shape(rhs);
  if (!node.expectEqual(left.back(), right[right.size() - 2], "inner sizes of the matrix product differ"))
    return lhs;

  ArrayRef<AffineExpr> leftBatch = ArrayRef(left).drop_back(2), rightBatch = ArrayRef(right).drop_back(2);
  bool shared = llvm::all_of(rightBatch, [](AffineExpr size) { return Sizes::isKnown(size, 1); });
  if (shared && right.size() > 2) {
    // [1, ..., K, N] is a matrix; the result keeps the larger rank.
    rhs = node.reshape(rhs, ArrayRef(right).take_back(2));
    if (right.size() > left.size()) {
      SizeList padded(right.size() - left.size(), one);
      padded.append(left.begin(), left.end());
      lhs = node.reshape(lhs, padded);
    }
  } else if (!shared) {
    FailureOr<SizeList> batch = node.broadcastShape(
        {SizeList(leftBatch.begin(), leftBatch.end()), SizeList(rightBatch.begin(), rightBatch.end())});
    if (failed(batch))
      return lhs;
    auto widen = [&](Value value, ArrayRef<AffineExpr> shape) {
      SizeList target = *batch;
      target.append(shape.end() - 2, shape.end());
      return node.broadcast(value, target);
    };
    lhs = widen(lhs, left), rhs = widen(rhs, right);
  }
  if (node.failed)
    return lhs;
  Value result = product(node, lhs, rhs);
  SizeList shape = node.shape(result);
  if (rightVector)
    shape.pop_back();
  if (leftVector)
    shape.erase(shape.end() - (rightVector ? 1 : 2));
  return leftVector || rightVector ? node.reshape(result, shape) : result;
}

static Results convertMatMul(Node &node) {
  if (failed(node.require(2)))
    return failure();
  return SmallVector<Value>{matmul(node, node.operand(0), node.operand(1))};
}

/// Gemm: alpha * A' * B' + beta * C. alpha scales B, which is most often constant.
static Results convertGemm(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value a = node.operand(0), b = node.operand(1), c = node.operandOrNull(2);
  Type type = Node::element(a);
  if (Node::rank(a) != 2 || Node::rank(b) != 2)
    return node.invalid("A and B must have rank 2");
  if (node.integer("transA", 0))
    a = node.transpose(a, {1, 0});
  if (node.integer("transB", 0))
    b = node.transpose(b, {1, 0});
  if (double alpha = node.real("alpha", 1.0); alpha != 1.0)
    b = node.binary(nn::ElementwiseKind::Mul, b, node.scalar(alpha, type));
  double beta = node.real("beta", 1.0);
  Value result = matmul(node, a, b);
  if (node.failed || !c)
    return SmallVector<Value>{result};
  if (beta != 1.0)
    c = node.binary(nn::ElementwiseKind::Mul, c, node.scalar(beta, type));
  return SmallVector<Value>{
      node.elementwise(nn::ElementwiseKind::Add, {result, node.broadcast(c, node.shape(result))})};
}

void hewn::graph::registerMatMul(Registry &registry) {
  registry.add("MatMul", convertMatMul);
  registry.add("Gemm", convertGemm);
}
