// The code that a signal has interrupted, for the handlers of the fibers.
#ifndef INTERLOCK_FIBER_MOMENT_H
#define INTERLOCK_FIBER_MOMENT_H

#include "fiber_parts.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define IN_HANDLER __attribute__((disable_sanitizer_instrumentation))

struct moment {
  uintptr_t instruction, stack, frame;
  // Whether it is a call of the system that writes, and that will be made again. The number of a call that was
  // interrupted is where it was before; of other code the same register holds anything, which does not matter.
  bool is_writing;
};

IN_HANDLER static inline bool is_write(uint64_t call) {
  return call == SYS_write || call == SYS_writev || call == SYS_pwrite64 || call == SYS_sendto ||
         call == SYS_sendmsg;
}

#if defined(__x86_64__)
IN_HANDLER static inline struct moment moment_of(const ucontext_t *context) {
  const greg_t *registers = context->uc_mcontext.gregs;
  return (struct moment){
      (uintptr_t)registers[REG_RIP], (uintptr_t)registers[REG_RSP], (uintptr_t)registers[REG_RBP],
      is_write((uint64_t)registers[REG_RAX])};
}
#elif defined(__aarch64__)
IN_HANDLER static inline struct moment moment_of(const ucontext_t *context) {
  const mcontext_t *registers = &context->uc_mcontext;
  return (struct moment){
      registers->pc, registers->sp, registers->regs[29], is_write(registers->regs[8])};
}
#endif

#pragma clang attribute push(__attribute__((visibility("hidden"))), apply_to = function)

// Writes down where the running fiber is and what has ended it, and goes on to its host, without ever coming
// back. In a handler, on the alternate stack; the frames of the fiber are still whole.
void interlock_fiber_end_here(
    struct interlock_fiber *fiber, int signal, const siginfo_t *info, const ucontext_t *context)
    __attribute__((noreturn));

// Where a library that is not linked with this code has been called from, if somebody else ends the fiber in it:
// functions there have no frame pointers. 0 if that cannot be told.
uintptr_t interlock_fiber_find_caller(const struct interlock_fiber *fiber, struct moment moment);

#pragma clang attribute pop

#endif
