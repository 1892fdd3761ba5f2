/* How many threads this process may use: its affinity mask, and the CPU quota of its cgroup (version 2 or 1). */
#define _GNU_SOURCE
#include "runtime.h"
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The start of a small file as text; 0 if it cannot be read. */
static int read_text(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  ssize_t got = read(file, text, size - 1);
  close(file);
  text[got > 0 ? got : 0] = 0;
  return got > 0;
}

/* quota / period, rounded up; 0 for "no limit". */
static long quota_threads(long quota, long period) {
  return quota > 0 && period > 0 ? (quota + period - 1) / period : 0;
}

/* The quota of cgroup v2 is "max 100000" or "150000 100000", at every level of the hierarchy: the smallest holds. */
static long cgroup_threads(void) {
  char text[4096], path[4200];
  if (read_text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", text, sizeof text)) {
    long quota = strtol(text, NULL, 10);
    return read_text("/sys/fs/cgroup/cpu/cpu.cfs_period_us", text, sizeof text)
               ? quota_threads(quota, strtol(text, NULL, 10))
               : 0;
  }
  if (!read_text("/proc/self/cgroup", text, sizeof text))
    return 0;
  char *group = strstr(text, "0::");
  if (!group)
    return 0;
  group += 3;
  group[strcspn(group, "\n")] = 0;
  long least = 0;
  for (;;) {
    const char *base = "/sys/fs/cgroup", *file = "/cpu.max";
    size_t length = strlen(group);
    memcpy(path, base, strlen(base));
    memcpy(path + strlen(base), group, length);
    memcpy(path + strlen(base) + length, file, strlen(file) + 1);
    char limit[64], *rest;
    if (read_text(path, limit, sizeof limit) && strncmp(limit, "max", 3)) {
      long quota = strtol(limit, &rest, 10), threads = quota_threads(quota, strtol(rest, NULL, 10));
      if (threads && (!least || threads < least))
        least = threads;
    }
    char *slash = strrchr(group, '/');
    if (!slash)
      return least;
    *slash = 0;
  }
}

int32_t hewn_rt_available_threads(void) {
  cpu_set_t set;
  long threads = sched_getaffinity(0, sizeof set, &set) ? sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&set);
  long quota = cgroup_threads();
  if (quota && quota < threads)
    threads = quota;
  return threads < 1 ? 1 : (int32_t)threads;
}
