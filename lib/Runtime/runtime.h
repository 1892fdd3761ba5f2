/* The runtime that is part of every compiled model: what the generated host code and data hand to it, and its parts. */
#ifndef HEWN_LIB_RUNTIME_RUNTIME_H
#define HEWN_LIB_RUNTIME_RUNTIME_H

#include "hewn/Runtime/hewn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A launch that failed a guard, or a check here, leaves its text through `message`. */
typedef hewn_status (*hewn_rt_main_fn)(const void *const *inputs, void *const *outputs, const int64_t *dims,
                                       const int64_t *output_sizes, const char *weights, char *arena,
                                       const hewn_exec *exec, const char **message);
typedef hewn_status (*hewn_rt_query_fn)(const int64_t *dims, int64_t *arena_bytes, int64_t *output_sizes);

/* Everything that is generated for a model. lib/Stage/Package writes it; the order of fields is its business too. */
typedef struct hewn_rt_model {
  hewn_model_info info;
  hewn_rt_query_fn query;
  hewn_rt_main_fn main;
} hewn_rt_model;

/* The public functions of a model are these, those with `model` with it bound. */
const hewn_model_info *hewn_rt_info(const hewn_rt_model *model);
hewn_status hewn_rt_load(const hewn_rt_model *model, const char *path, hewn_weights **weights);
void hewn_rt_unload(hewn_weights *weights);
hewn_status hewn_rt_query(const hewn_rt_model *model, const int64_t *dims, int64_t *arena_bytes, int64_t *output_sizes);
hewn_status hewn_rt_run(const hewn_rt_model *model, const hewn_weights *weights, const void *const *inputs,
                        void *const *outputs, const int64_t *dims, void *arena, size_t arena_bytes,
                        const hewn_exec *exec);
/* The text of the last failure of this thread if it had `status`, else the general one. */
const char *hewn_rt_message(hewn_status status);
hewn_status hewn_rt_pool_create(int32_t threads, hewn_exec **exec);
void hewn_rt_pool_destroy(hewn_exec *exec);

/* The header of a weights file; the data follow at byte 64. Little-endian. */
#define HEWN_RT_MAGIC "HEWNWGT1"
typedef struct hewn_rt_weights_header {
  char magic[8];
  uint32_t abi;
  uint32_t header_bytes;
  uint64_t data_bytes;
  uint64_t hash; /* XXH64, seed 0, of the data */
  uint64_t reserved[4];
} hewn_rt_weights_header;

/* XXH64 over parts: init, update any number of times, final. */
typedef struct hewn_rt_hash {
  uint64_t lanes[4], length;
  unsigned char buffer[32];
  unsigned buffered;
} hewn_rt_hash;
void hewn_rt_hash_init(hewn_rt_hash *state);
void hewn_rt_hash_update(hewn_rt_hash *state, const void *data, size_t bytes);
uint64_t hewn_rt_hash_final(const hewn_rt_hash *state);

/* Maps the file and checks it against the model; `message` gets the reason of a failure. */
hewn_status hewn_rt_map_weights(const char *path, uint64_t bytes, uint64_t hash, void **map, size_t *map_bytes,
                                const char **data, const char **message);
void hewn_rt_unmap(void *map, size_t map_bytes);

/* The first of the comma-separated instruction sets that this machine lacks (its length through `length`), or NULL. */
const char *hewn_rt_missing_feature(const char *features, size_t *length);

/* Threads that this process may use: affinity and cgroup limits, at least 1. */
int32_t hewn_rt_available_threads(void);
/* The pool that runs where the caller gave no executor; made at its first use. */
const hewn_exec *hewn_rt_default_exec(void);

#ifdef __cplusplus
}
#endif

#endif
