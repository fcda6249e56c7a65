#define _GNU_SOURCE
#include "CInterlock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const uint64_t nanoseconds_per_second = 1000000000;

uint64_t interlock_clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * nanoseconds_per_second + (uint64_t)now.tv_nsec;
}

static struct timespec timespec_of(uint64_t deadline) {
  return (struct timespec){
      .tv_sec = (time_t)(deadline / nanoseconds_per_second),
      .tv_nsec = (long)(deadline % nanoseconds_per_second),
  };
}

static int futex_wait(const void *word, uint32_t expected, uint64_t deadline, int scope) {
  struct timespec until = timespec_of(deadline);
  // The bit set form takes an absolute time on the monotonic clock; the plain form a relative one.
  long result = syscall(
      SYS_futex, word, FUTEX_WAIT_BITSET | scope, expected,
      deadline == INTERLOCK_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
  return result == 0 ? 0 : errno;
}

static int futex_wake(const void *word, int32_t count, int scope) {
  long woken = syscall(SYS_futex, word, FUTEX_WAKE | scope, count, NULL, NULL, 0);
  return woken < 0 ? 0 : (int)woken;
}

int interlock_futex_wait(const void *word, uint32_t expected, uint64_t deadline) {
  return futex_wait(word, expected, deadline, FUTEX_PRIVATE_FLAG);
}

int interlock_futex_wake(const void *word, int32_t count) {
  return futex_wake(word, count, FUTEX_PRIVATE_FLAG);
}

int interlock_shared_futex_wait(const void *word, uint32_t expected, uint64_t deadline) {
  interlock_step();
  int error = futex_wait(word, expected, deadline, 0);
  // Whoever dies here takes the wake-up along.
  interlock_step();
  return error;
}

int interlock_shared_futex_wake(const void *word, int32_t count) {
  interlock_step();
  return futex_wake(word, count, 0);
}

int interlock_sleep_until(uint64_t deadline) {
  struct timespec until = timespec_of(deadline);
  return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

int interlock_affinity_count(void) {
  // The mask of a machine with more CPUs than the set holds is refused with EINVAL: ask again, larger.
  for (int cpus = CPU_SETSIZE; cpus <= 1 << 20; cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC((size_t)cpus);
    if (set == NULL) break;
    size_t size = CPU_ALLOC_SIZE((size_t)cpus);
    int failed = sched_getaffinity(0, size, set);
    int count = failed ? 0 : CPU_COUNT_S(size, set);
    int error = errno;
    CPU_FREE(set);
    if (!failed) return count > 0 ? count : 1;
    if (error != EINVAL) break;
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

int interlock_write_all(int descriptor, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = write(descriptor, next, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    next += written;
    count -= (size_t)written;
  }
  return 0;
}
