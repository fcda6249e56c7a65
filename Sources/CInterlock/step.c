// Deaths at a certain step, for tests of what they leave behind.
#include "CInterlock.h"

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

uint32_t interlock_step_counters;

// Steps of other threads do not count: those of a thread are the same in each run, or nearly so.
static _Thread_local struct {
  bool is_counting;
  uint64_t count;
  uint64_t fatal;
} steps;

void interlock_count_step(void) {
  if (!steps.is_counting || ++steps.count != steps.fatal) return;
  kill(getpid(), SIGKILL);
  // Another thread may get the signal first: this one goes no further.
  for (;;) pause();
}

void interlock_begin_steps(uint64_t fatal) {
  steps.is_counting = true;
  steps.count = 0;
  steps.fatal = fatal;
  __atomic_fetch_add(&interlock_step_counters, 1, __ATOMIC_RELAXED);
}

uint64_t interlock_end_steps(void) {
  steps.is_counting = false;
  __atomic_fetch_sub(&interlock_step_counters, 1, __ATOMIC_RELAXED);
  return steps.count;
}
