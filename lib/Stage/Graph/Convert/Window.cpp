// Convolutions and pools.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

namespace {
/// The attributes that every sliding window has.
struct Window {
  SmallVector<int64_t> kernel, strides, dilations, pads;
  size_t rank() const { return kernel.size(); }
};
} // namespace

/// SAME_UPPER and SAME_LOWER: pads such that the result has ceil(size / stride) windows.
static LogicalResult padSame(Node &node, Value x, Window &window, bool upper) {
  SizeList shape = node.shape(x);
  for (size_t dim = 0; dim < window.rank(); ++dim) {
    int64_t reach = (window.kernel[dim] - 1) * window.dilations[dim] + 1, stride = window.strides[dim], total;
    if (auto size = Sizes::known(shape[2 + dim]))
      total = std::max<int64_t>(0, (llvm::divideCeil(*size, stride) - 1) * stride + reach - *size);
    else if (stride == 1)
      total = reach - 1;
    else
      return node.unsupported("auto_pad needs static spatial sizes where strides are not 1 (fix them with --dim)");
    window.pads[dim] = upper ? total / 2 : total - total / 2;
    window.pads[window.rank() + dim] = total - window.pads[dim];
  }
  return success();
}

static FailureOr<Window> getWindow(Node &node, Value x, ArrayRef<int64_t> kernel) {
  Window window;
  size_t rank = kernel.size();
  if (rank < 1 || rank > 3 || Node::rank(x) != (int64_t)rank + 2)
    return node.unsupported("its input has rank " + Twine(Node::rank(x)) + " and its window rank " + Twine(rank) +
                            "; 1 to 3 spatial dimensions are supported");
  window.kernel = llvm::to_vector(kernel);
  window.strides = node.integers("strides", rank, 1);
  window.dilations = node.integers("dilations", rank, 1);
  window.pads = node.integers("pads", 2 * rank, 0);
  auto outside = [](ArrayRef<int64_t> values, int64_t low) {
    return llvm::any_of(values, [&](int64_t value) { return value < low || value > (int64_t(1) << 30); });
  };
  if (outside(window.kernel, 1) || outside(window.strides, 1) || outside(window.dilations, 1) ||
      llvm::any_of(window.pads, [](int64_t value) { return value > (int64_t(1) << 30); }))
    return node.invalid("kernel, strides and dilations must be positive");
  std::string autoPad = node.string("auto_pad", "NOTSET");
  if (autoPad == "VALID")
    window.pads.assign(2 * rank, 0);
  else if (autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER") {
    if (failed(padSame(node, x, window, autoPad == "SAME_UPPER")))
      return failure();
  } else if (autoPad != "NOTSET" && !autoPad.empty())
    return node.invalid("auto_pad '" + autoPad + "' does not exist");
  if (outside(window.pads, 0))
    return node.unsupported("pads are negative");
  if (node.failed)
    return failure();
  return window;
}

/// Window sizes of a filter [F, C, k...] whose attribute `kernel_shape` may repeat them.
static FailureOr<SmallVector<int64_t>> filterKernel(Node &node, Value filter) {
  if (Node::rank(filter) < 3)
    return node.invalid("the filter has rank " + Twine(Node::rank(filter)));
  SmallVector<int64_t> kernel = llvm::to_vector(Node::type(filter).getShape().drop_front(2));
  if (!Node::type(filter).hasStaticShape())
    return node.unsupported("the filter's sizes are dynamic");
  if (auto stated = node.integers("kernel_shape"); stated && !stated->empty() && ArrayRef(*stated) != ArrayRef(kernel))
    return node.invalid("attribute 'kernel_shape' is not the filter's shape");
  return kernel;
}

static LogicalResult checkBias(Node &node, Value bias, AffineExpr channels) {
  if (!bias)
    return success();
  if (Node::rank(bias) != 1)
    return node.invalid("the bias has rank " + Twine(Node::rank(bias)));
  return success(node.expectEqual(node.shape(bias)[0], channels, "bias and output channels differ"));
}

static Results convertConv(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), filter = node.operand(1), bias = node.operandOrNull(2);
  FailureOr<SmallVector<int64_t>> kernel = filterKernel(node, filter);
  if (failed(kernel))
    return failure();
  FailureOr<Window> window = getWindow(node, x, *kernel);
  if (failed(window))
    return failure();
  int64_t groups = node.integer("group", 1), outputs = Node::type(filter).getDimSize(0);
  if (groups < 1 || outputs % groups != 0)
    return node.invalid("group " + Twine(groups) + " does not divide the " + Twine(outputs) + " output channels");
  AffineExpr channels = node.sizes.mul(node.shape(filter)[1], node.sizes.constant(groups));
  if (!node.expectEqual(node.shape(x)[1], channels, "input channels of data and filter differ") ||
      failed(checkBias(node, bias, node.shape(filter)[0])))
    return failure();
  return SmallVector<Value>{node.build<nn::ConvOp>(Node::element(x), x, filter, bias, window->strides,
                                                   window->dilations, window->pads, groups, nn::Layout::NCHW,
                                                   nn::FilterLayout::OIHW, IntegerAttr())};
}

/// `output_shape` fixes the pads; auto_pad SAME makes output_shape = input * stride.
static LogicalResult fitOutputShape(Node &node, Value x, Window &window, ArrayRef<int64_t> outputPadding) {
  std::optional<SmallVector<int64_t>> wanted = node.integers("output_shape");
  std::string autoPad = node.string("auto_pad", "NOTSET");
  bool same = StringRef(autoPad).starts_with("SAME");
  if (!same && (!wanted || wanted->empty()))
    return success();
  size_t rank = window.rank();
  if (wanted && !wanted->empty() && wanted->size() != rank && wanted->size() != rank + 2)
    return node.invalid("attribute 'output_shape' has " + Twine(wanted->size()) + " entries");
  for (size_t dim = 0; dim < rank; ++dim) {
    int64_t stride = window.strides[dim], reach = (window.kernel[dim] - 1) * window.dilations[dim] + 1, total;
    auto size = Sizes::known(node.shape(x)[2 + dim]);
    if (wanted && !wanted->empty()) {
      if (!size)
        return node.unsupported("'output_shape' needs static spatial sizes (fix them with --dim)");
      total = stride * (*size - 1) + outputPadding[dim] + reach - (*wanted)[wanted->size() - rank + dim];
    } else {
      total = outputPadding[dim] + reach - stride;
    }
    if (total < 0)
      return node.unsupported("'output_shape' is larger than the transposed convolution reaches");
    bool upper = autoPad == "SAME_UPPER";
    window.pads[dim] = upper ? total / 2 : total - total / 2;
    window.pads[rank + dim] = total - window.pads[dim];
  }
  return success();
}

static Results convertConvTranspose(Node &node) {
  if (failed(node.require(2)))
    return failure();
  Value x = node.operand(0), filter = node.operand(1), bias = node.operandOrNull(2);
  FailureOr<SmallVector<int64_t>> kernel = filterKernel(node, filter);
  if (failed(kernel))
    return failure();
  FailureOr<Window> window = getWindow(node, x, *kernel);
  if (failed(window))
    return failure();
  SmallVector<int64_t> outputPadding = node.integers("output_padding", window->rank(), 0);
  if (node.failed || failed(fitOutputShape(node, x, *window, outputPadding)))
    return failure();
  int64_t groups = node.integer("group", 1);
  if (groups < 1 || Node::type(filter).getDimSize(0) % groups != 0)
    return node.invalid("group " + Twine(groups) + " does not divide the input channels");
  AffineExpr channels = node.sizes.mul(node.shape(filter)[1], node.sizes.constant(groups));
  if (!node.expectEqual(node.shape(x)[1], node.shape(filter)[0], "input channels of data and filter differ") ||
      failed(checkBias(node, bias, channels)))
    return failure();
  return SmallVector<Value>{node.build<nn::ConvTransposeOp>(Node::element(x), x, filter, bias, window->strides,
                                                            window->dilations, window->pads, outputPadding, groups)};
}

/// MaxPool, AveragePool, LpPool.
static Results convertPool(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  StringRef name = node.op.getOpType();
  std::optional<SmallVector<int64_t>> kernel = node.integers("kernel_shape");
  if (!kernel)
    return node.invalid("attribute 'kernel_shape' is missing");
  FailureOr<Window> window = getWindow(node, x, *kernel);
  if (failed(window))
    return failure();
  if (node.isUsed(1))
    return node.unsupported("its output Indices is used");
  nn::PoolKind kind = name == "MaxPool"       ? nn::PoolKind::Max
                      : name == "AveragePool" ? nn::PoolKind::Average
                                              : nn::PoolKind::LpNorm;
  int64_t p = node.integer("p", 2);
  if (kind == nn::PoolKind::LpNorm && p < 1)
    return node.invalid("attribute 'p' must be positive");
  return SmallVector<Value>{node.build<nn::PoolOp>(
      Node::element(x), x, kind, window->kernel, window->strides, window->dilations, window->pads,
      node.integer("count_include_pad", 0) != 0, node.integer("ceil_mode", 0) != 0, p)};
}

/// GlobalAveragePool, GlobalMaxPool, GlobalLpPool: reductions over the spatial dimensions.
static Results convertGlobalPool(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  if (Node::rank(x) < 2)
    return node.invalid("its input has rank " + Twine(Node::rank(x)));
  StringRef name = node.op.getOpType();
  nn::ReduceKind kind = nn::ReduceKind::Mean;
  if (name == "GlobalMaxPool")
    kind = nn::ReduceKind::Max;
  if (name == "GlobalLpPool") {
    int64_t p = node.integer("p", 2);
    if (p != 1 && p != 2)
      return node.unsupported("attribute 'p' is " + Twine(p) + "; 1 and 2 are supported");
    kind = p == 1 ? nn::ReduceKind::L1 : nn::ReduceKind::L2;
  }
  return SmallVector<Value>{
      node.reduce(x, kind, llvm::to_vector(llvm::seq<int64_t>(2, Node::rank(x))), /*keepDims=*/true)};
}

/// LRN: x / (bias + alpha * mean over `size` channels of x^2)^beta, as a pool over channels.
static Results convertLRN(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  Type type = Node::element(x);
  int64_t size = node.integer("size", 1);
  if (Node::rank(x) < 3 || size < 1)
    return node.invalid("its input must have rank 3 or more, and 'size' must be positive");
  SizeList shape = node.shape(x),
           planes = {shape[0], node.sizes.constant(1), shape[1], node.sizes.product(ArrayRef(shape).drop_front(2))};
  Value square = node.reshape(node.elementwise(nn::ElementwiseKind::Mul, {x, x}), planes);
  int64_t before = (size - 1) / 2, after = size - 1 - before;
  Value mean =
      node.build<nn::PoolOp>(type, square, nn::PoolKind::Average, ArrayRef<int64_t>{size, 1}, ArrayRef<int64_t>{1, 1},
                             ArrayRef<int64_t>{1, 1}, ArrayRef<int64_t>{before, 0, after, 0},
                             /*count_include_pad=*/true);
  Value scaled = node.binary(nn::ElementwiseKind::Mul, mean, node.scalar(node.real("alpha", 1e-4f), type));
  Value shifted = node.binary(nn::ElementwiseKind::Add, scaled, node.scalar(node.real("bias", 1.0f), type));
  Value power = node.binary(nn::ElementwiseKind::Pow, shifted, node.scalar(node.real("beta", 0.75f), type));
  return SmallVector<Value>{node.elementwise(nn::ElementwiseKind::Div, {x, node.reshape(power, shape)})};
}

void hewn::graph::registerWindow(Registry &registry) {
  registry.add("Conv", convertConv);
  registry.add("ConvTranspose", convertConvTranspose);
  for (const char *name : {"MaxPool", "AveragePool", "LpPool"})
    registry.add(name, convertPool);
  for (const char *name : {"GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"})
    registry.add(name, convertGlobalPool);
  registry.add("LRN", convertLRN);
}
