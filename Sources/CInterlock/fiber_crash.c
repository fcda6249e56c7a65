// What happens to a fiber that crashes.
//
// A handler of the process hears of it on the thread's alternate stack, so that it works too when the fiber's
// own stack is full. It writes down what is to be known and goes on to the host, without ever coming back:
// as `siglongjmp` would, it restores the signals that were blocked, and the next handler uses the alternate
// stack from its beginning. If no fiber runs the signal is not ours: whoever handled it before does so now.
#define _GNU_SOURCE
#include "fiber_moment.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
enum { signal_count = sizeof signals / sizeof signals[0] };
static struct sigaction earlier[signal_count];

// Where the language's runtime keeps its last words, if it does so: one string for the process.
extern const char **swift_getFatalErrorMessageBuffer(void) __attribute__((weak));

// Functions without a frame pointer, such as those of the C library, use its register for something else.
// Their callers have left theirs on the stack: the first word that can be one. Which function called the first
// of them is not found out.
__attribute__((no_sanitize("address", "thread"))) IN_HANDLER static uintptr_t
find_frame(const struct interlock_fiber *fiber, struct moment moment) {
  uintptr_t start = lowest_frame(fiber), end = stack_top(fiber);
  static const uintptr_t looks = 512;
  uintptr_t place = moment.stack < start ? start : (moment.stack + 7) & ~(uintptr_t)7;
  for (uintptr_t look = 0; look < looks && place + sizeof place < end; look++, place += sizeof place) {
    uintptr_t frame = *(const uintptr_t *)place;
    bool is_above = frame > place && frame < end - 2 * sizeof frame && frame % 16 == 0;
    if (is_above && interlock_walk_frames(place, start, end, (uintptr_t[3]){0}, 3) == 3) return place;
  }
  return 0;
}

IN_HANDLER static void note_trace(struct interlock_fiber *fiber, struct moment moment) {
  struct interlock_fiber_crash *crash = &fiber->crash;
  uintptr_t start = lowest_frame(fiber), end = stack_top(fiber);
  uintptr_t *trace = crash->trace + 1;
  static const int32_t capacity = INTERLOCK_FIBER_TRACE - 1;
  uintptr_t caller = crash->reason == 0 ? 0 : interlock_fiber_find_caller(fiber, moment);
  crash->trace[0] = caller == 0 ? moment.instruction + 1 : caller;
  int32_t count = 0;
  if (moment.frame >= moment.stack || crash->is_overflow) {
    count = interlock_walk_frames(moment.frame, start, end, trace, capacity);
  }
  if (count == 0) {
    count = interlock_walk_frames(find_frame(fiber, moment), start, end, trace, capacity);
  }
  crash->trace_count = count + 1;
}

IN_HANDLER static void note_crash(
    struct interlock_fiber *fiber, int signal, const siginfo_t *info, struct moment moment) {
  struct interlock_fiber_crash *crash = &fiber->crash;
  bool has_address = signal == SIGSEGV || signal == SIGBUS;
  crash->signal = signal;
  crash->address = has_address ? (uintptr_t)info->si_addr : 0;
  uintptr_t guard = (uintptr_t)fiber->memory;
  crash->is_overflow = has_address && ((crash->address >= guard && crash->address < lowest_frame(fiber)) ||
                                       (moment.stack >= guard && moment.stack < lowest_frame(fiber)));
  note_trace(fiber, moment);
  // What is taken here is not said again with the next crash.
  crash->message = NULL;
  if (swift_getFatalErrorMessageBuffer != NULL) {
    const char **message = swift_getFatalErrorMessageBuffer();
    crash->message = __atomic_exchange_n(message, NULL, __ATOMIC_ACQ_REL);
  }
}

// Whether the calling thread itself is to blame, and not somebody who sent the signal. Of who sent it nothing is
// known if the user has too many signals waiting (`ulimit -i`): then the sender is 0, as no other's is.
IN_HANDLER static bool is_own_fault(const siginfo_t *info) {
  if (info->si_code > 0) return true;
  bool is_unknown = info->si_code == SI_USER && info->si_pid == 0;
  return is_unknown || (info->si_code == SI_TKILL && info->si_pid == getpid());
}

IN_HANDLER static void pass_on(int signal, siginfo_t *info, void *context) {
  int index = 0;
  while (signals[index] != signal) index++;
  const struct sigaction *handler = &earlier[index];
  if ((handler->sa_flags & SA_SIGINFO) != 0) return handler->sa_sigaction(signal, info, context);
  if (handler->sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (handler->sa_handler != SIG_DFL && handler->sa_handler != SIG_IGN) {
    return handler->sa_handler(signal);
  }
  // Whatever failed fails again when this returns; what was sent has to be sent again.
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(signal, &usual, NULL);
  if (info->si_code <= 0) raise(signal);
}

IN_HANDLER void interlock_fiber_end_here(
    struct interlock_fiber *fiber, int signal, const siginfo_t *info, const ucontext_t *context) {
  note_crash(fiber, signal, info, moment_of(context));
  fiber->state = INTERLOCK_FIBER_CRASHED;
  // While the frames are still there: the list of accesses is in them.
  interlock_fiber_exit_accesses(&fiber->accesses);
  sigset_t blocked = context->uc_sigmask;
  // Whoever raises a signal may have blocked it.
  for (int i = 0; i < signal_count; i++) sigdelset(&blocked, signals[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, NULL);
  // Not by returning: the sanitizer for threads has set aside, until this returns, what a function of the C
  // library that failed had told it to ignore.
  interlock_fiber_leave_for_good(fiber);
}

IN_HANDLER static void handle(int signal, siginfo_t *info, void *context) {
  struct interlock_fiber *fiber = interlock_running_fiber;
  if (fiber == NULL || !is_own_fault(info)) return pass_on(signal, info, context);
  interlock_fiber_end_here(fiber, signal, info, context);
}

static void install(void) {
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  // The earlier ones are read first: the new ones may be called at once.
  for (int i = 0; i < signal_count; i++) sigaction(signals[i], NULL, &earlier[i]);
  for (int i = 0; i < signal_count; i++) sigaction(signals[i], &action, NULL);
}

void interlock_fiber_install_handlers(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
}

// A thread's alternate stack, if it is ours, and the one that it had before.
struct alternate_stack {
  stack_t before;
  void *memory;
};

static const size_t alternate_stack_size = 64 << 10;
static pthread_key_t alternate_stack_key;
static bool has_alternate_stack_key;

static void give_back_alternate_stack(void *argument) {
  struct alternate_stack *own = argument;
  stack_t current;
  if (sigaltstack(NULL, &current) == 0 && current.ss_sp == own->memory) sigaltstack(&own->before, NULL);
  munmap(own->memory, alternate_stack_size);
  free(own);
}

static void make_alternate_stack_key(void) {
  has_alternate_stack_key = pthread_key_create(&alternate_stack_key, give_back_alternate_stack) == 0;
}

_Thread_local bool interlock_fiber_thread_is_prepared;

// A thread that cannot have an alternate stack goes without: only what overflows is not survived then.
__attribute__((noinline)) void interlock_fiber_prepare_thread_once(void) {
  interlock_fiber_thread_is_prepared = true;
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_alternate_stack_key);
  // The kernel's part differs between CPUs; ours is small.
  size_t least = (size_t)sysconf(_SC_MINSIGSTKSZ) + (8 << 10);
  struct alternate_stack *own = malloc(sizeof *own);
  if (own == NULL) return;
  bool has_enough = sigaltstack(NULL, &own->before) != 0 ||
                    ((own->before.ss_flags & SS_DISABLE) == 0 && own->before.ss_size >= least);
  if (has_enough || !has_alternate_stack_key) return free(own);
  own->memory =
      mmap(NULL, alternate_stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (own->memory == MAP_FAILED) return free(own);
  stack_t stack = {.ss_sp = own->memory, .ss_size = alternate_stack_size};
  if (pthread_setspecific(alternate_stack_key, own) != 0 || sigaltstack(&stack, NULL) != 0) {
    pthread_setspecific(alternate_stack_key, NULL);
    munmap(own->memory, alternate_stack_size);
    free(own);
  }
}
