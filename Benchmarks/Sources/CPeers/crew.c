#include "crew.h"

#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

bool crew_stopped;
static pthread_barrier_t start_line;

void crew_prepare(int threads) {
  crew_stopped = false;
  pthread_barrier_init(&start_line, NULL, (unsigned)threads);
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
