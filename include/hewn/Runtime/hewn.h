/* The C interface between compiled models, their kernels and whoever runs them. C11, no dependency. */
#ifndef HEWN_RUNTIME_HEWN_H
#define HEWN_RUNTIME_HEWN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Number of this interface; a library and a caller that disagree refuse each other (HEWN_STATUS_ABI). */
#define HEWN_ABI 1

/* Status of every call; the numbers are those of docs/errors.md (HWN6xxx). */
typedef int32_t hewn_status;
enum {
  HEWN_STATUS_OK = 0,
  HEWN_STATUS_INVALID_ARGUMENT = 6001,
  HEWN_STATUS_ABI = 6002,         /* interface numbers differ */
  HEWN_STATUS_CPU = 6003,         /* the library needs an instruction set that this machine lacks */
  HEWN_STATUS_SHAPE = 6004,       /* a guard on sizes failed */
  HEWN_STATUS_WEIGHTS = 6005,     /* the weights file is missing, of another model, or damaged */
  HEWN_STATUS_ARENA = 6006,       /* the arena is too small or not aligned to 64 bytes */
  HEWN_STATUS_OVERFLOW = 6007     /* the sizes asked for overflow */
};

/* Iterations [begin, end) of a kernel's outermost parallel loop. `buffers` are its memory arguments in order (inputs, outputs, scratch), `dims` its
 * integers: first the launch's own, then for each memory argument its dynamic sizes and then its dynamic strides, in elements. */
typedef void (*hewn_kernel)(void *const *buffers, const int64_t *dims, int64_t begin, int64_t end);

/* Who runs kernels. NULL where a function takes one: the built-in pool of the library. Size-first: set `size` to sizeof(hewn_exec). */
typedef struct hewn_exec {
  size_t size;
  void *self;
  int32_t threads;
  /* Runs all of [0, extent), split as it likes, and returns when done. */
  void (*parallel_for)(void *self, hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent);
} hewn_exec;

#ifdef __cplusplus
}
#endif

#endif
