/* Runs a compiled model with any number of inputs from plain C.
 *
 *   hewn compile model.onnx -o out
 *   cc -I out examples/run_model.c -o run_model out/libmodel.so -Wl,-rpath,out && ./run_model [SIZE]
 *
 * Inputs are filled with ones and symbolic dimensions get SIZE (default 1); a real program fills its own arrays and
 * passes them at the positions that model.h names, e.g. inputs[MODEL_IN_x]. The loops over the model's description are
 * here so that one example fits every model. */
#include "model.h"
#include <stdio.h>
#include <stdlib.h>

static size_t bytes_per_element(int32_t dtype) {
  switch (dtype) {
  case HEWN_F64:
  case HEWN_I64:
  case HEWN_U64:
    return 8;
  case HEWN_F32:
  case HEWN_I32:
  case HEWN_U32:
    return 4;
  case HEWN_F16:
  case HEWN_BF16:
  case HEWN_I16:
  case HEWN_U16:
    return 2;
  default:
    return 1;
  }
}

/* Memory for a tensor; sizes that are not in its type are in `sizes`. */
static void *allocate(const hewn_tensor_info *tensor, const int64_t *sizes, size_t *count) {
  *count = 1;
  for (int32_t i = 0; i < tensor->rank; ++i)
    *count *= (size_t)(tensor->sizes[i] >= 0 ? tensor->sizes[i] : sizes[tensor->symbols[i]]);
  size_t bytes = *count * bytes_per_element(tensor->dtype);
  return aligned_alloc(64, (bytes + 64) / 64 * 64);
}

static void check(hewn_status status) {
  if (!status)
    return;
  fprintf(stderr, "status %d: %s\n", (int)status, model_message(status));
  exit(1);
}

int main(int argc, char **argv) {
  const hewn_model_info *info = model_info();
  hewn_weights *weights;
  check(model_load(NULL, &weights)); /* model.weights beside the library */

  int64_t dims[MODEL_DIMS + 1], output_sizes[MODEL_OUTPUT_SIZES + 1], arena_bytes;
  for (int i = 0; i < MODEL_DIMS; ++i)
    dims[i] = argc > 1 ? atoll(argv[1]) : 1;
  check(model_query(dims, &arena_bytes, output_sizes));

  const void *inputs[MODEL_INPUTS + 1];
  void *outputs[MODEL_OUTPUTS + 1];
  size_t count;
  for (int i = 0; i < MODEL_INPUTS; ++i) {
    void *data = allocate(&info->inputs[i], dims, &count);
    for (size_t j = 0; j < count * bytes_per_element(info->inputs[i].dtype); ++j)
      ((unsigned char *)data)[j] = 0;
    if (info->inputs[i].dtype == HEWN_F32)
      for (size_t j = 0; j < count; ++j)
        ((float *)data)[j] = 1.0f;
    inputs[i] = data;
  }
  for (int i = 0; i < MODEL_OUTPUTS; ++i)
    outputs[i] = allocate(&info->outputs[i], output_sizes, &count);

  void *arena = aligned_alloc(64, ((size_t)arena_bytes + 64) / 64 * 64);
  check(model_run(weights, inputs, outputs, dims, arena, (size_t)arena_bytes, NULL));

  for (int i = 0; i < MODEL_OUTPUTS; ++i) {
    const hewn_tensor_info *output = &info->outputs[i];
    void *again = allocate(output, output_sizes, &count);
    free(again);
    printf("%s: %zu elements", output->name, count);
    if (output->dtype == HEWN_F32)
      for (size_t j = 0; j < count && j < 8; ++j)
        printf(" %g", (double)((float *)outputs[i])[j]);
    printf("\n");
    free(outputs[i]);
  }
  for (int i = 0; i < MODEL_INPUTS; ++i)
    free((void *)inputs[i]);
  free(arena);
  model_unload(weights);
  return 0;
}
