// Compiles the formulas of Elementwise.def into loops over doubles and over wide integers.
#include "hewn/Dialect/NN/ElementwiseMath.h"
#include "hewn/Dialect/NN/NN.h"
#include <cmath>

using namespace hewn::nn;

namespace {

//===----------------------------------------------------------------------===//
// Functions that the formulas use
//===----------------------------------------------------------------------===//

using Unsigned = unsigned __int128;

Integer integerDivide(Integer x, Integer y) { return y == 0 ? 0 : x / y; }
Integer integerRemainder(Integer x, Integer y) { return y == 0 ? 0 : x % y; }
/// The remainder with the divisor's sign.
Integer integerModulo(Integer x, Integer y) {
  Integer remainder = integerRemainder(x, y);
  return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
}
double floorModulo(double x, double y) {
  double remainder = std::fmod(x, y);
  return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
}
/// x^y modulo 2^128; 1 / x^-y truncated toward zero for negative y (0 for x = 0).
Integer integerPower(Integer x, Integer y) {
  if (y < 0)
    return x == 1 ? 1 : (x == -1 ? (y % 2 ? -1 : 1) : 0);
  Unsigned base = static_cast<Unsigned>(x), result = 1;
  for (; y; y >>= 1, base *= base)
    if (y & 1)
      result *= base;
  return static_cast<Integer>(result);
}
Integer shiftLeft(Integer x, Integer y) {
  return y < 0 || y >= 64 ? 0 : static_cast<Integer>(static_cast<Unsigned>(x) << y);
}
/// Amounts outside [0, 64) shift everything out.
Integer shiftRight(Integer x, Integer y) { return x >> (y < 0 || y >= 64 ? 127 : y); }

/// Stands where a kind does not take a type; the verifier keeps it from running.
constexpr int kNoFormula = 0;

template <ElementwiseKind kind> struct Formula;
#define HEWN_ELEMENTWISE(Name, arity_, types, flops, real_, integer_)                                                  \
  template <> struct Formula<ElementwiseKind::Name> {                                                                  \
    static constexpr unsigned arity = arity_;                                                                          \
    static double real([[maybe_unused]] double x, [[maybe_unused]] double y, [[maybe_unused]] double z,                \
                       [[maybe_unused]] double alpha, [[maybe_unused]] double beta) {                                  \
      return real_;                                                                                                    \
    }                                                                                                                  \
    static Integer integer([[maybe_unused]] Integer x, [[maybe_unused]] Integer y, [[maybe_unused]] Integer z) {       \
      return integer_;                                                                                                 \
    }                                                                                                                  \
  };
#include "hewn/Dialect/NN/Elementwise.def"

template <typename F, typename T>
void loop(const T *x, const T *y, const T *z, T *result, size_t count, double alpha, double beta) {
  for (size_t i = 0; i < count; ++i) {
    T second = F::arity > 1 ? y[i] : T(0), third = F::arity > 2 ? z[i] : T(0);
    if constexpr (std::is_same_v<T, double>)
      result[i] = F::real(x[i], second, third, alpha, beta);
    else
      result[i] = F::integer(x[i], second, third);
  }
}

template <typename T>
void dispatch(ElementwiseKind kind, const T *x, const T *y, const T *z, T *result, size_t count, double alpha,
              double beta) {
  switch (kind) {
#define HEWN_ELEMENTWISE(Name, arity, types, flops, real, integer)                                                     \
  case ElementwiseKind::Name:                                                                                          \
    return loop<Formula<ElementwiseKind::Name>>(x, y, z, result, count, alpha, beta);
#include "hewn/Dialect/NN/Elementwise.def"
  }
}

} // namespace

void hewn::nn::applyElementwise(ElementwiseKind kind, const double *x, const double *y, const double *z, double *result,
                                size_t count, double alpha, double beta) {
  dispatch(kind, x, y, z, result, count, alpha, beta);
}
void hewn::nn::applyElementwise(ElementwiseKind kind, const Integer *x, const Integer *y, const Integer *z,
                                Integer *result, size_t count, double alpha, double beta) {
  dispatch(kind, x, y, z, result, count, alpha, beta);
}

double hewn::nn::defaultAlpha(ElementwiseKind kind) {
  switch (kind) {
  case ElementwiseKind::LeakyRelu:
    return 0.01;
  case ElementwiseKind::Selu:
    return 1.67326319217681884765625;
  case ElementwiseKind::HardSigmoid:
    return 0.2;
  default:
    return 1.0;
  }
}

double hewn::nn::defaultBeta(ElementwiseKind kind) {
  switch (kind) {
  case ElementwiseKind::Selu:
    return 1.05070102214813232421875;
  case ElementwiseKind::HardSigmoid:
    return 0.5;
  default:
    return 1.0;
  }
}
