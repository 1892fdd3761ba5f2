/* Maps a weights file, read-only and shared, and checks that it is whole and of this model. */
#define _GNU_SOURCE
#include "runtime.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(hewn_rt_weights_header) == 64, "the data start at byte 64");

void hewn_rt_unmap(void *map, size_t map_bytes) {
  if (map)
    munmap(map, map_bytes);
}

hewn_status hewn_rt_map_weights(const char *path, uint64_t bytes, uint64_t hash, void **map, size_t *map_bytes,
                                const char **data, const char **message) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    *message = "the weights file cannot be opened";
    return HEWN_STATUS_WEIGHTS;
  }
  struct stat info;
  hewn_rt_weights_header header;
  uint64_t total = sizeof header + bytes;
  if (fstat(file, &info) || !S_ISREG(info.st_mode) || (uint64_t)info.st_size != total) {
    *message = "the weights file has the wrong size";
    close(file);
    return HEWN_STATUS_WEIGHTS;
  }
  void *start = mmap(NULL, total, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (start == MAP_FAILED) {
    *message = "the weights file cannot be mapped";
    return HEWN_STATUS_RESOURCES;
  }
  madvise(start, total, MADV_WILLNEED);
  memcpy(&header, start, sizeof header);
  *message = NULL;
  hewn_status status = HEWN_STATUS_WEIGHTS;
  if (memcmp(header.magic, HEWN_RT_MAGIC, sizeof header.magic) || header.header_bytes != sizeof header) {
    *message = "this is not a weights file";
  } else if (header.abi != HEWN_ABI) {
    *message = "the weights file was written by another version";
    status = HEWN_STATUS_ABI;
  } else if (header.data_bytes != bytes || header.hash != hash) {
    *message = "the weights file belongs to another model";
  } else {
    hewn_rt_hash state;
    hewn_rt_hash_init(&state);
    hewn_rt_hash_update(&state, (const char *)start + sizeof header, bytes);
    if (hewn_rt_hash_final(&state) != hash)
      *message = "the weights file is damaged";
  }
  if (*message) {
    munmap(start, total);
    return status;
  }
  *map = start;
  *map_bytes = total;
  *data = (const char *)start + sizeof header;
  return HEWN_STATUS_OK;
}
