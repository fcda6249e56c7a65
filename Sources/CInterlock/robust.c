// Locks that notice the death of their owner: see the kernel's documentation of robust futexes, and of the
// layout of the list glibc's `nptl/descr.h` and `pthread_mutex_lock.c`, from which the order of the steps is.
#define _GNU_SOURCE
#include "CInterlock.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(offsetof(struct interlock_robust_lock, previous) == 24, "as in a mutex of glibc");
_Static_assert(offsetof(struct interlock_robust_lock, next) == 32, "as in a mutex of glibc");

// The calling thread's list; NULL before it was asked for.
static _Thread_local struct robust_list_head *list __attribute__((tls_model("initial-exec")));
static _Thread_local uint32_t thread __attribute__((tls_model("initial-exec")));

static const uint32_t owner_mask = FUTEX_TID_MASK;

// Finds the calling thread's list. The C library has registered one for each thread.
static bool find_list(void) {
  struct robust_list_head *found = NULL;
  size_t size = 0;
  if (syscall(SYS_get_robust_list, 0, &found, &size) != 0 || found == NULL) return false;
  const long offset = (long)offsetof(struct interlock_robust_lock, word) -
                      (long)offsetof(struct interlock_robust_lock, next);
  if (size != sizeof *found || found->futex_offset != offset) return false;
  list = found;
  thread = (uint32_t)interlock_thread_native_id();
  return true;
}

// The list links the `next` fields of locks; the lowest bit of a link belongs to the C library. In front of
// each `next` field, and of the list's own head, is the one for the neighbour before.
static void **previous_of(void *link) {
  return (void **)((uintptr_t)link & ~(uintptr_t)1) - 1;
}

static void *node_of(struct interlock_robust_lock *lock) { return &lock->next; }

// Each function that changes something is made twice: as it is, and with what counts steps between all
// that others, or the system after a death, could tell apart. So the usual one costs one branch more.
#define IN_TWO_FORMS static inline __attribute__((always_inline))

IN_TWO_FORMS void step(bool counts) {
  if (counts) interlock_count_step();
}

IN_TWO_FORMS void announce_change(void *node, bool counts) {
  step(counts);
  list->list_op_pending = node;
  __asm__ volatile("" ::: "memory");
}

IN_TWO_FORMS void link_in(struct interlock_robust_lock *lock, bool counts) {
  void *first = list->list.next;
  step(counts);
  *previous_of(first) = node_of(lock);
  step(counts);
  lock->next = first;
  lock->previous = &list->list;
  __asm__ volatile("" ::: "memory");
  step(counts);
  list->list.next = node_of(lock);
  __asm__ volatile("" ::: "memory");
  announce_change(NULL, counts);
}

IN_TWO_FORMS void link_out(struct interlock_robust_lock *lock, bool counts) {
  void *next = lock->next;
  void *previous = lock->previous;
  step(counts);
  *previous_of(next) = previous;
  step(counts);
  *(void **)((uintptr_t)previous & ~(uintptr_t)1) = next;
  __asm__ volatile("" ::: "memory");
  step(counts);
  lock->next = NULL;
  lock->previous = NULL;
}

IN_TWO_FORMS enum interlock_robust_outcome try_lock(
    struct interlock_robust_lock *lock, bool waited, bool counts) {
  // From here on, if this thread dies, the system looks whether it has the lock.
  announce_change(node_of(lock), counts);
  uint32_t seen = 0;
  for (;;) {
    if ((seen & owner_mask) != 0) {
      // The announcement stays while the thread waits: if it dies after it was woken, the system wakes
      // another one.
      return (seen & owner_mask) == thread ? INTERLOCK_ROBUST_OWN : INTERLOCK_ROBUST_BUSY;
    }
    // Whoever has slept cannot know whether it was the only one.
    uint32_t wanted = thread | (seen & INTERLOCK_ROBUST_WAITERS) | (waited ? INTERLOCK_ROBUST_WAITERS : 0);
    step(counts);
    if (__atomic_compare_exchange_n(
            &lock->word, &seen, wanted, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
      break;
    }
  }
  link_in(lock, counts);
  return (seen & INTERLOCK_ROBUST_DIED) != 0 ? INTERLOCK_ROBUST_INHERITED : INTERLOCK_ROBUST_ACQUIRED;
}

static __attribute__((noinline)) enum interlock_robust_outcome try_in_steps(
    struct interlock_robust_lock *lock, bool waited) {
  return try_lock(lock, waited, true);
}

enum interlock_robust_outcome interlock_robust_try(
    struct interlock_robust_lock *lock, bool waited) {
  if (__builtin_expect(list == NULL, 0) && !find_list()) return INTERLOCK_ROBUST_UNSUPPORTED;
  if (interlock_counts_steps()) return try_in_steps(lock, waited);
  return try_lock(lock, waited, false);
}

void interlock_robust_withdraw(void) {
  if (list != NULL) announce_change(NULL, interlock_counts_steps());
}

uint32_t interlock_robust_announce(struct interlock_robust_lock *lock) {
  uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
  for (;;) {
    if ((seen & owner_mask) == 0) return 0;
    if ((seen & INTERLOCK_ROBUST_WAITERS) != 0) return seen;
    uint32_t wanted = seen | INTERLOCK_ROBUST_WAITERS;
    interlock_step();
    if (__atomic_compare_exchange_n(
            &lock->word, &seen, wanted, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      return wanted;
    }
  }
}

IN_TWO_FORMS void release_lock(struct interlock_robust_lock *lock, bool counts) {
  announce_change(node_of(lock), counts);
  link_out(lock, counts);
  step(counts);
  uint32_t before = __atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE);
  // A thread that dies here has not woken anybody: the system does, for a change that was announced.
  if ((before & INTERLOCK_ROBUST_WAITERS) != 0) interlock_shared_futex_wake(&lock->word, 1);
  announce_change(NULL, counts);
}

static __attribute__((noinline)) void release_in_steps(struct interlock_robust_lock *lock) {
  release_lock(lock, true);
}

bool interlock_robust_release(struct interlock_robust_lock *lock) {
  if (__builtin_expect(!interlock_robust_is_mine(lock), 0)) return false;
  if (interlock_counts_steps()) {
    release_in_steps(lock);
  } else {
    release_lock(lock, false);
  }
  return true;
}

bool interlock_robust_is_mine(const struct interlock_robust_lock *lock) {
  return thread != 0 && (__atomic_load_n(&lock->word, __ATOMIC_RELAXED) & owner_mask) == thread;
}
