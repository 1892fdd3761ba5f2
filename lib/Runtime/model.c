/* The public functions of a model: checks first, then the generated code. */
#define _GNU_SOURCE
#include "runtime.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { kArenaAlignment = 64, kMaxOutputSizes = 256, kPathBytes = 4096 };

struct hewn_weights {
  const hewn_rt_model *model;
  void *map;
  size_t map_bytes;
  const char *data;
};

/* The last failure of this thread, for NAME_message. */
static _Thread_local hewn_status last_status;
static _Thread_local char last_text[256];

static const struct {
  hewn_status status;
  const char *text;
} kTexts[] = {
    {HEWN_STATUS_OK, "no error"},
    {HEWN_STATUS_INVALID_ARGUMENT, "an argument is invalid"},
    {HEWN_STATUS_ABI, "the versions of the interface differ"},
    {HEWN_STATUS_CPU, "this machine lacks an instruction set that the model was compiled for"},
    {HEWN_STATUS_SHAPE, "the sizes of the inputs do not fit each other"},
    {HEWN_STATUS_WEIGHTS, "the weights file is missing, of another model, or damaged"},
    {HEWN_STATUS_ARENA, "the arena is too small or not aligned to 64 bytes"},
    {HEWN_STATUS_OVERFLOW, "the sizes asked for are negative or overflow"},
    {HEWN_STATUS_RESOURCES, "the system refused memory or threads"},
};

/* Keeps "before'name'after" as the text of this thread's failure. */
static hewn_status fail(hewn_status status, const char *before, const char *name, size_t length, const char *after) {
  const char *parts[] = {before, name, after};
  size_t lengths[] = {strlen(before), length, strlen(after)}, at = 0;
  for (int i = 0; i < 3; ++i) {
    size_t room = sizeof last_text - 1 - at, take = lengths[i] < room ? lengths[i] : room;
    if (take)
      memcpy(last_text + at, parts[i], take);
    at += take;
  }
  last_text[at] = 0;
  last_status = status;
  return status;
}

static hewn_status fail_text(hewn_status status, const char *text) { return fail(status, text, "", 0, ""); }

const char *hewn_rt_message(hewn_status status) {
  if (status && status == last_status && last_text[0])
    return last_text;
  for (size_t i = 0; i < sizeof kTexts / sizeof *kTexts; ++i)
    if (kTexts[i].status == status)
      return kTexts[i].text;
  return "an unknown status";
}

const hewn_model_info *hewn_rt_info(const hewn_rt_model *model) { return &model->info; }

/* "NAME.weights" in the folder of the library that holds `model`. */
static int beside_library(const hewn_rt_model *model, char *path, size_t size) {
  Dl_info info;
  if (!dladdr(model, &info) || !info.dli_fname)
    return 0;
  const char *slash = strrchr(info.dli_fname, '/');
  size_t folder = slash ? (size_t)(slash - info.dli_fname) + 1 : 0, name = strlen(model->info.name);
  if (folder + name + sizeof ".weights" > size)
    return 0;
  memcpy(path, info.dli_fname, folder);
  memcpy(path + folder, model->info.name, name);
  memcpy(path + folder + name, ".weights", sizeof ".weights");
  return 1;
}

hewn_status hewn_rt_load(const hewn_rt_model *model, const char *path, hewn_weights **weights) {
  if (!weights)
    return fail_text(HEWN_STATUS_INVALID_ARGUMENT, "weights is NULL");
  *weights = NULL;
  size_t length;
  const char *missing = hewn_rt_missing_feature(model->info.features, &length);
  if (missing)
    return fail(HEWN_STATUS_CPU, "this machine lacks '", missing, length, "', which the model was compiled for");
  hewn_weights *loaded = calloc(1, sizeof *loaded);
  if (!loaded)
    return fail_text(HEWN_STATUS_RESOURCES, "out of memory");
  loaded->model = model;
  if (model->info.weights_bytes) {
    char beside[kPathBytes];
    if (!path && !beside_library(model, beside, sizeof beside)) {
      free(loaded);
      return fail_text(HEWN_STATUS_WEIGHTS, "the folder of the library is not known: give the path of the weights");
    }
    const char *message;
    hewn_status status = hewn_rt_map_weights(path ? path : beside, model->info.weights_bytes, model->info.weights_hash,
                                             &loaded->map, &loaded->map_bytes, &loaded->data, &message);
    if (status) {
      free(loaded);
      return fail_text(status, message);
    }
  }
  *weights = loaded;
  return HEWN_STATUS_OK;
}

void hewn_rt_unload(hewn_weights *weights) {
  if (!weights)
    return;
  hewn_rt_unmap(weights->map, weights->map_bytes);
  free(weights);
}

hewn_status hewn_rt_query(const hewn_rt_model *model, const int64_t *dims, int64_t *arena_bytes,
                          int64_t *output_sizes) {
  if (!dims && model->info.dim_count)
    return fail_text(HEWN_STATUS_INVALID_ARGUMENT, "dims is NULL");
  for (int32_t i = 0; i < model->info.dim_count; ++i)
    if (dims[i] < 0)
      return fail(HEWN_STATUS_OVERFLOW, "dimension '", model->info.dims[i], strlen(model->info.dims[i]),
                  "' is negative");
  int64_t bytes = 0, sizes[kMaxOutputSizes];
  hewn_status status = model->query(dims, &bytes, sizes);
  if (status)
    return fail_text(status, "the sizes asked for overflow");
  if (arena_bytes)
    *arena_bytes = bytes;
  if (output_sizes)
    memcpy(output_sizes, sizes, (size_t)model->info.output_size_count * sizeof *sizes);
  return HEWN_STATUS_OK;
}

/* Every tensor has an address, aligned as the code expects. */
static hewn_status check_tensors(const hewn_tensor_info *infos, int32_t count, const void *const *addresses,
                                 const char *what) {
  if (!addresses && count)
    return fail(HEWN_STATUS_INVALID_ARGUMENT, what, "", 0, " is NULL");
  for (int32_t i = 0; i < count; ++i) {
    if (!addresses[i])
      return fail(HEWN_STATUS_INVALID_ARGUMENT, "tensor '", infos[i].name, strlen(infos[i].name), "' is NULL");
    if ((uintptr_t)addresses[i] % (uintptr_t)infos[i].alignment)
      return fail(HEWN_STATUS_INVALID_ARGUMENT, "tensor '", infos[i].name, strlen(infos[i].name), "' is not aligned");
  }
  return HEWN_STATUS_OK;
}

hewn_status hewn_rt_run(const hewn_rt_model *model, const hewn_weights *weights, const void *const *inputs,
                        void *const *outputs, const int64_t *dims, void *arena, size_t arena_bytes,
                        const hewn_exec *exec) {
  const hewn_model_info *info = &model->info;
  if (!weights || weights->model != model)
    return fail_text(HEWN_STATUS_INVALID_ARGUMENT, "weights is not what this model's load gave");
  if (exec && (exec->size < sizeof(hewn_exec) || !exec->parallel_for))
    return fail_text(HEWN_STATUS_ABI, "exec is of another version");
  hewn_status status = check_tensors(info->inputs, info->input_count, inputs, "inputs");
  if (!status)
    status = check_tensors(info->outputs, info->output_count, (const void *const *)outputs, "outputs");
  int64_t needed = 0, sizes[kMaxOutputSizes];
  if (!status)
    status = hewn_rt_query(model, dims, &needed, sizes);
  if (status)
    return status;
  if ((uint64_t)needed > arena_bytes)
    return fail_text(HEWN_STATUS_ARENA, "the arena is too small");
  if (needed && (!arena || (uintptr_t)arena % kArenaAlignment))
    return fail_text(HEWN_STATUS_ARENA, "the arena is NULL or not aligned to 64 bytes");
  const char *message = NULL;
  status =
      model->main(inputs, outputs, dims, sizes, weights->data, arena, exec ? exec : hewn_rt_default_exec(), &message);
  return status ? fail_text(status, message ? message : "") : HEWN_STATUS_OK;
}
