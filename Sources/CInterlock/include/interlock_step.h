#ifndef INTERLOCK_STEP_H
#define INTERLOCK_STEP_H

#include <stdint.h>

/// How many threads of this process count their steps in memory that processes share.
///
/// None does, but in tests of what a death leaves behind: they let a thread end its process before a
/// certain step.
extern uint32_t interlock_step_counters;

/// Whether a step of the calling thread may have to be counted: the one branch on every fast path.
static inline int interlock_counts_steps(void) {
  return __builtin_expect(
      __atomic_load_n(&interlock_step_counters, __ATOMIC_RELAXED) != 0, 0);
}

/// Counts a step of the calling thread, if it counts, and ends the process if it is the fatal one.
void interlock_count_step(void);

/// Stands in front of each step that others can notice.
static inline void interlock_step(void) {
  if (interlock_counts_steps()) interlock_count_step();
}

/// Counts the steps of the calling thread from now on.
///
/// Before the step with the number `fatal` the process ends as by `SIGKILL`; never if that is 0.
void interlock_begin_steps(uint64_t fatal);

/// Stops counting. Returns how many steps there were.
uint64_t interlock_end_steps(void);

#endif
