// What the files of the fibers share.
#ifndef INTERLOCK_FIBER_PARTS_H
#define INTERLOCK_FIBER_PARTS_H

#include "CInterlock.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBERS_TELL_ADDRESS_SANITIZER
#endif
#if __has_feature(thread_sanitizer)
#define FIBERS_TELL_THREAD_SANITIZER
#endif
#endif

// A function that begins on one stack and goes on on another. What sanitizers put at its beginning and
// end would not match.
#define ACROSS_STACKS __attribute__((noinline, disable_sanitizer_instrumentation))

// The language's runtime keeps a thread's accesses in progress as a list on its stacks. Two words remember a
// part of that list; zero at first.
struct accesses {
  void *first, *last;
};

struct interlock_fiber {
  // Where the frames end that are to be continued: the fiber's own, and its host's.
  void *stack, *host_stack;
  enum interlock_fiber_state state;
  struct interlock_fiber *host;
  // The thread of the system that it has frames of: the address of that thread's `interlock_running_fiber`.
  const void *carrier;
  void (*body)(void *);
  void *context;
  // What belongs to a thread, and here to a fiber.
  struct accesses accesses;
  struct interlock_thread thread;
  int error;
  // The guard, and above it room for frames.
  char *memory;
  size_t guard_size, stack_size;
  struct interlock_fiber_crash crash;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  void *fake_stack, *host_fake_stack;
  const void *host_memory;
  size_t host_size;
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  void *thread_state, *host_thread_state;
#endif
};

extern _Thread_local struct interlock_fiber *interlock_running_fiber
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline uintptr_t lowest_frame(const struct interlock_fiber *fiber) {
  return (uintptr_t)fiber->memory + fiber->guard_size;
}

static inline uintptr_t stack_top(const struct interlock_fiber *fiber) {
  return lowest_frame(fiber) + fiber->stack_size;
}

// The rest is for the files of the fibers only.
#pragma clang attribute push(__attribute__((visibility("hidden"))), apply_to = function)

// Of fiber_switch.S.
void interlock_fiber_switch(void **left, void *entered);
void interlock_fiber_start(void);
void interlock_fiber_main(struct interlock_fiber *fiber) __attribute__((noreturn));

// Takes the accesses that a fiber has in progress off the thread's list, and puts them there.
void interlock_fiber_exit_accesses(struct accesses *accesses);
void interlock_fiber_enter_accesses(struct accesses *accesses);

// From the running fiber to its host, never to come back.
void interlock_fiber_leave_for_good(struct interlock_fiber *fiber) __attribute__((noreturn));

// Handlers of the process, once; and a stack for them, once for each thread.
void interlock_fiber_install_handlers(void);
void interlock_fiber_prepare_thread_once(void);

#pragma clang attribute pop

extern _Thread_local bool interlock_fiber_thread_is_prepared
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline void interlock_fiber_prepare_thread(void) {
  if (!interlock_fiber_thread_is_prepared) interlock_fiber_prepare_thread_once();
}

#endif
