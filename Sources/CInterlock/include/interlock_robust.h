#ifndef INTERLOCK_ROBUST_H
#define INTERLOCK_ROBUST_H

#include <stdbool.h>
#include <stdint.h>

/// A lock in memory that several processes share, which notices the death of its owner.
///
/// The system does so: each thread has a list of such locks that it holds, and when the thread ends, in
/// whatever way, the system marks their words and wakes whoever sleeps on them. The C library has the
/// same list for its own robust mutexes, and the fields here are where its own are, so both may be in it.
struct interlock_robust_lock {
  /// 0: free; else the system's number of the owner's thread, with the two bits below.
  uint32_t word;
  uint32_t reserved[5];
  /// The neighbours in the owner's list.
  void *previous;
  void *next;
};

/// Bits of the word: somebody sleeps on it; its owner has died.
#define INTERLOCK_ROBUST_WAITERS 0x80000000u
#define INTERLOCK_ROBUST_DIED 0x40000000u

enum interlock_robust_outcome {
  /// The calling thread has the lock.
  INTERLOCK_ROBUST_ACQUIRED,
  /// The calling thread has the lock, which it took from a thread that has died.
  INTERLOCK_ROBUST_INHERITED,
  /// Somebody has it.
  INTERLOCK_ROBUST_BUSY,
  /// The calling thread has it already.
  INTERLOCK_ROBUST_OWN,
  /// The system does not have such lists, or not where they are looked for.
  INTERLOCK_ROBUST_UNSUPPORTED,
};

/// Takes the lock if it is free. `waited` says that the thread has slept for it.
///
/// After `INTERLOCK_ROBUST_BUSY` and `INTERLOCK_ROBUST_OWN` the thread tries again, or withdraws.
enum interlock_robust_outcome interlock_robust_try(struct interlock_robust_lock *lock, bool waited);

/// The calling thread does not want the lock any more that it has tried to take.
void interlock_robust_withdraw(void);

/// Announces that the calling thread is about to sleep for the lock.
///
/// Returns the word to sleep on, or 0 if the lock should be tried again.
uint32_t interlock_robust_announce(struct interlock_robust_lock *lock);

/// Gives the lock back and wakes one that sleeps for it. Returns whether the calling thread had it.
bool interlock_robust_release(struct interlock_robust_lock *lock);

/// Whether the calling thread has the lock.
bool interlock_robust_is_mine(const struct interlock_robust_lock *lock);

#endif
