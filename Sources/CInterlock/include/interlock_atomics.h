/// Atomic operations on words of 1, 2, 4 and 8 bytes, inlined; on 16 bytes, out of line.
///
/// `order` is one of the compiler's `__ATOMIC_…` numbers. It is a constant at every call that
/// matters, so that each function becomes one instruction.
#ifndef INTERLOCK_ATOMICS_H
#define INTERLOCK_ATOMICS_H

#include <stdbool.h>
#include <stdint.h>

#define INTERLOCK_ATOMICS(bits)                                                                   \
  static inline uint##bits##_t interlock_load_##bits(const void *word, int32_t order) {           \
    return __atomic_load_n((const uint##bits##_t *)word, order);                                  \
  }                                                                                               \
  static inline void interlock_store_##bits(void *word, uint##bits##_t value, int32_t order) {    \
    __atomic_store_n((uint##bits##_t *)word, value, order);                                       \
  }                                                                                               \
  static inline uint##bits##_t interlock_exchange_##bits(                                         \
      void *word, uint##bits##_t value, int32_t order) {                                          \
    return __atomic_exchange_n((uint##bits##_t *)word, value, order);                             \
  }                                                                                               \
  static inline bool interlock_compare_exchange_##bits(                                           \
      void *word, uint##bits##_t *expected, uint##bits##_t desired, int32_t success,              \
      int32_t failure) {                                                                          \
    return __atomic_compare_exchange_n(                                                           \
        (uint##bits##_t *)word, expected, desired, false, success, failure);                      \
  }                                                                                               \
  static inline bool interlock_weak_compare_exchange_##bits(                                      \
      void *word, uint##bits##_t *expected, uint##bits##_t desired, int32_t success,              \
      int32_t failure) {                                                                          \
    return __atomic_compare_exchange_n(                                                           \
        (uint##bits##_t *)word, expected, desired, true, success, failure);                       \
  }                                                                                               \
  static inline uint##bits##_t interlock_fetch_add_##bits(                                        \
      void *word, uint##bits##_t operand, int32_t order) {                                        \
    return __atomic_fetch_add((uint##bits##_t *)word, operand, order);                            \
  }

INTERLOCK_ATOMICS(8)
INTERLOCK_ATOMICS(16)
INTERLOCK_ATOMICS(32)
INTERLOCK_ATOMICS(64)

#undef INTERLOCK_ATOMICS

/// Sixteen bytes that are read and written as one.
struct interlock_pair {
  uint64_t low;
  uint64_t high;
};

/// Replaces `*word` by `desired` if it equals `*expected`, else stores what it is in `*expected`;
/// sequentially consistent. `word` is aligned to 16 bytes.
bool interlock_compare_exchange_pair(
    void *word, struct interlock_pair *expected, struct interlock_pair desired);

static inline void interlock_fence(int32_t order) { __atomic_thread_fence(order); }

#endif
