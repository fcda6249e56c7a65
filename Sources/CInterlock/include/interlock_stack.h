#ifndef INTERLOCK_STACK_H
#define INTERLOCK_STACK_H

#include <stdint.h>

/// Stores where the calling thread's functions return to, the innermost first, at most `capacity`.
///
/// It follows the frame pointers, which Swift keeps in every build. Where they lead to no frame of the
/// thread's own stack, as behind code without them, it ends. On a fiber it finds the fiber's functions; on
/// another stack that is not the thread's own it finds nothing. Returns how many it has stored.
int32_t interlock_return_addresses(uintptr_t *addresses, int32_t capacity);

/// The same for the frames from `frame` on, of a stack between `start` and `end`.
///
/// It reads only what is between those two, and may be called by a handler of signals.
int32_t interlock_walk_frames(
    uintptr_t frame, uintptr_t start, uintptr_t end, uintptr_t *addresses, int32_t capacity);

#endif
