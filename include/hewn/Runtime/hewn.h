/* The C interface between compiled models, their kernels and whoever runs them. C11, no dependency.
 *
 * A model compiled under the name NAME exports these functions (its NAME.h declares them):
 *
 *   const hewn_model_info *NAME_info(void);
 *   hewn_status NAME_load(const char *path, hewn_weights **weights);
 *   void NAME_unload(hewn_weights *weights);
 *   hewn_status NAME_query(const int64_t *dims, int64_t *arena_bytes, int64_t *output_sizes);
 *   hewn_status NAME_run(const hewn_weights *weights, const void *const *inputs, void *const *outputs,
 *                        const int64_t *dims, void *arena, size_t arena_bytes, const hewn_exec *exec);
 *   const char *NAME_message(hewn_status status);
 *   hewn_status NAME_pool_create(int32_t threads, hewn_exec **exec);
 *   void NAME_pool_destroy(hewn_exec *exec);
 */
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
  HEWN_STATUS_ABI = 6002,      /* interface numbers differ */
  HEWN_STATUS_CPU = 6003,      /* the library needs an instruction set that this machine lacks */
  HEWN_STATUS_SHAPE = 6004,    /* a guard on sizes failed */
  HEWN_STATUS_WEIGHTS = 6005,  /* the weights file is missing, of another model, or damaged */
  HEWN_STATUS_ARENA = 6006,    /* the arena is too small or not aligned to 64 bytes */
  HEWN_STATUS_OVERFLOW = 6007, /* the sizes asked for overflow */
  HEWN_STATUS_RESOURCES = 6009 /* the system refused memory or threads */
};

/* Iterations [begin, end) of a kernel's outermost parallel loop. `buffers` are its memory arguments in order (inputs,
 * outputs, scratch), `dims` its integers: first the launch's own, then for each memory argument its dynamic sizes and
 * then its dynamic strides, in elements. */
typedef void (*hewn_kernel)(void *const *buffers, const int64_t *dims, int64_t begin, int64_t end);

/* Who runs kernels. NULL where a function takes one: the built-in pool of the library. Size-first: set `size` to
 * sizeof(hewn_exec). */
typedef struct hewn_exec {
  size_t size;
  void *self;
  int32_t threads;
  /* Runs all of [0, extent), split as it likes, and returns when done. */
  void (*parallel_for)(void *self, hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent);
} hewn_exec;

/* Element types; the numbers are ONNX's. bool is one byte, 0 or 1. */
enum {
  HEWN_F32 = 1,
  HEWN_U8 = 2,
  HEWN_I8 = 3,
  HEWN_U16 = 4,
  HEWN_I16 = 5,
  HEWN_I32 = 6,
  HEWN_I64 = 7,
  HEWN_BOOL = 9,
  HEWN_F16 = 10,
  HEWN_F64 = 11,
  HEWN_U32 = 12,
  HEWN_U64 = 13,
  HEWN_BF16 = 16
};

/* An input or output: dense, row-major. */
typedef struct hewn_tensor_info {
  const char *name;
  int32_t dtype;
  int32_t rank;
  int32_t alignment;    /* of its address, in bytes */
  const int64_t *sizes; /* -1 where the size is known at run time only */
  const int32_t
      *symbols; /* there: of an input, the index of its size in `dims`; of an output, in `output_sizes`. Else -1 */
} hewn_tensor_info;

/* A kernel of the model: what a profiler needs to name it. Work is -1 where it depends on sizes. */
typedef struct hewn_kernel_info {
  const char *name;
  hewn_kernel function;
  int64_t flops;
  int64_t bytes;
} hewn_kernel_info;

/* What a model is. Size-first: read no field beyond `size`. */
typedef struct hewn_model_info {
  size_t size;
  int32_t abi; /* HEWN_ABI of the library */
  int32_t input_count, output_count;
  int32_t dim_count;         /* symbolic dimensions */
  int32_t output_size_count; /* sizes of outputs that NAME_query computes */
  int32_t kernel_count;
  const char *name;
  const hewn_tensor_info *inputs, *outputs;
  const char *const *dims; /* their names */
  int64_t arena_bytes;     /* -1: ask NAME_query */
  uint64_t weights_bytes, weights_hash;
  const char *features;            /* instruction sets that it needs: "avx2,fma" */
  const hewn_kernel_info *kernels; /* each once, in order of first launches */
} hewn_model_info;

/* The mapped weights of a model. */
typedef struct hewn_weights hewn_weights;

#ifdef __cplusplus
}
#endif

#endif
