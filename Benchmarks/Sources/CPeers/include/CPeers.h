/// What Interlock is compared with: the same work, done with POSIX threads and C++.
///
/// Every peer has one object, which lives as long as the process, and loops here, so that no call
/// through a function pointer comes between the operations. Only one benchmark runs at a time.
#ifndef CPEERS_H
#define CPEERS_H

#include "crew.h"
#include "thread_number.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Acquires and releases a mutex `count` times; adds to a number in between.
void pthread_mutex_peer_loop(long count);

/// The same until the crew is stopped, by many threads. Returns how often.
long pthread_mutex_peer_contend(void);

/// Acquires and releases a recursive mutex `count` times.
void pthread_recursive_mutex_peer_loop(long count);

/// Acquires and releases a lock for reading `count` times.
void pthread_rwlock_peer_loop(long count);

/// Takes and gives back the one permit of a POSIX semaphore `count` times.
void posix_semaphore_peer_loop(long count);

/// Starts a thread that does nothing and joins it, `count` times.
///
/// Returns whether the system gave the threads.
bool pthread_spawn_peer_loop(long count);

/// Waits `count` times for its turn, of `players` that take turns, with a mutex and a condition.
void pthread_condition_peer_play(int player, int players, long count);

/// Locks and unlocks a robust mutex for several processes `count` times.
void pthread_robust_mutex_peer_loop(long count);

/// Starts a process that comes to a `pthread_barrier_t` again and again. Returns whether it has.
bool pthread_shared_barrier_peer_start(void);

/// Meets that process `count` times.
void pthread_shared_barrier_peer_meet(long count);

/// Ends that process.
void pthread_shared_barrier_peer_stop(void);

/// Meets the other `parties` - 1 threads `count` times at a `pthread_barrier_t`.
void pthread_barrier_peer_meet(int parties, long count);

/// Makes the barrier for `pthread_barrier_peer_meet`.
void pthread_barrier_peer_prepare(int parties);

/// Whether this C++ library has `std::barrier` and `std::latch`.
bool standard_barrier_peer_exists(void);

/// Meets the other `parties` - 1 threads `count` times at a `std::barrier`.
void standard_barrier_peer_meet(int parties, long count);

/// Makes the barrier for `standard_barrier_peer_meet`.
void standard_barrier_peer_prepare(int parties);

/// Waits `count` times for a `std::latch` that is open.
void standard_latch_peer_loop(long count);

/// Makes the queue for `capacity` numbers: a ring, a `std::mutex` and two `std::condition_variable`s,
/// one of which is notified once per operation.
void standard_queue_peer_prepare(long capacity);

/// Puts `count` numbers into the queue for `capacity` numbers.
void standard_queue_peer_put(long capacity, long count);

/// Takes `count` numbers out of the queue for `capacity` numbers.
void standard_queue_peer_take(long capacity, long count);

/// Loads the channels of Rust's standard library, from what Peers/channel.rs was compiled to.
///
/// Returns why that is impossible, or nothing.
const char *rust_channel_peer_load(const char *path);

/// Puts `count` numbers into the channel for `capacity` numbers. A capacity of 0 means that whoever
/// puts waits for somebody who takes, and one below 0 that there is no limit.
void rust_channel_peer_put(long capacity, long count);

/// Takes `count` numbers out of the channel for `capacity` numbers.
void rust_channel_peer_take(long capacity, long count);

/// Sorts `count` numbers with `std::sort`.
void standard_sort_peer_sort(long *numbers, long count);

/// Is given a result, so that the compiler cannot leave out what made it.
void keep(long result);

#ifdef __cplusplus
}
#endif

#endif
