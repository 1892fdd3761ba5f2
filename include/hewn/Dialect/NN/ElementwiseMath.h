// The formulas of Elementwise.def as functions: the one meaning of nn.elementwise for folder and interpreter.
#ifndef HEWN_DIALECT_NN_ELEMENTWISEMATH_H
#define HEWN_DIALECT_NN_ELEMENTWISEMATH_H

#include <cstddef>
#include <cstdint>

namespace hewn::nn {

enum class ElementwiseKind : uint32_t;

/// Wide enough that sums, differences and products of 64-bit integers, signed or not, are exact. Results are truncated
/// to the element type, which makes them wrap.
using Integer = __int128;

/// result[i] = kind(x[i], y[i], z[i]) for i < count; operands beyond the kind's arity are not read.
void applyElementwise(ElementwiseKind kind, const double *x, const double *y, const double *z, double *result,
                      size_t count, double alpha, double beta);
void applyElementwise(ElementwiseKind kind, const Integer *x, const Integer *y, const Integer *z, Integer *result,
                      size_t count, double alpha, double beta);

/// The value of alpha and beta where the op has none (ONNX's defaults).
double defaultAlpha(ElementwiseKind kind);
double defaultBeta(ElementwiseKind kind);

} // namespace hewn::nn

#endif // HEWN_DIALECT_NN_ELEMENTWISEMATH_H
