#ifndef INTERLOCK_LETTERS_H
#define INTERLOCK_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How many letters there are, from a to z.
#define INTERLOCK_LETTER_COUNT 26

/// Adds to `counts` how often each letter occurs in the bytes: `counts[0]` is a and A together.
///
/// Every byte counts for itself, whatever encoding the text has; only the 52 ASCII letters count.
/// `bytes` needs no alignment.
void interlock_count_letters(
    const uint8_t *bytes, size_t count, uint64_t counts[INTERLOCK_LETTER_COUNT]);

/// One of the ways to count. All of them give the same counts; they differ in speed and in what
/// they ask of the machine.
struct interlock_letters_variant {
  /// What the variant is built on, as in "avx2".
  const char *name;
  /// Whether this machine can run it.
  bool (*is_supported)(void);
  /// Counts as `interlock_count_letters` does.
  ///
  /// Precondition: the variant is supported.
  void (*count_letters)(const uint8_t *bytes, size_t count, uint64_t *counts);
};

/// All variants for this kind of processor, the fastest first. The last one is always supported.
///
/// Stores in `*count` how many there are.
const struct interlock_letters_variant *interlock_letters_variants(size_t *count);

#endif
