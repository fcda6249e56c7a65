#include "CInterlockKernels.h"

#include <stdatomic.h>
#include <string.h>

// How it is done (after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication",
// 2008, with the roles of the two matrices exchanged):
//
//     left            right             product
//            depth            block
//          ┌──┬────┐    ┌─────┬──┬───┐     ┌──────────┐
//     tile ├──┤    │    │depth├──┤   │     │     tile │
//          │  │    │    │     │  │   │     │          │
//          └──┴────┘    └─────┴──┴───┘     └──────────┘
//
// A part of `right`, as deep and as wide as fits into the second cache, is copied into panels, which
// are as wide as a tile: then everything in them is read one after the other. A tile of the product is
// as large as fits into registers. The rows of `left` that belong to it stay in the first cache while
// one panel after the other passes; they are read where they are.
//
// `matrix_kernel.h` has that for any type of numbers, and any instructions.

enum {
  /// How many bytes of a row of `left` are looked at before the next part of `right` is.
  depth_size = 4096,
  /// How many columns of `right` are copied at a time: a multiple of the width of every tile.
  block_columns = 144,
  /// More rows than that has no tile.
  greatest_row_step = 8,
  /// No tile has more bytes.
  greatest_tile_size = 8 * 3 * 64,
};

_Static_assert(
    depth_size * block_columns + depth_size * greatest_row_step + greatest_tile_size
        <= INTERLOCK_MATRIX_ROOM,
    "there is room for a block, for rows at the edge and for a tile at the edge");

static bool is_always_supported(void) { return true; }

/// The step from a state of SplitMix64 to the next one, and how a state becomes a random word.
static const uint64_t random_step = 0x9E3779B97F4A7C15;

static inline uint64_t random_word(uint64_t state) {
  state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
  state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
  return state ^ (state >> 31);
}

// A number from 32 random bits.

static inline double random_f64(int32_t bits) { return bits * 0x1p-31; }
// So few bits that nothing is rounded: rounding could make a 1 of them.
static inline float random_f32(int32_t bits) { return (float)(bits >> 8) * 0x1p-23f; }
static inline uint32_t random_i32(int32_t bits) { return (uint32_t)bits; }

// What is added up for a sum of rows.

static inline double term_f64(double number) { return number; }
static inline double term_f32(float number) { return number; }
static inline uint64_t term_i32(uint32_t number) { return (uint64_t)(int32_t)number; }

#if defined(__x86_64__)

static bool has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

#define VARIANT avx512
#define INSTRUCTIONS __attribute__((target("avx512f,avx512dq")))
#define VECTOR_SIZE 64
#define TILE_ROWS 8
#define TILE_VECTORS 3
#include "matrix_variant.h"

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#define VARIANT avx2
#define INSTRUCTIONS __attribute__((target("avx2,fma")))
#define VECTOR_SIZE 32
#define TILE_ROWS 6
#define TILE_VECTORS 2
#include "matrix_variant.h"

#endif

#define VARIANT portable
#define INSTRUCTIONS
#define VECTOR_SIZE 16
#define TILE_ROWS 6
#define TILE_VECTORS 2
#include "matrix_variant.h"

// The choice.

static const struct interlock_matrix_variant variants[] = {
#if defined(__x86_64__)
    {"avx512", has_avx512, 8, functions_f64_avx512, functions_f32_avx512, functions_i32_avx512},
    {"avx2", has_avx2, 6, functions_f64_avx2, functions_f32_avx2, functions_i32_avx2},
#endif
    {"portable", is_always_supported, 6, functions_f64_portable, functions_f32_portable,
     functions_i32_portable},
};

const struct interlock_matrix_variant *interlock_matrix_variants(size_t *count) {
  *count = sizeof variants / sizeof variants[0];
  return variants;
}

const struct interlock_matrix_variant *interlock_matrix_variant(void) {
  // Threads that come at the same time choose the same: nothing but the choice itself is shared.
  static _Atomic(const struct interlock_matrix_variant *) chosen;
  const struct interlock_matrix_variant *variant =
      atomic_load_explicit(&chosen, memory_order_relaxed);
  if (variant == NULL) {
    variant = variants;
    while (!variant->is_supported()) variant++;
    atomic_store_explicit(&chosen, variant, memory_order_relaxed);
  }
  return variant;
}
