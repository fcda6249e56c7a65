#include "CInterlockKernels.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum {
  letter_count = INTERLOCK_LETTER_COUNT,
  /// The bit in which a lower case letter differs from its upper case.
  case_bit = 'a' ^ 'A',
};

// Without special instructions: tables.

/// Counts byte by byte, for what is too short to be worth a table.
static void count_few(const uint8_t *bytes, size_t count, uint64_t *counts) {
  for (size_t i = 0; i < count; i++) {
    unsigned letter = (bytes[i] | case_bit) - 'a';
    if (letter < letter_count) counts[letter]++;
  }
}

/// Counts all 256 bytes in tables and picks the letters out in the end.
///
/// Equal neighbours would wait for each other's store if they met in one table. Each byte of a word
/// has a table of its own, so that they do not meet.
static void count_portable(const uint8_t *bytes, size_t count, uint64_t *counts) {
  enum { table_count = 8, shortest = 1024 };
  // No entry of a table of 32 bits can overflow within that many bytes.
  const size_t longest = (size_t)1 << 30;

  while (count >= shortest) {
    uint32_t tables[table_count][256];
    memset(tables, 0, sizeof tables);
    size_t rest = count < longest ? count : longest;
    count -= rest;
    for (; rest >= table_count; rest -= table_count, bytes += table_count) {
      for (size_t i = 0; i < table_count; i++) tables[i][bytes[i]]++;
    }
    for (int letter = 0; letter < letter_count; letter++) {
      for (int i = 0; i < table_count; i++) {
        counts[letter] += tables[i]['a' + letter];
        counts[letter] += tables[i]['A' + letter];
      }
    }
    count += rest;
  }
  count_few(bytes, count, counts);
}

static bool is_always_supported(void) { return true; }

#if defined(__x86_64__)

// With AVX2: compare 32 bytes with one letter at a time.

#define WITH_AVX2 __attribute__((target("avx2")))

enum {
  avx2_block = 32,
  /// How many accumulators fit into the 16 registers beside what else is needed: half the letters.
  letters_per_pass = letter_count / 2,
  /// A byte of an accumulator holds no more than that.
  blocks_per_pass = UINT8_MAX,
};

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

/// Adds the counts of half the alphabet, from `first` on.
WITH_AVX2 static inline void count_half_of_alphabet(
    const uint8_t *bytes, size_t block_count, int first, uint64_t *counts) {
  __m256i sums[letters_per_pass];
  for (int i = 0; i < letters_per_pass; i++) sums[i] = _mm256_setzero_si256();

  for (; block_count > 0; block_count--, bytes += avx2_block) {
    __m256i block = _mm256_or_si256(
        _mm256_loadu_si256((const __m256i *)bytes), _mm256_set1_epi8(case_bit));
#pragma clang loop unroll(full)
    for (int i = 0; i < letters_per_pass; i++) {
      // A comparison gives -1 where it holds.
      __m256i is_letter = _mm256_cmpeq_epi8(block, _mm256_set1_epi8((char)('a' + first + i)));
      sums[i] = _mm256_sub_epi8(sums[i], is_letter);
    }
  }

  for (int i = 0; i < letters_per_pass; i++) {
    __m256i sum = _mm256_sad_epu8(sums[i], _mm256_setzero_si256());
    counts[first + i] += (uint64_t)_mm256_extract_epi64(sum, 0);
    counts[first + i] += (uint64_t)_mm256_extract_epi64(sum, 1);
    counts[first + i] += (uint64_t)_mm256_extract_epi64(sum, 2);
    counts[first + i] += (uint64_t)_mm256_extract_epi64(sum, 3);
  }
}

WITH_AVX2 static void count_with_avx2(const uint8_t *bytes, size_t count, uint64_t *counts) {
  while (count >= avx2_block) {
    size_t block_count = count / avx2_block;
    if (block_count > blocks_per_pass) block_count = blocks_per_pass;
    count_half_of_alphabet(bytes, block_count, 0, counts);
    count_half_of_alphabet(bytes, block_count, letters_per_pass, counts);
    bytes += block_count * avx2_block;
    count -= block_count * avx2_block;
  }
  count_few(bytes, count, counts);
}

// With AVX-512: bit slicing.
//
// 512 bytes are turned on their side: from eight vectors of 64 bytes to eight planes of 512 bits,
// where plane b has bit b of every byte. Which bit of a plane belongs to which byte does not
// matter, as long as it is the same in all planes, because in the end bits are only counted. Now
// one logical instruction asks the same question about 512 bytes.
//
//     bit  7 6 5 4 3 2 1 0
//          0 1 c l l l l l      a letter: c is the case, lllll is 1 for a … 26 for z
//
// The five bits are looked at in two groups, lll and ll: seven vectors and four vectors say which
// bytes have which group, and a letter is where one of the seven meets one of the four. The
// instruction VPOPCNTQ counts the bits.

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,avx512vpopcntdq")))

enum { vector_size = 64, vectors_per_block = 8, avx512_block = vector_size * vectors_per_block };

static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
         && __builtin_cpu_supports("avx512vpopcntdq");
}

/// Collects in `*low` the bits that `mask` selects in every byte of both vectors, and in `*high`
/// the others, which stand `shift` bits further left. Bits that change vectors move by `shift`.
WITH_AVX512 static inline void collect_bits(__m512i *low, __m512i *high, int shift, uint8_t mask) {
  // The truth table of "where the first operand has a one, the second; else the third".
  enum { select = 0xCA };
  __m512i selected = _mm512_set1_epi8((char)mask);
  __m512i a = *low;
  __m512i b = *high;
  *low = _mm512_ternarylogic_epi64(selected, a, _mm512_slli_epi16(b, (unsigned)shift), select);
  *high = _mm512_ternarylogic_epi64(selected, _mm512_srli_epi16(a, (unsigned)shift), b, select);
}

/// Adds the counts of one block to the 64-bit sums, which no input can overflow.
WITH_AVX512 static inline void count_block(
    __m512i v[vectors_per_block], __m512i sums[letter_count]) {
  // Bits 3…0 of all bytes into v[0…3], bits 7…4 into v[4…7]; then pairs of bits; then single bits.
  collect_bits(&v[0], &v[4], 4, 0x0F);
  collect_bits(&v[1], &v[5], 4, 0x0F);
  collect_bits(&v[2], &v[6], 4, 0x0F);
  collect_bits(&v[3], &v[7], 4, 0x0F);
  collect_bits(&v[0], &v[2], 2, 0x33);
  collect_bits(&v[1], &v[3], 2, 0x33);
  collect_bits(&v[4], &v[6], 2, 0x33);
  collect_bits(&v[5], &v[7], 2, 0x33);
  collect_bits(&v[0], &v[1], 1, 0x55);
  collect_bits(&v[2], &v[3], 1, 0x55);
  collect_bits(&v[4], &v[5], 1, 0x55);
  collect_bits(&v[6], &v[7], 1, 0x55);

  // The truth tables of "the first operand, and bits 3 and 2 are …".
  enum { and_00 = 0x10, and_01 = 0x20, and_10 = 0x40, and_11 = 0x80 };
  __m512i may_be_letter = _mm512_andnot_si512(v[7], v[6]);
  __m512i with_bit_4 = _mm512_and_si512(may_be_letter, v[4]);
  __m512i without_bit_4 = _mm512_andnot_si512(v[4], may_be_letter);
  const __m512i upper[7] = {
      _mm512_ternarylogic_epi64(without_bit_4, v[3], v[2], and_00),
      _mm512_ternarylogic_epi64(without_bit_4, v[3], v[2], and_01),
      _mm512_ternarylogic_epi64(without_bit_4, v[3], v[2], and_10),
      _mm512_ternarylogic_epi64(without_bit_4, v[3], v[2], and_11),
      _mm512_ternarylogic_epi64(with_bit_4, v[3], v[2], and_00),
      _mm512_ternarylogic_epi64(with_bit_4, v[3], v[2], and_01),
      _mm512_ternarylogic_epi64(with_bit_4, v[3], v[2], and_10),
  };
  // The truth table of "neither the second operand nor the first".
  enum { neither = 0x03 };
  const __m512i lower[4] = {
      _mm512_ternarylogic_epi64(v[1], v[0], v[0], neither),
      _mm512_andnot_si512(v[1], v[0]),
      _mm512_andnot_si512(v[0], v[1]),
      _mm512_and_si512(v[1], v[0]),
  };

#pragma clang loop unroll(full)
  for (int letter = 0; letter < letter_count; letter++) {
    int bits = letter + 1;
    __m512i is_letter = _mm512_and_si512(upper[bits >> 2], lower[bits & 3]);
    sums[letter] = _mm512_add_epi64(sums[letter], _mm512_popcnt_epi64(is_letter));
  }
}

WITH_AVX512 static void count_with_avx512(const uint8_t *bytes, size_t count, uint64_t *counts) {
  __m512i sums[letter_count];
  for (int letter = 0; letter < letter_count; letter++) sums[letter] = _mm512_setzero_si512();

  for (; count >= avx512_block; count -= avx512_block, bytes += avx512_block) {
    __m512i block[vectors_per_block];
#pragma clang loop unroll(full)
    for (int i = 0; i < vectors_per_block; i++) {
      block[i] = _mm512_loadu_si512(bytes + i * vector_size);
    }
    count_block(block, sums);
  }

  if (count > 0) {
    // What is missing from the last block is read as zeros, which are no letters.
    __m512i block[vectors_per_block];
    for (int i = 0; i < vectors_per_block; i++) {
      size_t present = count < vector_size ? count : vector_size;
      __mmask64 mask = present == vector_size ? ~0ull : (1ull << present) - 1;
      block[i] = _mm512_maskz_loadu_epi8(mask, bytes);
      bytes += present;
      count -= present;
    }
    count_block(block, sums);
  }

  for (int letter = 0; letter < letter_count; letter++) {
    counts[letter] += (uint64_t)_mm512_reduce_add_epi64(sums[letter]);
  }
}

#endif

// The choice.

static const struct interlock_letters_variant variants[] = {
#if defined(__x86_64__)
    {"avx512", has_avx512, count_with_avx512},
    {"avx2", has_avx2, count_with_avx2},
#endif
    {"portable", is_always_supported, count_portable},
};

const struct interlock_letters_variant *interlock_letters_variants(size_t *count) {
  *count = sizeof variants / sizeof variants[0];
  return variants;
}

void interlock_count_letters(const uint8_t *bytes, size_t count, uint64_t *counts) {
  // Threads that come at the same time choose the same: nothing but the choice itself is shared.
  static _Atomic(const struct interlock_letters_variant *) chosen;
  const struct interlock_letters_variant *variant =
      atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant == NULL) {
    variant = variants;
    while (!variant->is_supported()) variant++;
    atomic_store_explicit(&chosen, variant, memory_order_relaxed);
  }
  variant->count_letters(bytes, count, counts);
}
