#ifndef INTERLOCK_WATCH_H
#define INTERLOCK_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/// What somebody else may know about a thread of the system that resumes fibers.
///
/// The thread writes which turn it is; whoever finds that one lasts too long condemns it. See
/// Documentation/Internals/Watchdog.md.
struct interlock_watch {
  /// Goes up when a fiber without a host of its own is resumed, and when it gives way: odd while one runs.
  uint64_t turn;
  /// The turn that is to be ended, 0 for none.
  uint64_t condemned;
  /// Why; INTERLOCK_FIBER_BLOCKED or INTERLOCK_FIBER_ENDLESS.
  int32_t reason;
  /// How many signals were sent to the thread, and how many it has got: there is one on its way at the most.
  uint32_t sent, received;
  pthread_t thread;
  int32_t native_id;
};

/// The turns of the calling thread are counted in `watch` from now on.
///
/// Returns false, and they are not, if that is done already, or if the process has no signal left for it.
bool interlock_watch_begin(struct interlock_watch *watch);

/// The turns of the calling thread are not counted any more.
void interlock_watch_end(void);

/// The present turn of the watched thread; any thread may ask.
static inline uint64_t interlock_watch_turn(const struct interlock_watch *watch) {
  return __atomic_load_n(&watch->turn, __ATOMIC_RELAXED);
}

/// Ends a turn of the watched thread, if it still lasts when the thread hears of it.
///
/// The watched thread does not end meanwhile. It may be asked again: sometimes the turn cannot be ended at once.
void interlock_watch_condemn(struct interlock_watch *watch, uint64_t turn, int32_t reason);

/// How much CPU time the watched thread has used, in nanoseconds.
uint64_t interlock_watch_cpu_time(const struct interlock_watch *watch);

/// Whether the watched thread sleeps in the system, and could be woken by a signal.
bool interlock_watch_is_asleep(const struct interlock_watch *watch);

#endif
