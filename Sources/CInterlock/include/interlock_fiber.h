#ifndef INTERLOCK_FIBER_H
#define INTERLOCK_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A stack of its own, and whatever runs on it: several take turns on one thread of the system.
///
/// Whoever resumes a fiber is its host until the fiber suspends, finishes or crashes. The host may be a
/// fiber itself. Documentation/Internals/Fibers.md has the states and who may change them.
struct interlock_fiber;

enum interlock_fiber_state {
  /// Nothing to run.
  INTERLOCK_FIBER_IDLE,
  /// Has something to run and has not begun.
  INTERLOCK_FIBER_ARMED,
  /// Runs, or is the host of one that runs.
  INTERLOCK_FIBER_RUNNING,
  /// Has given way to its host, and waits to be resumed.
  INTERLOCK_FIBER_SUSPENDED,
  /// Has returned.
  INTERLOCK_FIBER_FINISHED,
  /// A signal has ended it where it was; its frames are lost.
  INTERLOCK_FIBER_CRASHED,
};

/// How many functions of a crashed fiber are remembered.
#define INTERLOCK_FIBER_TRACE 24

/// Why somebody else has ended a fiber.
enum {
  /// It slept, in something that fibers must not wait for.
  INTERLOCK_FIBER_BLOCKED = 1,
  /// It computed on and on.
  INTERLOCK_FIBER_ENDLESS = 2,
};

/// What ended a fiber.
struct interlock_fiber_crash {
  int32_t signal;
  /// Why, if somebody else did; 0 if it ended itself.
  int32_t reason;
  /// Whether the fiber came to the end of its stack.
  bool is_overflow;
  /// What was accessed, if that was the trouble.
  uintptr_t address;
  /// Where the fiber was, the innermost first: the first is the instruction after the one that failed, as
  /// if that were a call; the others are return addresses.
  uintptr_t trace[INTERLOCK_FIBER_TRACE];
  int32_t trace_count;
  /// What the language's runtime said about it, NULL if nothing. It belongs to the fiber, until that is
  /// armed again.
  const char *message;
};

/// Whether fibers keep their accesses to variables apart, as the runtime sees them; see
/// Documentation/Internals/Fibers.md.
bool interlock_fiber_isolates_accesses(void);

/// Makes an idle fiber with room for `stack_size` bytes of frames, 0 for the usual.
///
/// The first one installs the process's handlers for crashes. Returns 0 or an errno value.
int interlock_fiber_create(size_t stack_size, struct interlock_fiber **fiber);

/// Frees a fiber that does not run. Frames that are left on its stack are lost.
void interlock_fiber_destroy(struct interlock_fiber *fiber);

/// Lets a fiber that does not run begin with `body(context)` when it is resumed next.
///
/// Frames that are left on its stack are lost.
void interlock_fiber_arm(struct interlock_fiber *fiber, void (*body)(void *), void *context);

/// Makes a fiber that does not run idle. Frames that are left on its stack are lost.
void interlock_fiber_abandon(struct interlock_fiber *fiber);

/// Runs a fiber until it suspends, finishes or crashes, and returns which it did.
///
/// It must be armed, or have been suspended by the calling thread; otherwise it is left as it is, and what is
/// returned is INTERLOCK_FIBER_IDLE.
///
/// `errno`, `interlock_current_thread` and the accesses to variables that are in progress are kept for
/// each fiber and for its host. A fiber that begins is the thread that its host is.
enum interlock_fiber_state interlock_fiber_resume(struct interlock_fiber *fiber);

/// Goes back from the running fiber to its host, until that resumes it. Returns whether a fiber runs.
bool interlock_fiber_suspend(void);

enum interlock_fiber_state interlock_fiber_state(const struct interlock_fiber *fiber);

/// What the running fiber of the calling thread was armed with; NULL if none runs.
void *interlock_fiber_current_context(void);

/// What ended a fiber that crashed.
const struct interlock_fiber_crash *interlock_fiber_crash(const struct interlock_fiber *fiber);

/// Gives the system back the memory of a fiber without frames, if it once had more than `kept` bytes of them.
void interlock_fiber_trim(struct interlock_fiber *fiber, size_t kept);

/// Where the frames of the calling thread's running fiber may be: from `start` up to `end`.
///
/// Returns whether a fiber runs.
bool interlock_fiber_stack(uintptr_t *start, uintptr_t *end);

/// How far below the end of a fiber's frames an address is; 0 if it is not among them.
size_t interlock_fiber_depth(const struct interlock_fiber *fiber, uintptr_t address);

#endif
