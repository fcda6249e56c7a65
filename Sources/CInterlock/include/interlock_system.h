#ifndef INTERLOCK_SYSTEM_H
#define INTERLOCK_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/// The deadline of a wait that never gives up.
#define INTERLOCK_NEVER UINT64_MAX

/// Nanoseconds of the monotonic clock, which never goes back and is the same in every process.
uint64_t interlock_clock_now(void);

/// Parks the calling thread while `*word` equals `expected`, at the latest until `deadline`.
///
/// Returns 0 when woken (perhaps for no reason), EAGAIN when the word differs, EINTR for a signal,
/// ETIMEDOUT.
int interlock_futex_wait(const void *word, uint32_t expected, uint64_t deadline);

/// Wakes up to `count` threads that are parked on `word`. Returns how many.
int interlock_futex_wake(const void *word, int32_t count);

/// The same for words in memory that several processes share.
int interlock_shared_futex_wait(const void *word, uint32_t expected, uint64_t deadline);
int interlock_shared_futex_wake(const void *word, int32_t count);

/// Sleeps until `deadline` on the monotonic clock. Returns 0 or EINTR.
int interlock_sleep_until(uint64_t deadline);

/// How many CPUs the scheduler may give to this process (its affinity mask), at least 1.
int interlock_affinity_count(void);

/// Writes all `count` bytes to a descriptor, however often the system interrupts.
///
/// Returns 0 or an errno value.
int interlock_write_all(int descriptor, const void *bytes, size_t count);

#endif
