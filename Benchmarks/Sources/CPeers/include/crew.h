/// The threads of a benchmark: they start together and, if they work against the clock, stop
/// together.
#ifndef CREW_H
#define CREW_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether the crew's time is over.
extern bool crew_stopped;

/// Makes a start line for `threads` threads.
void crew_prepare(int threads);

/// How many CPUs this process may use.
int crew_cpu_count(void);

/// Binds the calling thread to the CPU that comes at `place` among those the process may use, from 0;
/// after the last one the first one comes again. Returns whether that is possible.
bool crew_bind(int place);

/// Waits at the start line until all have arrived.
void crew_arrive(void);

/// Ends the crew's time.
void crew_stop(void);

static inline bool crew_is_stopped(void) {
  return __atomic_load_n(&crew_stopped, __ATOMIC_RELAXED);
}

/// Starts a thread that sleeps as long as the process lives.
///
/// While a process has one thread, the C library leaves the bus lock out of its locks; no program
/// that needs locks is such a process. Returns whether the system gave the thread.
bool crew_start_bystander(void);

#ifdef __cplusplus
}
#endif

#endif
