#ifndef INTERLOCK_REPORTS_H
#define INTERLOCK_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a line may have in it.
enum interlock_line_marks {
  /// A `=`.
  INTERLOCK_LINE_CLOSES = 1,
  /// A `#`.
  INTERLOCK_LINE_IS_COMMENT = 2,
};

/// A line of a text.
struct interlock_line {
  /// Where it ends: the place of its newline, or of the end of the text.
  uint32_t end;
  /// What it has in it, of `enum interlock_line_marks`.
  uint32_t marks;
};

/// How many lines a list has room for at least.
#define INTERLOCK_LEAST_LINE_COUNT 128

/// Lists the lines of a text from `start` on, where a line begins, and as many as there is room for.
///
/// Returns how many there are; 0 means that `start` is the end of the text. The next call starts behind
/// the last of them. What follows the last newline is a line if it is not empty.
///
/// Precondition: `capacity` is `INTERLOCK_LEAST_LINE_COUNT` or more, `size` is below 2³².
size_t interlock_list_lines(
    const uint8_t *text, size_t start, size_t size, struct interlock_line *lines, size_t capacity);

/// How many bytes a group has that tells a wind: `24013KT` or `VRB02KT`.
#define INTERLOCK_WIND_LENGTH 7

/// Lists the places where groups begin that tell a wind: three digits or `VRB`, two digits, `KT`.
///
/// Returns how many there are. `places` has room for one in every `INTERLOCK_WIND_LENGTH` bytes.
///
/// Precondition: `size` is below 2³².
size_t interlock_list_winds(const uint8_t *text, size_t size, uint32_t *places);

/// How many bytes a word has that is looked for.
#define INTERLOCK_SHORTEST_WORD 3
#define INTERLOCK_LONGEST_WORD 8

/// Lists the places where a word begins, and as many as there is room for; returns how many there are.
///
/// Precondition: `length` is from `INTERLOCK_SHORTEST_WORD` to `INTERLOCK_LONGEST_WORD`, the word has no
/// zeros, and `size` is below 2³².
size_t interlock_list_words(
    const uint8_t *text, size_t size, const uint8_t *word, size_t length, uint32_t *places,
    size_t capacity);

/// One of the ways to do all this. All of them give the same; they differ in speed and in what they
/// ask of the machine.
struct interlock_reports_variant {
  /// What the variant is built on, as in "avx2".
  const char *name;
  /// Whether this machine can run it.
  bool (*is_supported)(void);
  size_t (*list_lines)(
      const uint8_t *text, size_t start, size_t size, struct interlock_line *lines,
      size_t capacity);
  size_t (*list_winds)(const uint8_t *text, size_t size, uint32_t *places);
  size_t (*list_words)(
      const uint8_t *text, size_t size, const uint8_t *word, size_t length, uint32_t *places,
      size_t capacity);
};

/// All variants for this kind of processor, the fastest first. The last one is always supported.
///
/// Stores in `*count` how many there are.
const struct interlock_reports_variant *interlock_reports_variants(size_t *count);

#endif
