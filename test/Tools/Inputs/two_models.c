/* Two models in one process: both headers in one file, one executor for both, and one model with two sets of weights.
 */
#include "first.h"
#include "second.h"
#include <stdlib.h>

int main(void) {
  hewn_weights *first, *second, *again;
  hewn_exec *exec;
  if (first_load(NULL, &first) || second_load(NULL, &second) || first_load(NULL, &again) || first_pool_create(2, &exec))
    return 1;
  float x[24], y[24], z[24];
  for (int i = 0; i < 24; ++i)
    x[i] = 1;
  int64_t dims[] = {3}, bytes;
  if (first_query(dims, &bytes, NULL) || bytes != 96)
    return 2;
  void *arena = aligned_alloc(64, 128);
  const void *inputs[] = {x};
  void *to_y[] = {y}, *to_z[] = {z};
  for (int repeat = 0; repeat < 100; ++repeat) {
    if (first_run(first, inputs, to_y, dims, arena, 128, exec) ||
        second_run(second, inputs, to_z, dims, arena, 128, exec))
      return 3;
    if (first_run(again, inputs, to_y, dims, arena, 128, NULL))
      return 4;
    for (int i = 0; i < 24; ++i)
      if (y[i] != z[i] || y[i] != (i % 8 > 3 ? (float)(i % 8 - 3) : 0.0f))
        return 5;
  }
  /* Weights of one model are not those of another. */
  if (first_run(second, inputs, to_y, dims, arena, 128, exec) != HEWN_STATUS_INVALID_ARGUMENT)
    return 6;
  free(arena);
  first_pool_destroy(exec);
  first_unload(first);
  first_unload(again);
  second_unload(second);
  return 0;
}
