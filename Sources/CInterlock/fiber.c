#define _GNU_SOURCE
#include "fiber_parts.h"
#include "fiber_sanitizers.h"
#include "fiber_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Compilers write frames without touching every page of them: a narrow guard would be stepped over.
static const size_t least_guard_size = 64 << 10;
#ifdef FIBERS_TELL_ADDRESS_SANITIZER
static const size_t usual_stack_size = 2 << 20;
#else
static const size_t usual_stack_size = 512 << 10;
#endif

_Thread_local struct interlock_fiber *interlock_running_fiber;

static size_t whole_pages(size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  return (size + page - 1) / page * page;
}

int interlock_fiber_create(size_t stack_size, struct interlock_fiber **created) {
  interlock_fiber_install_handlers();
  interlock_fiber_isolates_accesses();
  struct interlock_fiber *fiber = calloc(1, sizeof *fiber);
  if (fiber == NULL) return ENOMEM;
  fiber->guard_size = whole_pages(least_guard_size);
  fiber->stack_size = whole_pages(stack_size == 0 ? usual_stack_size : stack_size);
  int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
  fiber->memory = mmap(NULL, fiber->guard_size + fiber->stack_size, PROT_NONE, flags, -1, 0);
  if (fiber->memory == MAP_FAILED) {
    int error = errno;
    free(fiber);
    return error;
  }
  if (mprotect((void *)lowest_frame(fiber), fiber->stack_size, PROT_READ | PROT_WRITE) != 0) {
    int error = errno;
    munmap(fiber->memory, fiber->guard_size + fiber->stack_size);
    free(fiber);
    return error;
  }
  fiber->state = INTERLOCK_FIBER_IDLE;
  sanitizers_add(fiber);
  *created = fiber;
  return 0;
}

void interlock_fiber_destroy(struct interlock_fiber *fiber) {
  interlock_fiber_abandon(fiber);
  sanitizers_remove(fiber);
  munmap(fiber->memory, fiber->guard_size + fiber->stack_size);
  free(fiber);
}

// What `interlock_fiber_switch` finds on a stack that it enters for the first time.
static void *first_frame(struct interlock_fiber *fiber) {
  uintptr_t *stack = (uintptr_t *)stack_top(fiber);
#if defined(__x86_64__)
  enum { words = 9, argument = 4, return_address = 6 };
#elif defined(__aarch64__)
  enum { words = 22, argument = 0, return_address = 11 };
#endif
  stack -= words;
  memset(stack, 0, words * sizeof *stack);
  stack[argument] = (uintptr_t)fiber;
  stack[return_address] = (uintptr_t)interlock_fiber_start;
  return stack;
}

void interlock_fiber_arm(
    struct interlock_fiber *fiber, void (*body)(void *), void *context) {
  interlock_fiber_abandon(fiber);
  fiber->body = body;
  fiber->context = context;
  fiber->stack = first_frame(fiber);
  fiber->error = 0;
  fiber->crash.reason = 0;
  fiber->state = INTERLOCK_FIBER_ARMED;
}

void interlock_fiber_abandon(struct interlock_fiber *fiber) {
  bool has_frames =
      fiber->state == INTERLOCK_FIBER_SUSPENDED || fiber->state == INTERLOCK_FIBER_CRASHED;
  if (has_frames) sanitizers_forget_frames(fiber);
  // The runtime has allocated it.
  if (fiber->crash.message != NULL) free((char *)fiber->crash.message);
  fiber->crash.message = NULL;
  // A list of accesses that were in progress in the lost frames.
  fiber->accesses = (struct accesses){NULL, NULL};
  fiber->state = INTERLOCK_FIBER_IDLE;
}

static inline bool is_resumable(const struct interlock_fiber *fiber) {
  if (fiber->state == INTERLOCK_FIBER_ARMED) return true;
  return fiber->state == INTERLOCK_FIBER_SUSPENDED && fiber->carrier == &interlock_running_fiber;
}

ACROSS_STACKS enum interlock_fiber_state interlock_fiber_resume(struct interlock_fiber *fiber) {
  if (!is_resumable(fiber)) return INTERLOCK_FIBER_IDLE;
  interlock_fiber_prepare_thread();
  struct interlock_thread thread = interlock_current_thread;
  int error = errno;

  if (fiber->state == INTERLOCK_FIBER_ARMED) {
    fiber->thread = thread;
    fiber->carrier = &interlock_running_fiber;
  }
  fiber->host = interlock_running_fiber;
  // What a fiber hosts is part of its own turn.
  struct interlock_watch *watch = fiber->host == NULL ? interlock_thread_watch : NULL;
  count_turn(watch);
  interlock_running_fiber = fiber;
  interlock_current_thread = fiber->thread;
  interlock_fiber_enter_accesses(&fiber->accesses);
  sanitizers_will_enter(fiber);
  interlock_fiber_switch(&fiber->host_stack, fiber->stack);
  sanitizers_did_leave(fiber);
  // The handler has done that for one that crashed, before it left the frames that the list is in.
  if (fiber->state != INTERLOCK_FIBER_CRASHED) interlock_fiber_exit_accesses(&fiber->accesses);
  fiber->thread = interlock_current_thread;
  interlock_current_thread = thread;
  interlock_running_fiber = fiber->host;
  count_turn(watch);

  errno = error;
  return fiber->state;
}

ACROSS_STACKS bool interlock_fiber_suspend(void) {
  struct interlock_fiber *fiber = interlock_running_fiber;
  if (fiber == NULL) return false;
  int error = errno;
  fiber->state = INTERLOCK_FIBER_SUSPENDED;
  sanitizers_will_leave(fiber);
  interlock_fiber_switch(&fiber->stack, fiber->host_stack);
  sanitizers_did_enter(fiber);
  fiber->state = INTERLOCK_FIBER_RUNNING;
  errno = error;
  return true;
}

ACROSS_STACKS __attribute__((used)) void interlock_fiber_main(struct interlock_fiber *fiber) {
  sanitizers_did_begin(fiber);
  fiber->state = INTERLOCK_FIBER_RUNNING;
  errno = 0;
  fiber->body(fiber->context);
  fiber->state = INTERLOCK_FIBER_FINISHED;
  sanitizers_will_finish(fiber);
  interlock_fiber_switch(&fiber->stack, fiber->host_stack);
  __builtin_trap();
}

ACROSS_STACKS void interlock_fiber_leave_for_good(struct interlock_fiber *fiber) {
  sanitizers_will_leave(fiber);
  interlock_fiber_switch(&fiber->stack, fiber->host_stack);
  __builtin_trap();
}

enum interlock_fiber_state interlock_fiber_state(const struct interlock_fiber *fiber) {
  return fiber->state;
}

void *interlock_fiber_current_context(void) {
  return interlock_running_fiber == NULL ? NULL : interlock_running_fiber->context;
}

const struct interlock_fiber_crash *interlock_fiber_crash(const struct interlock_fiber *fiber) {
  return &fiber->crash;
}

void interlock_fiber_trim(struct interlock_fiber *fiber, size_t kept) {
  size_t used = whole_pages(kept);
  if (used >= fiber->stack_size) return;
  // Frames come from above: deeper ones have passed the page below those that are kept.
  size_t page = whole_pages(1);
  char *below = (char *)stack_top(fiber) - used;
  unsigned char is_resident = 1;
  if (mincore(below - page, page, &is_resident) == 0 && (is_resident & 1) == 0) return;
  madvise((void *)lowest_frame(fiber), fiber->stack_size - used, MADV_DONTNEED);
}

bool interlock_fiber_stack(uintptr_t *start, uintptr_t *end) {
  const struct interlock_fiber *fiber = interlock_running_fiber;
  if (fiber == NULL) return false;
  *start = lowest_frame(fiber);
  *end = stack_top(fiber);
  return true;
}

size_t interlock_fiber_depth(const struct interlock_fiber *fiber, uintptr_t address) {
  bool is_inside = lowest_frame(fiber) <= address && address < stack_top(fiber);
  return is_inside ? stack_top(fiber) - address : 0;
}
