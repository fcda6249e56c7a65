#define _GNU_SOURCE
#include "CInterlock.h"

#include <pthread.h>

/// What a function with a frame pointer leaves on the stack, on all the machines that we know.
struct frame {
  uintptr_t caller;
  uintptr_t return_address;
};

// An asynchronous function of Swift marks its frame with this bit of the saved frame pointer.
static const uintptr_t asynchronous = (uintptr_t)1 << 60;

// Where the thread's stack ends; 0 if that was not asked yet, or is not known.
static _Thread_local uintptr_t stack_start, stack_end;

// Asking may read a file of the system, but only once for each thread.
__attribute__((noinline)) static void find_stack(void) {
  stack_start = UINTPTR_MAX;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  void *address;
  size_t size;
  if (pthread_attr_getstack(&attributes, &address, &size) == 0) {
    stack_start = (uintptr_t)address;
    stack_end = stack_start + size;
  }
  pthread_attr_destroy(&attributes);
}

__attribute__((no_sanitize("address", "thread"))) int32_t interlock_walk_frames(
    uintptr_t frame, uintptr_t start, uintptr_t end, uintptr_t *addresses, int32_t capacity) {
  uintptr_t least = start;
  int32_t count = 0;
  while (count < capacity && frame >= least && frame % sizeof(uintptr_t) == 0 && frame < end &&
         end - frame >= sizeof(struct frame)) {
    const struct frame *here = (const struct frame *)frame;
    if (here->return_address == 0) break;
    addresses[count++] = here->return_address;
    // Whoever called has its frame above.
    least = frame + sizeof(struct frame);
    frame = here->caller & ~asynchronous;
  }
  return count;
}

__attribute__((noinline, no_sanitize("address", "thread"))) int32_t
interlock_return_addresses(uintptr_t *addresses, int32_t capacity) {
  uintptr_t start, end;
  if (!interlock_fiber_stack(&start, &end)) {
    if (stack_start == 0) find_stack();
    start = stack_start;
    end = stack_end;
  }
  return interlock_walk_frames(
      (uintptr_t)__builtin_frame_address(0), start, end, addresses, capacity);
}
