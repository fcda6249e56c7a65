// Accesses to variables, as the language's runtime sees them.
//
// To find two accesses that overlap the runtime keeps a list of those in progress, for each thread. Its
// records are in the frames that do the accesses. Fibers share a thread, but not their accesses: one that is
// suspended takes its part of the list along. Tasks have the same trouble, and the runtime has two functions
// for them.
#include "fiber_parts.h"

#include <pthread.h>

extern void swift_task_enterThreadLocalContext(char *state) __attribute__((weak));
extern void swift_task_exitThreadLocalContext(char *state) __attribute__((weak));
extern void swift_beginAccess(void *variable, void *record, uintptr_t flags, void *place)
    __attribute__((weak));
extern void swift_endAccess(void *record) __attribute__((weak));
extern _Bool _swift_disableExclusivityChecking __attribute__((weak));

static bool is_isolated;

// An access, as the runtime writes it down.
struct record {
  void *variable, *place, *next;
};

static void enter(struct accesses *accesses) {
  swift_task_enterThreadLocalContext((char *)accesses);
}

static void leave(struct accesses *accesses) {
  swift_task_exitThreadLocalContext((char *)accesses);
}

static bool is_empty(const struct accesses *accesses) {
  return accesses->first == NULL && accesses->last == NULL;
}

// Whether the functions do what they did when this was written. It makes accesses that would be an error if
// they were not kept apart only after it has seen that they are.
static bool keeps_apart(void) {
  static const uintptr_t modification = 0x21;
  int variable;
  struct record inner = {0}, outer = {0};
  struct accesses fiber = {0}, rest = {0};
  enter(&fiber);
  swift_beginAccess(&variable, &inner, modification, (void *)(uintptr_t)keeps_apart);
  leave(&fiber);
  // The checks were turned off by somebody else: there is nothing to keep apart.
  if (inner.variable == NULL) return is_empty(&fiber);
  if (fiber.first != &inner || fiber.last != &inner || inner.variable != &variable) return false;
  leave(&rest);
  if (!is_empty(&rest)) return false;

  swift_beginAccess(&variable, &outer, modification, (void *)(uintptr_t)keeps_apart);
  enter(&fiber);
  leave(&fiber);
  bool is_back = fiber.first == &inner && fiber.last == &inner;
  swift_endAccess(&outer);
  enter(&fiber);
  swift_endAccess(&inner);
  leave(&fiber);
  return is_back && is_empty(&fiber);
}

static void test(void) {
  if (swift_task_enterThreadLocalContext != NULL && swift_task_exitThreadLocalContext != NULL &&
      swift_beginAccess != NULL && swift_endAccess != NULL) {
    struct accesses own = {0};
    leave(&own);
    is_isolated = keeps_apart();
    enter(&own);
  }
  // Lists with records in frames that are lost would be worse than no lists.
  if (!is_isolated && &_swift_disableExclusivityChecking != NULL) {
    _swift_disableExclusivityChecking = true;
  }
}

bool interlock_fiber_isolates_accesses(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, test);
  return is_isolated;
}

void interlock_fiber_enter_accesses(struct accesses *accesses) {
  if (is_isolated) enter(accesses);
}

void interlock_fiber_exit_accesses(struct accesses *accesses) {
  if (is_isolated) leave(accesses);
}
