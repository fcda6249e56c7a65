#include "thread_number.h"

_Thread_local struct peer_thread peer_current_thread;

uint32_t peer_thread_identify(void) {
  static uint32_t last;
  peer_current_thread.number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
  return peer_current_thread.number;
}
