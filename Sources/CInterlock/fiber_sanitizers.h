// What sanitizers must be told about fibers; nothing without one.
//
// - The one for addresses has to know on which stack a thread is, and that frames that are lost are none.
// - The one for threads takes each fiber for a thread. To switch is an order between them: whatever one fiber
//   does comes before whatever the next one does.
#ifndef INTERLOCK_FIBER_SANITIZERS_H
#define INTERLOCK_FIBER_SANITIZERS_H

#include "fiber_parts.h"

#ifdef FIBERS_TELL_ADDRESS_SANITIZER
void __sanitizer_start_switch_fiber(void **left, const void *memory, size_t size);
void __sanitizer_finish_switch_fiber(void *entered, const void **memory, size_t *size);
void __asan_unpoison_memory_region(void const volatile *memory, size_t size);
void __asan_handle_no_return(void);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#endif

// The host's side.

static inline void sanitizers_add(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_THREAD_SANITIZER
  fiber->thread_state = __tsan_create_fiber(0);
#endif
}

static inline void sanitizers_forget_frames(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  __asan_unpoison_memory_region((void *)lowest_frame(fiber), fiber->stack_size);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  // It has a stack of calls, too.
  __tsan_destroy_fiber(fiber->thread_state);
  fiber->thread_state = __tsan_create_fiber(0);
#endif
}

static inline void sanitizers_end_here(void *context) { (void)context; }

static inline void sanitizers_remove(struct interlock_fiber *fiber) {
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  // The frames that were lost are in memory of the sanitizer: only a fiber that finishes gives it back.
  if (fiber->fake_stack != NULL) {
    interlock_fiber_arm(fiber, sanitizers_end_here, NULL);
    interlock_fiber_resume(fiber);
  }
  __asan_unpoison_memory_region((void *)lowest_frame(fiber), fiber->stack_size);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  __tsan_destroy_fiber(fiber->thread_state);
#endif
  (void)fiber;
  (void)sanitizers_end_here;
}

__attribute__((always_inline)) static inline void sanitizers_will_enter(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(
      &fiber->host_fake_stack, (void *)lowest_frame(fiber), fiber->stack_size);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  fiber->host_thread_state = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(fiber->thread_state, 0);
#endif
}

__attribute__((always_inline)) static inline void sanitizers_did_leave(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fiber->host_fake_stack, NULL, NULL);
#endif
}

// The fiber's side.

__attribute__((always_inline)) static inline void sanitizers_did_enter(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fiber->fake_stack, &fiber->host_memory, &fiber->host_size);
#endif
}

__attribute__((always_inline)) static inline void sanitizers_did_begin(struct interlock_fiber *fiber) {
  sanitizers_did_enter(fiber);
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  // Lets go of the frames that an earlier body has left there.
  if (fiber->fake_stack != NULL) __asan_handle_no_return();
#endif
}

__attribute__((always_inline)) static inline void sanitizers_will_leave(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(&fiber->fake_stack, fiber->host_memory, fiber->host_size);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  __tsan_switch_to_fiber(fiber->host_thread_state, 0);
#endif
}

__attribute__((always_inline)) static inline void sanitizers_will_finish(struct interlock_fiber *fiber) {
  (void)fiber;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
  fiber->fake_stack = NULL;
  __sanitizer_start_switch_fiber(NULL, fiber->host_memory, fiber->host_size);
#endif
#ifdef FIBERS_TELL_THREAD_SANITIZER
  __tsan_switch_to_fiber(fiber->host_thread_state, 0);
#endif
}

#endif
