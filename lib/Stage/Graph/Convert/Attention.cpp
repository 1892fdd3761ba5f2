// Attention and rotary embeddings as operators of their own.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;
using nn::ElementwiseKind;

/// [B, L, H * D] -> [B, H, L, D]
static FailureOr<Value> splitHeads(Node &node, Value x, int64_t heads) {
  if (heads < 1)
    return node.invalid("the number of heads must be positive for operands of rank 3");
  SizeList s = node.shape(x);
  AffineExpr count = node.sizes.constant(heads), size = node.sizes.divide(s[2], count);
  if (!node.expectEqual(node.sizes.mul(size, count), s[2], "heads do not divide the hidden size"))
    return failure();
  return node.transpose(node.reshape(x, {s[0], s[1], count, size}), {0, 2, 1, 3});
}

/// Key or value heads are shared by groups of query heads: each is repeated.
static FailureOr<Value> repeatHeads(Node &node, Value x, AffineExpr heads) {
  SizeList s = node.shape(x);
  if (s[1] == heads)
    return x;
  auto have = Sizes::known(s[1]), want = Sizes::known(heads);
  if (!have || !want || *have < 1 || *want % *have != 0)
    return node.invalid("the heads of key and value do not divide those of the query");
  AffineExpr one = node.sizes.constant(1), times = node.sizes.constant(*want / *have);
  Value spread = node.broadcast(node.reshape(x, {s[0], s[1], one, s[2], s[3]}), {s[0], s[1], times, s[2], s[3]});
  return node.reshape(spread, {s[0], heads, s[2], s[3]});
}

/// The mask that is added to the scores: booleans choose 0 or -inf.
static FailureOr<Value> additiveMask(Node &node, Value mask, Type type) {
  if (Node::rank(mask) > 4 || Node::rank(mask) < 1)
    return node.invalid("the mask has rank " + Twine(Node::rank(mask)));
  SizeList padded(4 - Node::rank(mask), node.sizes.constant(1));
  llvm::append_range(padded, node.shape(mask));
  mask = node.reshape(mask, padded);
  if (!Node::element(mask).isInteger(1))
    return node.cast(mask, type);
  Value zero = node.broadcast(node.scalar(0, type), padded);
  Value minus = node.broadcast(node.scalar(-std::numeric_limits<double>::infinity(), type), padded);
  return node.elementwise(ElementwiseKind::Select, {mask, zero, minus}, type);
}

/// -inf where the key's position lies behind the query's.
static Value causalMask(Node &node, AffineExpr rows, AffineExpr columns, Type type) {
  Type i64 = node.builder.getI64Type();
  auto numbers = [&](AffineExpr size, int64_t axis) {
    auto [fixed, dynamic] = node.split(size);
    return node.alongAxis(node.build<nn::IotaOp>(i64, node.scalar(0, i64), node.scalar(1, i64), dynamic, fixed), axis,
                          2);
  };
  Value hidden = node.binary(ElementwiseKind::Greater, numbers(columns, 1), numbers(rows, 0), node.builder.getI1Type());
  SizeList shape = node.shape(hidden);
  Value zero = node.broadcast(node.scalar(0, type), shape);
  Value minus = node.broadcast(node.scalar(-std::numeric_limits<double>::infinity(), type), shape);
  Value mask = node.elementwise(ElementwiseKind::Select, {hidden, minus, zero}, type);
  AffineExpr one = node.sizes.constant(1);
  return node.reshape(mask, {one, one, rows, columns});
}

/// Attention without a cache: Q, K, V [, mask].
static Results convertAttention(Node &node) {
  if (failed(node.require(3)))
    return failure();
  if (node.has(4) || node.has(5) || node.has(6) || node.isUsed(1) || node.isUsed(2) || node.isUsed(3))
    return node.unsupported("a key-value cache or its scores");
  if (node.real("softcap", 0) != 0)
    return node.unsupported("softcap");
  Value q = node.operand(0), k = node.operand(1), v = node.operand(2);
  int64_t rank = Node::rank(q);
  if ((rank != 3 && rank != 4) || Node::rank(k) != rank || Node::rank(v) != rank)
    return node.invalid("query, key and value must all have rank 3 or 4");
  if (rank == 3) {
    FailureOr<Value> q4 = splitHeads(node, q, node.integer("q_num_heads", 0)),
                     k4 = splitHeads(node, k, node.integer("kv_num_heads", 0)),
                     v4 = splitHeads(node, v, node.integer("kv_num_heads", 0));
    if (failed(q4) || failed(k4) || failed(v4))
      return failure();
    q = *q4, k = *k4, v = *v4;
  }
  SizeList s = node.shape(q);
  FailureOr<Value> keys = repeatHeads(node, k, s[1]), values = repeatHeads(node, v, s[1]);
  if (failed(keys) || failed(values))
    return failure();
  k = *keys, v = *values;
  SizeList t = node.shape(k), u = node.shape(v);
  if (!node.expectEqual(s[0], t[0], "batches differ") || !node.expectEqual(s[0], u[0], "batches differ") ||
      !node.expectEqual(s[3], t[3], "head sizes of query and key differ") ||
      !node.expectEqual(t[2], u[2], "lengths of key and value differ"))
    return failure();
  Type type = Node::element(q);
  Value mask;
  if (node.has(3)) {
    FailureOr<Value> added = additiveMask(node, node.operand(3), type);
    if (failed(added))
      return failure();
    mask = *added;
  }
  if (node.integer("is_causal", 0)) {
    Value causal = causalMask(node, s[2], t[2], type);
    mask = mask ? node.binary(ElementwiseKind::Add, mask, causal) : causal;
  }
  if (mask && !node.failed) {
    // nn.attention wants the last dimension in full.
    SizeList shape = node.shape(mask);
    if (!node.expectEqual(shape[3], t[2], "the mask does not fit the key's length"))
      return failure();
  }
  auto headSize = Sizes::known(s[3]);
  if (!headSize && !node.hasAttr("scale"))
    return node.unsupported("a dynamic head size without a scale");
  double scale =
      node.hasAttr("scale") ? node.real("scale", 1) : 1.0 / std::sqrt((double)std::max<int64_t>(1, *headSize));
  if (node.failed)
    return failure();
  Value y = node.build<nn::AttentionOp>(type, q, k, v, mask, APFloat(scale), /*key_transposed=*/false);
  if (rank == 3)
    y = node.reshape(node.transpose(y, {0, 2, 1, 3}), {s[0], s[2], node.sizes.mul(s[1], u[3])});
  return SmallVector<Value>{y};
}

/// RotaryEmbedding: pairs of elements turn by the angles of their position; `interleaved` pairs neighbours, else the
/// two halves.
static Results convertRotary(Node &node) {
  if (failed(node.require(3)))
    return failure();
  Value x = node.operand(0), cos = node.operand(1), sin = node.operand(2);
  int64_t rank = Node::rank(x);
  if (rank == 3) {
    FailureOr<Value> split = splitHeads(node, x, node.integer("num_heads", 0));
    if (failed(split))
      return failure();
    x = *split;
  } else if (rank != 4) {
    return node.invalid("its input must have rank 3 or 4");
  }
  if (node.has(3)) {
    if (Node::rank(cos) != 2 || Node::rank(sin) != 2)
      return node.invalid("the caches must have rank 2 beside position_ids");
    cos = node.build<nn::GatherOp>(Node::element(cos), cos, node.operand(3), 0);
    sin = node.build<nn::GatherOp>(Node::element(sin), sin, node.operand(3), 0);
  }
  if (Node::rank(cos) != 3 || Node::rank(sin) != 3)
    return node.invalid("the caches must have rank 3");
  SizeList s = node.shape(x), angles = node.shape(cos);
  Sizes &sizes = node.sizes;
  AffineExpr one = sizes.constant(1), zero = sizes.constant(0), two = sizes.constant(2);
  int64_t width = node.integer("rotary_embedding_dim", 0);
  AffineExpr turned = width > 0 ? sizes.constant(width) : s[3], half = sizes.divide(turned, two);
  auto total = Sizes::known(s[3]);
  if (!total || width < 0 || width > *total || *total % 2 != 0 || width % 2 != 0)
    return node.invalid("the rotary dimension must be even, static and at most the head size");
  cos = node.reshape(cos, {angles[0], one, angles[1], angles[2]});
  sin = node.reshape(sin, {angles[0], one, angles[1], angles[2]});
  bool interleaved = node.integer("interleaved", 0) != 0;
  auto take = [&](AffineExpr offset, AffineExpr count, int64_t step) {
    return node.slice(x, {zero, zero, zero, offset}, {s[0], s[1], s[2], count}, {1, 1, 1, step});
  };
  Value a = interleaved ? take(zero, half, 2) : take(zero, half, 1),
        b = interleaved ? take(one, half, 2) : take(half, half, 1);
  auto mul = [&](Value value, Value factor) {
    return node.elementwise(ElementwiseKind::Mul, {value, node.broadcast(factor, node.shape(value))});
  };
  Value real = node.elementwise(ElementwiseKind::Sub, {mul(a, cos), mul(b, sin)});
  Value imaginary = node.elementwise(ElementwiseKind::Add, {mul(a, sin), mul(b, cos)});
  if (node.failed)
    return failure();
  Type type = Node::element(x);
  Value y;
  if (interleaved) {
    SizeList pair = {s[0], s[1], s[2], half, one};
    y = node.build<nn::ConcatOp>(type, ValueRange{node.reshape(real, pair), node.reshape(imaginary, pair)}, 4);
    y = node.reshape(y, {s[0], s[1], s[2], turned});
  } else {
    y = node.build<nn::ConcatOp>(type, ValueRange{real, imaginary}, 3);
  }
  if (turned != s[3])
    y = node.build<nn::ConcatOp>(type, ValueRange{y, take(turned, sizes.sub(s[3], turned), 1)}, 3);
  if (rank == 3)
    y = node.reshape(node.transpose(y, {0, 2, 1, 3}), node.shape(node.operand(0)));
  return SmallVector<Value>{y};
}

void hewn::graph::registerAttention(Registry &registry) {
  registry.add("Attention", convertAttention);
  registry.add("RotaryEmbedding", convertRotary);
}
