#include "CInterlock.h"

#include <string.h>

typedef unsigned __int128 word128 __attribute__((aligned(16)));

// Out of line, because a caller compiled for plain x86-64 has no 16-byte compare-exchange.
#if defined(__x86_64__)
__attribute__((target("cx16")))
#endif
bool interlock_compare_exchange_pair(
    void *word, struct interlock_pair *expected, struct interlock_pair desired) {
  word128 expected_bits, desired_bits;
  memcpy(&expected_bits, expected, sizeof expected_bits);
  memcpy(&desired_bits, &desired, sizeof desired_bits);
  // The newer builtin takes this size to need a lock unless the whole file is built for cx16.
  word128 found = __sync_val_compare_and_swap((word128 *)word, expected_bits, desired_bits);
  memcpy(expected, &found, sizeof found);
  return found == expected_bits;
}
