#ifndef INTERLOCK_MATRIX_H
#define INTERLOCK_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How many bytes of room a multiplication needs beside the matrices, for parts of them in an order
/// that suits it.
#define INTERLOCK_MATRIX_ROOM (768 << 10)

/// How that room has to be aligned.
#define INTERLOCK_MATRIX_ALIGNMENT 64

/// What can be done with matrices of one type of numbers. Their rows follow each other without gaps.
struct interlock_matrix_functions {
  /// Replaces `product`, of `rows` × `columns` numbers, by `left`, of `rows` × `depth`, times
  /// `right`, of `depth` × `columns`.
  ///
  /// Each number is summed up in an order that depends on `depth` alone: whoever multiplies some of
  /// the rows gets the same bits as whoever multiplies all. Whole numbers wrap. The matrices need no
  /// other alignment than numbers do; `room` has `INTERLOCK_MATRIX_ROOM` bytes, and whatever in them.
  void (*multiply)(
      size_t rows,
      size_t depth,
      size_t columns,
      const void *left,
      const void *right,
      void *product,
      void *room);

  /// Replaces `sums` by the sums of rows: `double` for floating-point numbers, and `int64_t`, which
  /// wraps, for whole ones.
  ///
  /// The order of a sum depends on `columns` alone.
  void (*sum_rows)(size_t rows, size_t columns, const void *matrix, void *sums);

  /// Fills a matrix with random numbers: SplitMix64 begins at `state`, and of each word the lower
  /// half makes a number, and the upper half the next one.
  ///
  /// Floating-point numbers are from -1 up to, not including, 1; whole ones are any. Returns the state
  /// after the last word.
  uint64_t (*fill)(uint64_t state, size_t count, void *numbers);
};

/// One of the ways to work with matrices. Whole numbers and random ones are the same in all of them;
/// products and sums of floating-point numbers may be rounded differently.
struct interlock_matrix_variant {
  /// What the variant is built on, as in "avx2".
  const char *name;
  /// Whether this machine can run it.
  bool (*is_supported)(void);
  /// How many rows it multiplies at a time: who shares rows out gives each a multiple of that.
  size_t row_step;
  /// For numbers of the type `double`.
  struct interlock_matrix_functions f64;
  /// For numbers of the type `float`.
  struct interlock_matrix_functions f32;
  /// For numbers of the type `int32_t`.
  struct interlock_matrix_functions i32;
};

/// All variants for this kind of processor, the fastest first. The last one is always supported.
///
/// Stores in `*count` how many there are.
const struct interlock_matrix_variant *interlock_matrix_variants(size_t *count);

/// The fastest variant that this machine can run.
const struct interlock_matrix_variant *interlock_matrix_variant(void);

#endif
