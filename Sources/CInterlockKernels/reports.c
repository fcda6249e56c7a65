#include "CInterlockKernels.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A text is looked at in blocks of 64 bytes, one bit of a word for each byte. What the variants differ
// in is how they compare a block with a byte; everything else is written once, and compiled into each.

enum { block_size = 64 };

/// Compares 64 bytes with one: bit i is set where byte i is equal.
typedef uint64_t equal_bits(const uint8_t *block, uint8_t byte);

#define INTO_EACH_VARIANT __attribute__((always_inline)) static inline

/// The block at `place`; one that goes on behind the text is copied, with zeros in the end, which are
/// nothing that anybody looks for.
INTO_EACH_VARIANT const uint8_t *block_at(
    const uint8_t *text, size_t place, size_t size, uint8_t copy[block_size]) {
  if (size - place >= block_size) return text + place;
  memset(copy, 0, block_size);
  memcpy(copy, text + place, size - place);
  return copy;
}

INTO_EACH_VARIANT size_t list_lines(
    equal_bits *equal, const uint8_t *text, size_t start, size_t size,
    struct interlock_line *lines, size_t capacity) {
  uint8_t copy[block_size];
  size_t count = 0;
  // Whether the line that has begun has any of these so far.
  bool closes = false;
  bool is_comment = false;
  for (size_t place = start; place < size; place += block_size) {
    // Each byte of a block may end a line, and so may the text.
    if (capacity - count <= block_size) return count;
    const uint8_t *block = block_at(text, place, size, copy);
    uint64_t ends = equal(block, '\n');
    uint64_t closings = equal(block, '=');
    uint64_t comments = equal(block, '#');
    while (ends != 0) {
      // All bits below the lowest that is set: what belongs to this line.
      uint64_t line = ends ^ (ends - 1);
      closes |= (closings & line) != 0;
      is_comment |= (comments & line) != 0;
      lines[count].end = (uint32_t)(place + (size_t)__builtin_ctzll(ends));
      lines[count].marks =
          (closes ? INTERLOCK_LINE_CLOSES : 0u) | (is_comment ? INTERLOCK_LINE_IS_COMMENT : 0u);
      count++;
      closes = false;
      is_comment = false;
      closings &= ~line;
      comments &= ~line;
      ends &= ends - 1;
    }
    closes |= closings != 0;
    is_comment |= comments != 0;
  }
  if (start < size && text[size - 1] != '\n') {
    lines[count].end = (uint32_t)size;
    lines[count].marks =
        (closes ? INTERLOCK_LINE_CLOSES : 0u) | (is_comment ? INTERLOCK_LINE_IS_COMMENT : 0u);
    count++;
  }
  return count;
}

INTO_EACH_VARIANT bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

/// Whether a group of which the end is known to be right tells a wind.
INTO_EACH_VARIANT bool is_wind(const uint8_t *group) {
  if (!is_digit(group[3]) || !is_digit(group[4])) return false;
  if (is_digit(group[0]) && is_digit(group[1]) && is_digit(group[2])) return true;
  return group[0] == 'V' && group[1] == 'R' && group[2] == 'B';
}

INTO_EACH_VARIANT size_t list_winds(
    equal_bits *equal, const uint8_t *text, size_t size, uint32_t *places) {
  uint8_t copy[block_size];
  size_t count = 0;
  uint64_t before = 0;
  for (size_t place = 0; place < size; place += block_size) {
    const uint8_t *block = block_at(text, place, size, copy);
    uint64_t first = equal(block, 'K');
    uint64_t ends = equal(block, 'T') & (first << 1 | before);
    before = first >> (block_size - 1);
    for (; ends != 0; ends &= ends - 1) {
      size_t end = place + (size_t)__builtin_ctzll(ends) + 1;
      if (end < INTERLOCK_WIND_LENGTH) continue;
      size_t start = end - INTERLOCK_WIND_LENGTH;
      if (is_wind(text + start)) places[count++] = (uint32_t)start;
    }
  }
  return count;
}

INTO_EACH_VARIANT size_t list_words(
    equal_bits *equal, const uint8_t *text, size_t size, const uint8_t *word, size_t length,
    uint32_t *places, size_t capacity) {
  uint8_t copy[block_size + INTERLOCK_LONGEST_WORD];
  size_t count = 0;
  for (size_t place = 0; place < size; place += block_size) {
    // The words that begin in a block may go on behind it.
    const uint8_t *block = text + place;
    if (size - place < sizeof copy) {
      memset(copy, 0, sizeof copy);
      memcpy(copy, block, size - place);
      block = copy;
    }
    // Few words have three letters in common, so that the others are looked at one by one.
    uint64_t starts = equal(block, word[0]) & equal(block + 1, word[1]) & equal(block + 2, word[2]);
    for (; starts != 0; starts &= starts - 1) {
      size_t start = (size_t)__builtin_ctzll(starts);
      size_t equal_count = INTERLOCK_SHORTEST_WORD;
      while (equal_count < length && block[start + equal_count] == word[equal_count]) equal_count++;
      if (equal_count < length) continue;
      if (count == capacity) return count;
      places[count++] = (uint32_t)(place + start);
    }
  }
  return count;
}

/// Compiles everything for one way to compare.
#define DEFINE_VARIANT(name, attribute)                                                        \
  attribute static size_t list_lines_##name(                                                   \
      const uint8_t *text, size_t start, size_t size, struct interlock_line *lines,            \
      size_t capacity) {                                                                       \
    return list_lines(equal_##name, text, start, size, lines, capacity);                       \
  }                                                                                            \
  attribute static size_t list_winds_##name(                                                   \
      const uint8_t *text, size_t size, uint32_t *places) {                                    \
    return list_winds(equal_##name, text, size, places);                                       \
  }                                                                                            \
  attribute static size_t list_words_##name(                                                   \
      const uint8_t *text, size_t size, const uint8_t *word, size_t length, uint32_t *places,  \
      size_t capacity) {                                                                       \
    return list_words(equal_##name, text, size, word, length, places, capacity);               \
  }

// Without special instructions: eight bytes in a word.

static inline uint64_t equal_portable(const uint8_t *block, uint8_t byte) {
  const uint64_t ones = 0x0101010101010101;
  const uint64_t low_bits = 0x7F7F7F7F7F7F7F7F;
  // Multiplying brings the lowest bit of each byte into the highest byte, the first byte's lowest.
  const uint64_t gather = 0x0102040810204080;
  uint64_t bits = 0;
  for (int i = 0; i < block_size / 8; i++) {
    uint64_t word = 0;
    for (int j = 0; j < 8; j++) word |= (uint64_t)block[8 * i + j] << (8 * j);
    word ^= ones * byte;
    // The highest bit of a byte of `others` is set where the byte is not zero.
    uint64_t others = ((word & low_bits) + low_bits) | word;
    uint64_t equal = ~others >> 7 & ones;
    bits |= (equal * gather >> 56) << (8 * i);
  }
  return bits;
}

DEFINE_VARIANT(portable, )

static bool is_always_supported(void) { return true; }

#if defined(__x86_64__)

#define WITH_AVX2 __attribute__((target("avx2,bmi")))

static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}

WITH_AVX2 static inline uint64_t equal_avx2(const uint8_t *block, uint8_t byte) {
  __m256i wanted = _mm256_set1_epi8((char)byte);
  __m256i low = _mm256_loadu_si256((const __m256i *)block);
  __m256i high = _mm256_loadu_si256((const __m256i *)(block + sizeof(__m256i)));
  uint32_t low_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
  uint32_t high_bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
  return (uint64_t)high_bits << 32 | low_bits;
}

DEFINE_VARIANT(avx2, WITH_AVX2)

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,bmi")))

static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
         && __builtin_cpu_supports("bmi");
}

WITH_AVX512 static inline uint64_t equal_avx512(const uint8_t *block, uint8_t byte) {
  return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(block), _mm512_set1_epi8((char)byte));
}

DEFINE_VARIANT(avx512, WITH_AVX512)

#endif

// The choice.

static const struct interlock_reports_variant variants[] = {
#if defined(__x86_64__)
    {"avx512", has_avx512, list_lines_avx512, list_winds_avx512, list_words_avx512},
    {"avx2", has_avx2, list_lines_avx2, list_winds_avx2, list_words_avx2},
#endif
    {"portable", is_always_supported, list_lines_portable, list_winds_portable, list_words_portable},
};

const struct interlock_reports_variant *interlock_reports_variants(size_t *count) {
  *count = sizeof variants / sizeof variants[0];
  return variants;
}

static const struct interlock_reports_variant *best_variant(void) {
  // Threads that come at the same time choose the same: nothing but the choice itself is shared.
  static _Atomic(const struct interlock_reports_variant *) chosen;
  const struct interlock_reports_variant *variant =
      atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant == NULL) {
    variant = variants;
    while (!variant->is_supported()) variant++;
    atomic_store_explicit(&chosen, variant, memory_order_relaxed);
  }
  return variant;
}

size_t interlock_list_lines(
    const uint8_t *text, size_t start, size_t size, struct interlock_line *lines,
    size_t capacity) {
  return best_variant()->list_lines(text, start, size, lines, capacity);
}

size_t interlock_list_winds(const uint8_t *text, size_t size, uint32_t *places) {
  return best_variant()->list_winds(text, size, places);
}

size_t interlock_list_words(
    const uint8_t *text, size_t size, const uint8_t *word, size_t length, uint32_t *places,
    size_t capacity) {
  return best_variant()->list_words(text, size, word, length, places, capacity);
}
