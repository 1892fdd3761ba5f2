// The one matrix product of the interpreter.
#ifndef HEWN_LIB_INTERPRETER_GEMM_H
#define HEWN_LIB_INTERPRETER_GEMM_H

#include <cstdint>

namespace hewn::interp {

/// c[m, n] += a[m, k] * b[k, n], row-major, in double. Each element sums over k in order, so that the result does not
/// depend on m and n.
void gemm(int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c);

} // namespace hewn::interp

#endif // HEWN_LIB_INTERPRETER_GEMM_H
