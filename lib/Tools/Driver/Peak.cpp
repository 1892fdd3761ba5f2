// The peak that kernels are compared with: sixteen independent chains of fused multiply-adds, enough to hide their
// latency, so that only the number of units and the clock count.
#include "Peak.h"
#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>

static constexpr int kChains = 16;

// The chains must stay in registers: the loop is written on values that the compiler cannot fold.
__attribute__((target("avx512f"), noinline)) static float runWide(long iterations) {
  __m512 chain[kChains];
  __m512 factor = _mm512_set1_ps(0.999f), addend = _mm512_set1_ps(0.001f);
  for (int c = 0; c < kChains; ++c)
    chain[c] = _mm512_set1_ps(1.0f + static_cast<float>(c));
  for (long i = 0; i < iterations; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < kChains; ++c)
      chain[c] = _mm512_fmadd_ps(chain[c], factor, addend);
  __m512 sum = chain[0];
  for (int c = 1; c < kChains; ++c)
    sum = _mm512_add_ps(sum, chain[c]);
  return _mm512_cvtss_f32(sum);
}

__attribute__((target("avx2,fma"), noinline)) static float runMiddle(long iterations) {
  constexpr int kFew = 12; // of 16 registers
  __m256 chain[kFew];
  __m256 factor = _mm256_set1_ps(0.999f), addend = _mm256_set1_ps(0.001f);
  for (int c = 0; c < kFew; ++c)
    chain[c] = _mm256_set1_ps(1.0f + static_cast<float>(c));
  for (long i = 0; i < iterations; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < kFew; ++c)
      chain[c] = _mm256_fmadd_ps(chain[c], factor, addend);
  __m256 sum = chain[0];
  for (int c = 1; c < kFew; ++c)
    sum = _mm256_add_ps(sum, chain[c]);
  return _mm256_cvtss_f32(sum);
}

double hewn::driver::measurePeakFlops() {
  constexpr long kIterations = 500000;
  bool wide = __builtin_cpu_supports("avx512f");
  if (!wide && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")))
    return 0;
  double flops = 2.0 * kIterations * (wide ? 16 * kChains : 8 * 12), best = 0;
  volatile float sink = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    auto start = std::chrono::steady_clock::now();
    sink = wide ? runWide(kIterations) : runMiddle(kIterations);
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    best = std::max(best, flops / time.count());
  }
  (void)sink;
  return best;
}
#else
double hewn::driver::measurePeakFlops() { return 0; }
#endif
