// Which turn of a thread it is, for whoever watches it.
#ifndef INTERLOCK_FIBER_WATCH_H
#define INTERLOCK_FIBER_WATCH_H

#include "CInterlock.h"

extern _Thread_local struct interlock_watch *interlock_thread_watch
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

// A turn begins, or is over.
static inline void count_turn(struct interlock_watch *watch) {
  if (watch != NULL) __atomic_store_n(&watch->turn, watch->turn + 1, __ATOMIC_RELAXED);
}

#endif
