// A matrix product that is plain and fast enough: blocks of rows and columns that stay in the first-level cache.
#include "Gemm.h"
#include <algorithm>

/// c[rows, width] += a[rows, k] * b[k, width]; every row of b is read once for `rows` rows of c.
template <int rows>
static void block(int64_t width, int64_t k, const double *a, int64_t aStride, const double *b, int64_t bStride,
                  double *c, int64_t cStride) {
  for (int64_t p = 0; p < k; ++p)
    for (int64_t j = 0; j < width; ++j)
      for (int i = 0; i < rows; ++i)
        c[i * cStride + j] += a[i * aStride + p] * b[p * bStride + j];
}

void hewn::interp::gemm(int64_t m, int64_t n, int64_t k, const double *a, const double *b, double *c) {
  constexpr int64_t kWidth = 256, kDepth = 128;
  for (int64_t j = 0; j < n; j += kWidth)
    for (int64_t p = 0; p < k; p += kDepth) {
      int64_t width = std::min(kWidth, n - j), depth = std::min(kDepth, k - p);
      int64_t i = 0;
      for (; i + 4 <= m; i += 4)
        block<4>(width, depth, a + i * k + p, k, b + p * n + j, n, c + i * n + j, n);
      for (; i < m; ++i)
        block<1>(width, depth, a + i * k + p, k, b + p * n + j, n, c + i * n + j, n);
    }
}
