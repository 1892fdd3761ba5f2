// Resize in its form of version 11 and later: roi, scales and sizes are optional inputs.
#include "Registry.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::graph;

/// The result's size and the scale of each dimension.
namespace {
struct Target {
  SizeList shape;
  SmallVector<double> scales;
};
} // namespace

static FailureOr<Target> fromScales(Node &node, const SizeList &shape, ArrayRef<int64_t> axes) {
  FailureOr<SmallVector<double>> scales = node.realElements(2);
  if (failed(scales))
    return failure();
  if (scales->size() != axes.size())
    return node.invalid("there are " + Twine(scales->size()) + " scales for " + Twine(axes.size()) + " dimensions");
  Target target{shape, SmallVector<double>(shape.size(), 1.0)};
  for (auto [axis, scale] : llvm::zip(axes, *scales)) {
    if (!(scale > 0 && scale < 1e9))
      return node.invalid("a scale is not positive");
    target.scales[axis] = scale;
    AffineExpr &size = target.shape[axis];
    if (auto number = Sizes::known(size))
      size = node.sizes.constant((int64_t)std::floor((double)*number * (double)(float)scale));
    else if (scale == std::floor(scale))
      size = node.sizes.mul(size, node.sizes.constant((int64_t)scale));
    else if (double inverse = 1.0 / scale; inverse == std::floor(inverse))
      size = node.sizes.divide(size, node.sizes.constant((int64_t)inverse));
    else
      return node.unsupported("a fractional scale of a dynamic dimension (fix it with --dim)");
  }
  return target;
}

static FailureOr<Target> fromSizes(Node &node, const SizeList &shape, ArrayRef<int64_t> axes, StringRef policy) {
  FailureOr<SizeList> sizes = node.sizeElements(3);
  if (failed(sizes))
    return failure();
  if (sizes->size() != axes.size())
    return node.invalid("there are " + Twine(sizes->size()) + " sizes for " + Twine(axes.size()) + " dimensions");
  Target target{shape, SmallVector<double>(shape.size(), 1.0)};
  double common = 0;
  for (auto [axis, size] : llvm::zip(axes, *sizes)) {
    auto from = Sizes::known(shape[axis]), to = Sizes::known(size);
    target.shape[axis] = size;
    if (from && to && *from > 0 && *to > 0) {
      double scale = (double)*to / *from;
      target.scales[axis] = scale;
      common = common == 0 ? scale : policy == "not_larger" ? std::min(common, scale) : std::max(common, scale);
      continue;
    }
    // A dynamic size that is a constant multiple of the input's.
    AffineExpr ratio = node.sizes.divide(size, shape[axis]);
    if (shape[axis] == size)
      continue;
    if (!Sizes::known(ratio) || *Sizes::known(ratio) < 1)
      return node.unsupported("a scale that is known at run time only (fix dynamic dimensions with --dim)");
    target.scales[axis] = *Sizes::known(ratio);
  }
  if (policy != "stretch")
    for (int64_t axis : axes) {
      auto from = Sizes::known(shape[axis]);
      if (!from)
        return node.unsupported("keep_aspect_ratio_policy with dynamic sizes");
      target.scales[axis] = common;
      target.shape[axis] = node.sizes.constant((int64_t)std::floor(common * *from + 0.5));
    }
  return target;
}

static Results convertResize(Node &node) {
  if (failed(node.require(1)))
    return failure();
  Value x = node.operand(0);
  SizeList shape = node.shape(x);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  if (auto given = node.integers("axes")) {
    FailureOr<SmallVector<int64_t>> checked = node.axes(*given, shape.size());
    if (failed(checked))
      return failure();
    axes = *checked;
  }
  std::string policy = node.string("keep_aspect_ratio_policy", "stretch");
  (void)node.real("extrapolation_value", 0); // means something for tf_crop_and_resize only, which is refused below
  auto isPresent = [&](unsigned index) {
    return node.has(index) && Node::type(node.operand(index)).hasStaticShape() &&
           Node::type(node.operand(index)).getNumElements() > 0;
  };
  if (isPresent(2) == isPresent(3))
    return node.invalid("exactly one of scales and sizes must be given");
  FailureOr<Target> target = isPresent(2) ? fromScales(node, shape, axes) : fromSizes(node, shape, axes, policy);
  if (failed(target))
    return failure();

  std::string modeName = node.string("mode", "nearest"),
              coordinateName = node.string("coordinate_transformation_mode", "half_pixel"),
              nearestName = node.string("nearest_mode", "round_prefer_floor");
  auto mode = nn::symbolizeResizeMode(modeName);
  auto coordinate = nn::symbolizeCoordinateMode(coordinateName);
  auto nearest = nn::symbolizeNearestMode(nearestName);
  if (!mode || !coordinate || !nearest)
    return node.unsupported("mode '" + modeName + "' with coordinates '" + coordinateName + "' and rounding '" +
                            nearestName + "'");
  if (node.integer("antialias", 0) && *mode != nn::ResizeMode::Nearest)
    for (double scale : target->scales)
      if (scale < 1)
        return node.unsupported("antialias");
  if (target->shape == shape && llvm::all_of(target->scales, [](double scale) { return scale == 1; }))
    return SmallVector<Value>{x};
  auto [fixed, dynamic] = node.split(target->shape);
  return SmallVector<Value>{node.build<nn::ResizeOp>(Node::element(x), x, dynamic, fixed, target->scales, *mode,
                                                     *coordinate, *nearest, APFloat(node.real("cubic_coeff_a", -0.75f)),
                                                     node.integer("exclude_outside", 0) != 0)};
}

void hewn::graph::registerResize(Registry &registry) { registry.add("Resize", convertResize, 11); }
