#ifndef INTERLOCK_THREAD_H
#define INTERLOCK_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What every thread knows about itself, in thread-local storage.
///
/// A controlled world runs many threads of a program on one thread of the system: it swaps this
/// whole structure when it switches between them.
struct interlock_thread {
  /// The number that locks store as their owner; 0 until the thread was identified.
  uint32_t number;
  /// The Swift object that describes the thread, kept alive by whoever set it; NULL until it was identified.
  void *record;
  /// The Swift object that watches or controls the thread, not retained; NULL in the real world.
  void *world;
  /// Whether that one need not know for now which words the thread touches.
  bool touches_unseen;
};

extern _Thread_local struct interlock_thread interlock_current_thread
    __attribute__((tls_model("initial-exec")));

/// How many watched worlds exist. While it is 0 no thread needs to look further.
extern uint32_t interlock_world_count;

/// Whether any thread of this process may be watched: the one branch on every fast path.
static inline bool interlock_is_watched(void) {
  return __atomic_load_n(&interlock_world_count, __ATOMIC_RELAXED) != 0;
}

/// What the environment asks of the detection of deadlocks, NULL if nothing. If it asks, one watched world
/// is announced before the program begins, in the name of whoever asks first.
const char *interlock_deadlock_switch(void);

/// Announces one watched world more (`change` = 1) or less (-1).
static inline void interlock_change_world_count(int32_t change) {
  __atomic_fetch_add(&interlock_world_count, (uint32_t)change, __ATOMIC_SEQ_CST);
}

static inline uint32_t interlock_thread_number(void) {
  return interlock_current_thread.number;
}

static inline struct interlock_thread interlock_get_current_thread(void) {
  return interlock_current_thread;
}

static inline void interlock_set_current_thread(struct interlock_thread thread) {
  interlock_current_thread = thread;
}

static inline void *interlock_thread_world(void) { return interlock_current_thread.world; }

static inline bool interlock_touches_unseen(void) {
  return interlock_current_thread.touches_unseen;
}

static inline void interlock_touch_unseen(bool touches_unseen) {
  interlock_current_thread.touches_unseen = touches_unseen;
}

/// Starts a detached thread of the system that runs `body(context)`.
///
/// `stack_size` in bytes, 0 for the system's default; it is rounded up to whole pages and to the
/// least the system allows. Returns 0 or the error of `pthread_create`.
int interlock_thread_start(size_t stack_size, void (*body)(void *), void *context);

/// Gives the calling thread its name in the system; longer names are cut at 15 bytes.
void interlock_thread_set_name(const char *name);

/// Stores the system's name of the calling thread, at most 15 bytes and a zero.
void interlock_thread_get_name(char name[16]);

/// The system's number for the calling thread, as debuggers and `/proc` show it.
int32_t interlock_thread_native_id(void);

/// Calls `will_exit(record)` when the calling thread ends, after its other destructors.
///
/// Returns 0 or the error of the system.
int interlock_thread_watch_exit(void *record, void (*will_exit)(void *));

/// Tells the CPU that this thread only looks again: saves power, and the other hardware thread.
static inline void interlock_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Lets other threads run before the calling one goes on.
void interlock_thread_yield(void);

#endif
