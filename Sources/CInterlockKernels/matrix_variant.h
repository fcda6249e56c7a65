// The functions for all types of numbers with the instructions that the including file names:
// `VARIANT`, `INSTRUCTIONS`, `VECTOR_SIZE`, `TILE_ROWS` and `TILE_VECTORS`.

#define NUMBER_NAME f64
#define NUMBER double
#define SUM double
#include "matrix_kernel.h"

#define NUMBER_NAME f32
#define NUMBER float
#define SUM double
#include "matrix_kernel.h"

// Without signs, because these numbers may wrap.
#define NUMBER_NAME i32
#define NUMBER uint32_t
#define SUM uint64_t
#include "matrix_kernel.h"

#undef VARIANT
#undef INSTRUCTIONS
#undef VECTOR_SIZE
#undef TILE_ROWS
#undef TILE_VECTORS
