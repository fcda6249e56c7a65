// The functions for one type of numbers, `NUMBER`, called `NUMBER_NAME`, whose sums have the type
// `SUM`; with the instructions of one variant.

#define JOIN_NAMES(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_NAMES(a, b, c)
#define NAME(function) JOIN(function, NUMBER_NAME, VARIANT)
#define FOR_NUMBER_NAMES(a, b) a##_##b
#define FOR_NUMBER_JOIN(a, b) FOR_NUMBER_NAMES(a, b)
#define FOR_NUMBER(function) FOR_NUMBER_JOIN(function, NUMBER_NAME)

typedef NUMBER NAME(vector) __attribute__((vector_size(VECTOR_SIZE)));
/// A vector in a matrix, where it may stand anywhere.
typedef NUMBER NAME(loose_vector) __attribute__((vector_size(VECTOR_SIZE), aligned(4)));

enum {
  NAME(lanes) = VECTOR_SIZE / sizeof(NUMBER),
  NAME(tile_columns) = TILE_VECTORS * NAME(lanes),
  NAME(depth_limit) = depth_size / sizeof(NUMBER),
};

/// Multiplies `TILE_ROWS` rows by a panel, and adds what comes out to a tile, or replaces it.
///
/// `#pragma` is what keeps the sums in registers: there are no loops over them left.
INSTRUCTIONS static inline void NAME(multiply_tile)(
    size_t depth,
    const NUMBER *left,
    size_t left_stride,
    const NUMBER *panel,
    NUMBER *tile,
    size_t tile_stride,
    bool adds) {
  NAME(vector) sums[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int row = 0; row < TILE_ROWS; row++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_VECTORS; i++) sums[row][i] = (NAME(vector)){0};
    // The tile is far away, and wanted in the end.
    __builtin_prefetch(tile + row * tile_stride, 1);
    __builtin_prefetch(tile + row * tile_stride + NAME(tile_columns) / 2, 1);
    __builtin_prefetch(tile + row * tile_stride + NAME(tile_columns) - 1, 1);
  }

#pragma clang loop unroll_count(4)
  for (size_t k = 0; k < depth; k++, left++, panel += NAME(tile_columns)) {
    NAME(vector) right[TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_VECTORS; i++) {
      right[i] = *(const NAME(vector) *)(panel + i * NAME(lanes));
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < TILE_ROWS; row++) {
      NUMBER factor = left[row * left_stride];
#pragma clang loop unroll(full)
      for (int i = 0; i < TILE_VECTORS; i++) sums[row][i] += factor * right[i];
    }
  }

#pragma clang loop unroll(full)
  for (int row = 0; row < TILE_ROWS; row++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_VECTORS; i++) {
      NAME(loose_vector) *place =
          (NAME(loose_vector) *)(tile + row * tile_stride + i * NAME(lanes));
      *place = adds ? *place + sums[row][i] : sums[row][i];
    }
  }
}

/// Copies a block of the right matrix into panels, the last of which is filled up with zeros.
INSTRUCTIONS static inline void NAME(copy_panels)(
    size_t depth, size_t columns, const NUMBER *right, size_t right_stride, NUMBER *panels) {
  for (size_t j = 0; j < columns; j += NAME(tile_columns)) {
    size_t width = columns - j < NAME(tile_columns) ? columns - j : NAME(tile_columns);
    for (size_t k = 0; k < depth; k++, panels += NAME(tile_columns)) {
      const NUMBER *row = right + k * right_stride + j;
      if (width == NAME(tile_columns)) {
        memcpy(panels, row, NAME(tile_columns) * sizeof(NUMBER));
      } else {
        for (size_t i = 0; i < NAME(tile_columns); i++) panels[i] = i < width ? row[i] : 0;
      }
    }
  }
}

/// Multiplies up to `TILE_ROWS` rows by panels.
INSTRUCTIONS static inline void NAME(multiply_rows)(
    size_t rows,
    size_t depth,
    size_t columns,
    const NUMBER *left,
    size_t left_stride,
    const NUMBER *panels,
    NUMBER *product,
    size_t product_stride,
    bool adds,
    NUMBER *edge_rows,
    NUMBER *edge_tile) {
  if (rows < TILE_ROWS) {
    for (size_t row = 0; row < TILE_ROWS; row++) {
      for (size_t k = 0; k < depth; k++) {
        edge_rows[row * depth + k] = row < rows ? left[row * left_stride + k] : 0;
      }
    }
    left = edge_rows;
    left_stride = depth;
  }
  for (size_t j = 0; j < columns; j += NAME(tile_columns)) {
    const NUMBER *panel = panels + j * depth;
    NUMBER *tile = product + j;
    if (rows == TILE_ROWS && columns - j >= NAME(tile_columns)) {
      NAME(multiply_tile)(depth, left, left_stride, panel, tile, product_stride, adds);
      continue;
    }
    // Only a part of this tile is in the matrix.
    NAME(multiply_tile)(depth, left, left_stride, panel, edge_tile, NAME(tile_columns), false);
    size_t width = columns - j < NAME(tile_columns) ? columns - j : NAME(tile_columns);
    for (size_t row = 0; row < rows; row++) {
      for (size_t i = 0; i < width; i++) {
        NUMBER sum = edge_tile[row * NAME(tile_columns) + i];
        NUMBER *place = &tile[row * product_stride + i];
        *place = adds ? *place + sum : sum;
      }
    }
  }
}

INSTRUCTIONS static void NAME(multiply)(
    size_t rows,
    size_t depth,
    size_t columns,
    const void *left_matrix,
    const void *right_matrix,
    void *product_matrix,
    void *room) {
  const NUMBER *left = left_matrix;
  const NUMBER *right = right_matrix;
  NUMBER *product = product_matrix;
  NUMBER *panels = room;
  NUMBER *edge_rows = panels + NAME(depth_limit) * block_columns;
  NUMBER *edge_tile = edge_rows + NAME(depth_limit) * TILE_ROWS;

  if (depth == 0) memset(product, 0, rows * columns * sizeof(NUMBER));
  // Parts of about the same depth: none is so small that copying costs more than multiplying.
  size_t parts = (depth + NAME(depth_limit) - 1) / NAME(depth_limit);
  size_t greatest_part = parts == 0 ? 0 : (depth + parts - 1) / parts;
  for (size_t k = 0; k < depth; k += greatest_part) {
    size_t part = depth - k < greatest_part ? depth - k : greatest_part;
    for (size_t j = 0; j < columns; j += block_columns) {
      size_t width = columns - j < block_columns ? columns - j : block_columns;
      NAME(copy_panels)(part, width, right + k * columns + j, columns, panels);
      for (size_t i = 0; i < rows; i += TILE_ROWS) {
        size_t height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
        NAME(multiply_rows)(
            height, part, width, left + i * depth + k, depth, panels, product + i * columns + j,
            columns, k > 0, edge_rows, edge_tile);
      }
    }
  }
}

/// Several sums side by side, each of every so many numbers, because one alone would wait for itself.
INSTRUCTIONS static void NAME(sum_rows)(
    size_t rows, size_t columns, const void *matrix, void *row_sums) {
  enum { side_by_side = 32 };
  const NUMBER *numbers = matrix;
  SUM *result = row_sums;
  for (size_t row = 0; row < rows; row++, numbers += columns) {
    SUM sums[side_by_side] = {0};
    size_t column = 0;
    for (; column + side_by_side <= columns; column += side_by_side) {
      for (int i = 0; i < side_by_side; i++) sums[i] += FOR_NUMBER(term)(numbers[column + i]);
    }
    for (int i = 0; column < columns; column++, i++) sums[i] += FOR_NUMBER(term)(numbers[column]);
    for (int half = side_by_side / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) sums[i] += sums[i + half];
    }
    result[row] = sums[0];
  }
}

INSTRUCTIONS static uint64_t NAME(fill)(uint64_t state, size_t count, void *matrix) {
  enum { word_count = 64 };
  NUMBER *numbers = matrix;
  const uint64_t end = state + (count + 1) / 2 * random_step;
  while (count > 0) {
    // Aligned, because it is written as vectors, and read as others at once.
    _Alignas(VECTOR_SIZE) union {
      uint64_t words[word_count];
      int32_t halves[2 * word_count];
    } bits;
    for (int i = 0; i < word_count; i++) {
      bits.words[i] = random_word(state + (uint64_t)(i + 1) * random_step);
    }
    state += word_count * random_step;
    if (count >= 2 * word_count) {
      for (int i = 0; i < 2 * word_count; i++) numbers[i] = FOR_NUMBER(random)(bits.halves[i]);
      numbers += 2 * word_count;
      count -= 2 * word_count;
    } else {
      for (size_t i = 0; i < count; i++) numbers[i] = FOR_NUMBER(random)(bits.halves[i]);
      count = 0;
    }
  }
  return end;
}

#define FUNCTIONS {NAME(multiply), NAME(sum_rows), NAME(fill)}
/// What the table of variants has of these.
static const struct interlock_matrix_functions NAME(functions) = FUNCTIONS;

#undef FUNCTIONS
#undef FOR_NUMBER
#undef FOR_NUMBER_JOIN
#undef FOR_NUMBER_NAMES
#undef NAME
#undef JOIN
#undef JOIN_NAMES
#undef NUMBER
#undef NUMBER_NAME
#undef SUM
