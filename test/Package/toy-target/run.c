/* Runs the toy target's artifact of the model mlp: run X.raw Y.raw ROWS reads 24 floats a row and writes as many. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 24 };

/* Memrefs as MLIR's C interface passes them. */
typedef struct {
  float *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
} matrix;
typedef struct {
  char *allocated, *aligned;
  int64_t offset, size, stride;
} bytes;
typedef struct {
  int64_t arena_bytes, rows;
} sizes;

void _mlir_ciface_model_run(matrix *x, matrix *y, int64_t rows, bytes *arena);
void _mlir_ciface_model_query(sizes *result, int64_t rows);

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  int64_t rows = atoll(argv[3]);
  size_t count = (size_t)rows * COLUMNS;
  sizes answer;
  _mlir_ciface_model_query(&answer, rows);
  if (answer.rows != rows || answer.arena_bytes <= 0 || answer.arena_bytes % 64)
    return 3;
  float *x = malloc(count * sizeof *x), *y = malloc(count * sizeof *y);
  char *memory = aligned_alloc(64, (size_t)answer.arena_bytes);
  FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
  if (!x || !y || !memory || !in || !out || fread(x, sizeof *x, count, in) != count)
    return 4;
  matrix input = {x, x, 0, {rows, COLUMNS}, {COLUMNS, 1}}, output = {y, y, 0, {rows, COLUMNS}, {COLUMNS, 1}};
  bytes arena = {memory, memory, 0, answer.arena_bytes, 1};
  _mlir_ciface_model_run(&input, &output, rows, &arena);
  if (fwrite(y, sizeof *y, count, out) != count || fclose(out))
    return 5;
  free(x);
  free(y);
  free(memory);
  fclose(in);
  return 0;
}
