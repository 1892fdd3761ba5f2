/* Does this machine have the instruction sets that a model was compiled for? A name that is not known counts as
 * missing. */
#include "runtime.h"
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

typedef struct {
  const char *name;
  unsigned leaf, subleaf, word, bit;
  uint64_t state;
} feature;

static const feature kFeatures[] = {
#define HEWN_X86_FEATURE(name, leaf, subleaf, word, bit, state) {name, leaf, subleaf, word, bit, state},
#include "hewn/Runtime/X86Features.def"
};

/* The register state that the system saves (XCR0), 0 if it does not say. */
static uint64_t saved_state(void) {
  unsigned words[4];
  if (!__get_cpuid(1, &words[0], &words[1], &words[2], &words[3]) || !(words[2] & (1u << 27)))
    return 0;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

static int has(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof kFeatures / sizeof *kFeatures; ++i) {
    const feature *known = &kFeatures[i];
    if (strlen(known->name) != length || memcmp(known->name, name, length))
      continue;
    unsigned words[4];
    if (!__get_cpuid_count(known->leaf, known->subleaf, &words[0], &words[1], &words[2], &words[3]))
      return 0;
    return (words[known->word] >> known->bit & 1) && (saved_state() & known->state) == known->state;
  }
  return 0;
}
#else
static int has(const char *name, size_t length) {
  (void)name, (void)length;
  return 0;
}
#endif

const char *hewn_rt_missing_feature(const char *features, size_t *length) {
  while (*features) {
    *length = strcspn(features, ",");
    if (*length && !has(features, *length))
      return features;
    features += *length;
    features += *features == ',';
  }
  return NULL;
}
