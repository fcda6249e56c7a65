#define _GNU_SOURCE
#include "crew.h"

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

bool crew_stopped;
static pthread_barrier_t start_line;

void crew_prepare(int threads) {
  crew_stopped = false;
  pthread_barrier_init(&start_line, NULL, (unsigned)threads);
}

// The main thread is never bound, so its mask is that of the process.
static bool get_cpus(cpu_set_t *cpus) { return sched_getaffinity(getpid(), sizeof *cpus, cpus) == 0; }

int crew_cpu_count(void) {
  cpu_set_t cpus;
  return get_cpus(&cpus) ? CPU_COUNT(&cpus) : 1;
}

bool crew_bind(int place) {
  cpu_set_t cpus;
  if (!get_cpus(&cpus)) return false;
  int before = place % CPU_COUNT(&cpus);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &cpus) || before-- > 0) continue;
    CPU_ZERO(&cpus);
    CPU_SET(cpu, &cpus);
    return sched_setaffinity(0, sizeof cpus, &cpus) == 0;
  }
  return false;
}

void crew_arrive(void) { pthread_barrier_wait(&start_line); }

void crew_stop(void) { __atomic_store_n(&crew_stopped, true, __ATOMIC_RELAXED); }

static void *sleep_for_ever(void *argument) {
  (void)argument;
  while (true) pause();
  return NULL;
}

bool crew_start_bystander(void) {
  pthread_t bystander;
  if (pthread_create(&bystander, NULL, sleep_for_ever, NULL) != 0) return false;
  return pthread_detach(bystander) == 0;
}
