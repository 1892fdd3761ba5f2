/* The built-in executor: a fixed set of threads, each with its own part of every range (static partition, so that equal
 * thread counts touch equal memory). A part is kChunks pieces; a thread that is done with its own takes pieces of
 * threads that are late (asleep, or not scheduled on a busy machine) instead of waiting for them. Workers spin briefly
 * for the next kernel, since launches follow each other within microseconds, and then sleep. A pool that is busy with
 * another caller, or belongs to the parent of a fork, runs the kernel on the calling thread alone.
 *
 * The `cursor` of a part is the number of the job in which it was last worked on, times 256, plus the pieces taken in
 * it. Who moves it owns the piece. Fields of a job are read behind that only, and a piece that is taken keeps its job
 * from ending, so a thread that comes late to a job that is over touches nothing of the next. */
#define _GNU_SOURCE
#include "runtime.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { kSpins = 4000, kMaxThreads = 1024, kLine = 64, kChunks = 4, kEpoch = 256 };

typedef struct pool pool;
typedef struct {
  _Alignas(kLine) _Atomic uint64_t cursor;
  pool *owner;
  int32_t index; /* 0: the caller */
  pthread_t thread;
} member;

struct pool {
  hewn_exec exec;
  pid_t process;
  int32_t started;
  pthread_mutex_t busy;  /* held by the caller that uses the workers */
  pthread_mutex_t sleep; /* guards both conditions */
  pthread_cond_t wake, done;
  hewn_kernel kernel;
  void *const *buffers;
  const int64_t *dims;
  int64_t extent;
  int32_t parts;
  _Alignas(kLine) _Atomic uint64_t epoch; /* number of the current job */
  atomic_int sleepers, stop;
  _Alignas(kLine) atomic_int pending; /* pieces that are not finished */
  atomic_int waiting;                 /* the caller sleeps on `done` */
  member members[];                   /* the caller and the started threads */
};

static void pause_cpu(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Piece `chunk` of part `part`: the range is split evenly into parts, a part evenly into pieces. */
static void run_piece(const pool *p, int32_t part, int32_t chunk) {
  int64_t each = p->extent / p->parts, rest = p->extent % p->parts;
  int64_t begin = each * part + (part < rest ? part : rest), size = each + (part < rest);
  int64_t from = begin + size * chunk / kChunks, to = begin + size * (chunk + 1) / kChunks;
  if (from < to)
    p->kernel(p->buffers, p->dims, from, to);
}

/* Takes the next piece of a part in job `epoch`; -1 if none is left. */
static int32_t take(member *m, uint64_t epoch) {
  uint64_t now = atomic_load(&m->cursor);
  for (;;) {
    uint64_t job = now / kEpoch, taken = job == epoch ? now % kEpoch : 0;
    if (job > epoch || taken == kChunks)
      return -1;
    if (atomic_compare_exchange_weak(&m->cursor, &now, epoch * kEpoch + taken + 1))
      return (int32_t)taken;
  }
}

/* Works on job `epoch` until no piece is left to take: first the own part, then those of the others. */
static void work_on(pool *p, uint64_t epoch, int32_t own) {
  int32_t members = p->started + 1;
  for (int32_t i = 0; i < members; ++i) {
    int32_t part = (own + i) % members, chunk;
    while ((chunk = take(&p->members[part], epoch)) >= 0) {
      run_piece(p, part, chunk);
      if (atomic_fetch_sub(&p->pending, 1) == 1 && atomic_load(&p->waiting)) {
        pthread_mutex_lock(&p->sleep);
        pthread_cond_signal(&p->done);
        pthread_mutex_unlock(&p->sleep);
      }
    }
  }
}

/* Returns when the epoch is no longer `seen`. */
static uint64_t await_epoch(pool *p, uint64_t seen) {
  for (int i = 0; i < kSpins; ++i) {
    uint64_t now = atomic_load_explicit(&p->epoch, memory_order_acquire);
    if (now != seen)
      return now;
    pause_cpu();
  }
  pthread_mutex_lock(&p->sleep);
  atomic_fetch_add(&p->sleepers, 1);
  uint64_t now;
  while ((now = atomic_load(&p->epoch)) == seen)
    pthread_cond_wait(&p->wake, &p->sleep);
  atomic_fetch_sub(&p->sleepers, 1);
  pthread_mutex_unlock(&p->sleep);
  return now;
}

static void *work(void *argument) {
  member *self = argument;
  pool *p = self->owner;
  uint64_t seen = 0;
  for (;;) {
    seen = await_epoch(p, seen);
    if (atomic_load(&p->stop))
      return NULL;
    work_on(p, seen, self->index);
  }
}

/* Publishes the job that the fields describe; its number is the result. */
static uint64_t start_job(pool *p) {
  uint64_t epoch = atomic_load(&p->epoch) + 1;
  for (int32_t i = p->parts; i <= p->started; ++i)
    atomic_store(&p->members[i].cursor, epoch * kEpoch + kChunks); /* these have no part */
  atomic_store(&p->pending, p->parts * kChunks);
  atomic_store(&p->epoch, epoch);
  if (atomic_load(&p->sleepers)) {
    pthread_mutex_lock(&p->sleep);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->sleep);
  }
  return epoch;
}

static void await_workers(pool *p) {
  for (int i = 0; i < kSpins; ++i) {
    if (!atomic_load_explicit(&p->pending, memory_order_acquire))
      return;
    pause_cpu();
  }
  pthread_mutex_lock(&p->sleep);
  atomic_store(&p->waiting, 1);
  while (atomic_load(&p->pending))
    pthread_cond_wait(&p->done, &p->sleep);
  atomic_store(&p->waiting, 0);
  pthread_mutex_unlock(&p->sleep);
}

static void parallel_for(void *self, hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent) {
  pool *p = self;
  if (extent <= 0)
    return;
  if (extent == 1 || !p->started || p->process != getpid() || pthread_mutex_trylock(&p->busy)) {
    kernel(buffers, dims, 0, extent);
    return;
  }
  p->kernel = kernel;
  p->buffers = buffers;
  p->dims = dims;
  p->extent = extent;
  p->parts = extent < p->started + 1 ? (int32_t)extent : p->started + 1;
  work_on(p, start_job(p), 0);
  await_workers(p);
  pthread_mutex_unlock(&p->busy);
}

hewn_status hewn_rt_pool_create(int32_t threads, hewn_exec **exec) {
  if (!exec || threads < 0 || threads > kMaxThreads)
    return HEWN_STATUS_INVALID_ARGUMENT;
  if (!threads)
    threads = hewn_rt_available_threads();
  if (threads > kMaxThreads)
    threads = kMaxThreads;
  size_t bytes = sizeof(pool) + (size_t)threads * sizeof(member);
  pool *p = aligned_alloc(kLine, (bytes + kLine - 1) / kLine * kLine);
  if (!p)
    return HEWN_STATUS_RESOURCES;
  p->exec = (hewn_exec){sizeof(hewn_exec), p, threads, parallel_for};
  p->process = getpid();
  p->started = 0;
  p->parts = 1;
  pthread_mutex_init(&p->busy, NULL);
  pthread_mutex_init(&p->sleep, NULL);
  pthread_cond_init(&p->wake, NULL);
  pthread_cond_init(&p->done, NULL);
  atomic_init(&p->epoch, 0);
  atomic_init(&p->sleepers, 0);
  atomic_init(&p->stop, 0);
  atomic_init(&p->pending, 0);
  atomic_init(&p->waiting, 0);
  for (int32_t i = 0; i < threads; ++i) {
    p->members[i].owner = p;
    p->members[i].index = i;
    atomic_init(&p->members[i].cursor, 0);
  }
  /* A thread reads `started` only behind its first job, and jobs come after the last thread. */
  for (int32_t i = 1; i < threads; ++i) {
    if (pthread_create(&p->members[i].thread, NULL, work, &p->members[i])) {
      hewn_rt_pool_destroy(&p->exec);
      return HEWN_STATUS_RESOURCES;
    }
    ++p->started;
  }
  *exec = &p->exec;
  return HEWN_STATUS_OK;
}

void hewn_rt_pool_destroy(hewn_exec *exec) {
  if (!exec)
    return;
  pool *p = exec->self;
  if (p->process == getpid()) {
    atomic_store(&p->stop, 1);
    pthread_mutex_lock(&p->sleep);
    atomic_fetch_add(&p->epoch, 1);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->sleep);
    for (int32_t i = 1; i <= p->started; ++i)
      pthread_join(p->members[i].thread, NULL);
  }
  free(p);
}

/* Used where no thread can be had: the calling thread does everything. */
static void serial_for(void *self, hewn_kernel kernel, void *const *buffers, const int64_t *dims, int64_t extent) {
  (void)self;
  if (extent > 0)
    kernel(buffers, dims, 0, extent);
}
static const hewn_exec kSerial = {sizeof(hewn_exec), NULL, 1, serial_for};

static pthread_once_t default_once = PTHREAD_ONCE_INIT;
static hewn_exec *default_pool;

static void create_default(void) {
  if (hewn_rt_pool_create(0, &default_pool))
    default_pool = NULL;
}

const hewn_exec *hewn_rt_default_exec(void) {
  pthread_once(&default_once, create_default);
  return default_pool ? default_pool : &kSerial;
}

/* Threads must be gone before the library is. */
__attribute__((destructor)) static void destroy_default(void) {
  hewn_rt_pool_destroy(default_pool);
  default_pool = NULL;
}
