/// A number for each thread, kept as the toolkit keeps it: for the copy of its fast path.
#ifndef THREAD_NUMBER_H
#define THREAD_NUMBER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct peer_thread {
  uint32_t number;
  void *record;
  void *world;
};

#ifndef __cplusplus
extern _Thread_local struct peer_thread peer_current_thread
    __attribute__((tls_model("initial-exec")));

/// The number of the calling thread; 0 until it has one.
static inline uint32_t peer_thread_number(void) { return peer_current_thread.number; }
#endif

/// Gives the calling thread a number, and returns it.
uint32_t peer_thread_identify(void);

#ifdef __cplusplus
}
#endif

#endif
