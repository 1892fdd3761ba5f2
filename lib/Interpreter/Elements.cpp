// Conversion of narrow floats, blocks of elements, strided copies.
#include "Elements.h"
#include <cmath>

using namespace hewn::interp;

//===----------------------------------------------------------------------===//
// Narrow floats
//===----------------------------------------------------------------------===//

/// Rounds to a format with `mantissa` bits behind the point and the smallest normal exponent `minExponent`. Scaling by
/// a power of two is exact in double, so the only rounding is the one to a whole number of units.
static double roundTo(double value, int mantissa, int minExponent, double largest) {
  if (!std::isfinite(value) || value == 0)
    return value;
  int exponent = std::max(std::ilogb(value), minExponent);
  double unit = std::ldexp(1.0, exponent - mantissa);
  double rounded = std::nearbyint(value / unit) * unit;
  return std::fabs(rounded) > largest ? std::copysign(INFINITY, value) : std::copysign(rounded, value);
}

BFloat hewn::interp::toBFloat(double value) {
  if (std::isnan(value))
    return {0x7fc0};
  float exact = static_cast<float>(roundTo(value, 7, -126, 3.3895313892515355e38));
  uint32_t bits;
  std::memcpy(&bits, &exact, sizeof bits);
  return {static_cast<uint16_t>(bits >> 16)};
}
double hewn::interp::fromBFloat(BFloat value) {
  uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

Half hewn::interp::toHalf(double value) {
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value))
    return {0x7e00};
  double magnitude = std::fabs(roundTo(value, 10, -14, 65504.0));
  if (std::isinf(magnitude))
    return {static_cast<uint16_t>(sign | 0x7c00)};
  if (magnitude < std::ldexp(1.0, -14)) // subnormal: units of 2^-24
    return {static_cast<uint16_t>(sign | static_cast<uint16_t>(std::ldexp(magnitude, 24)))};
  int exponent = std::ilogb(magnitude);
  auto fraction = static_cast<uint16_t>(std::ldexp(magnitude, 10 - exponent)) & 0x3ff;
  return {static_cast<uint16_t>(sign | ((exponent + 15) << 10) | fraction)};
}
double hewn::interp::fromHalf(Half value) {
  int exponent = (value.bits >> 10) & 0x1f, fraction = value.bits & 0x3ff;
  double magnitude;
  if (exponent == 0x1f)
    magnitude = fraction ? NAN : INFINITY;
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else
    magnitude = std::ldexp(fraction | 0x400, exponent - 25);
  return value.bits & 0x8000 ? -magnitude : magnitude;
}

//===----------------------------------------------------------------------===//
// Blocks of elements
//===----------------------------------------------------------------------===//

namespace {
/// Float to integer truncates, saturates, and takes NaN to 0.
Integer truncateToInteger(double value) {
  if (std::isnan(value))
    return 0;
  constexpr double limit = 18446744073709551616.0; // 2^64: every element type's range lies inside
  return static_cast<Integer>(std::fmax(-limit, std::fmin(limit, value)));
}

template <typename To, typename T> To convert(typename Element<T>::Compute value) {
  if constexpr (std::is_same_v<To, Integer> && std::is_same_v<typename Element<T>::Compute, double>)
    return truncateToInteger(value);
  else
    return static_cast<To>(value);
}

template <typename To> void load(const Tensor &tensor, int64_t begin, int64_t count, To *values) {
  dispatchKind(tensor.getKind(), [&](auto storage) {
    using T = decltype(storage);
    for (int64_t i = 0; i < count; ++i)
      values[i] = convert<To, T>(loadAt<T>(tensor.data(), begin + i));
  });
}

template <typename From> void store(Tensor &tensor, int64_t begin, int64_t count, const From *values) {
  dispatchKind(tensor.getKind(), [&](auto storage) {
    using T = decltype(storage);
    for (int64_t i = 0; i < count; ++i) {
      if constexpr (std::is_same_v<From, double> && std::is_same_v<T, Bool>)
        storeAt<T>(tensor.mutableData(), begin + i, values[i] != 0); // NaN and fractions are true
      else if constexpr (std::is_same_v<From, double> && std::is_same_v<typename Element<T>::Compute, Integer>) {
        constexpr Integer low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
        Integer value = truncateToInteger(values[i]);
        storeAt<T>(tensor.mutableData(), begin + i, value < low ? low : (value > high ? high : value));
      } else if constexpr (std::is_same_v<From, Integer> && std::is_same_v<T, float>)
        storeAt<T>(tensor.mutableData(), begin + i, static_cast<float>(values[i])); // rounds once, not twice
      else
        storeAt<T>(tensor.mutableData(), begin + i, static_cast<typename Element<T>::Compute>(values[i]));
    }
  });
}
} // namespace

void hewn::interp::loadFloats(const Tensor &tensor, int64_t begin, int64_t count, double *values) {
  load(tensor, begin, count, values);
}
void hewn::interp::loadIntegers(const Tensor &tensor, int64_t begin, int64_t count, Integer *values) {
  load(tensor, begin, count, values);
}
void hewn::interp::storeFloats(Tensor &tensor, int64_t begin, int64_t count, const double *values) {
  store(tensor, begin, count, values);
}
void hewn::interp::storeIntegers(Tensor &tensor, int64_t begin, int64_t count, const Integer *values) {
  store(tensor, begin, count, values);
}
std::vector<double> hewn::interp::loadFloats(const Tensor &tensor) {
  std::vector<double> values(tensor.getNumElements());
  loadFloats(tensor, 0, values.size(), values.data());
  return values;
}

//===----------------------------------------------------------------------===//
// Strided copies
//===----------------------------------------------------------------------===//

namespace {
struct Dim {
  int64_t size, to, from; // strides in bytes
};

template <typename T> void copyRow(char *to, int64_t toStride, const char *from, int64_t fromStride, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * toStride, from + i * fromStride, sizeof(T));
}

void copyDims(char *to, const char *from, llvm::ArrayRef<Dim> dims, int64_t elementSize) {
  if (dims.empty()) {
    std::memcpy(to, from, elementSize);
    return;
  }
  const Dim &dim = dims.front();
  if (dims.size() > 1) {
    for (int64_t i = 0; i < dim.size; ++i)
      copyDims(to + i * dim.to, from + i * dim.from, dims.drop_front(), elementSize);
    return;
  }
  if (dim.to == elementSize && dim.from == elementSize)
    std::memcpy(to, from, dim.size * elementSize);
  else if (elementSize == 1)
    copyRow<uint8_t>(to, dim.to, from, dim.from, dim.size);
  else if (elementSize == 2)
    copyRow<uint16_t>(to, dim.to, from, dim.from, dim.size);
  else if (elementSize == 4)
    copyRow<uint32_t>(to, dim.to, from, dim.from, dim.size);
  else
    copyRow<uint64_t>(to, dim.to, from, dim.from, dim.size);
}
} // namespace

void hewn::interp::copyBox(char *to, const Strided &toBox, const char *from, const Strided &fromBox,
                           llvm::ArrayRef<int64_t> sizes, int64_t elementSize) {
  llvm::SmallVector<Dim, 6> dims;
  for (auto [size, toStride, fromStride] : llvm::zip_equal(sizes, toBox.strides, fromBox.strides)) {
    if (size <= 0)
      return;
    if (size == 1)
      continue;
    Dim dim{size, toStride * elementSize, fromStride * elementSize};
    // Two dimensions that follow on each other on both sides are one.
    if (!dims.empty() && dims.back().to == dim.to * size && dims.back().from == dim.from * size)
      dims.back() = {dims.back().size * size, dim.to, dim.from};
    else
      dims.push_back(dim);
  }
  copyDims(to + toBox.offset * elementSize, from + fromBox.offset * elementSize, dims, elementSize);
}
