// The parts of the fibers that are written for each kind of processor, without the runtime of Swift: the switch,
// the first frame, crashes and what they remember, the walk from frame to frame, words of 16 bytes.
//
// `Scripts/check machines` runs it on this machine, and on an imitation of others if there is one.
#include "CInterlock.h"
#include "expect.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#define OUT_OF_LINE __attribute__((noinline))

static struct interlock_fiber *new_fiber(void (*body)(void *), void *context) {
  struct interlock_fiber *fiber = NULL;
  EXPECT(interlock_fiber_create(0, &fiber) == 0);
  interlock_fiber_arm(fiber, body, context);
  return fiber;
}

// Each number of it lives in a register, of those that functions leave as they found them.
struct numbers {
  uint64_t whole[6];
  double broken[8];
};

enum { yields = 100000 };

OUT_OF_LINE static void give_way(void) { EXPECT(interlock_fiber_suspend()); }

// Counts in twelve variables at once, and gives way in between by calling `pause`.
OUT_OF_LINE static struct numbers count(uint64_t step, int32_t rounds, void (*pause)(void)) {
  uint64_t a = step, b = 2 * step, c = 3 * step, d = 4 * step, e = 5 * step;
  double s = (double)step, t = 2 * s, u = 3 * s, v = 4 * s, w = 5 * s, x = 6 * s, y = 7 * s, z = 8 * s;
  for (int32_t round = 0; round < rounds; round++) {
    pause();
    a += step, b += a, c ^= b, d += c, e ^= d;
    s += 1, t += s, u -= t, v += 0.5, w -= s, x += 0.25, y -= 0.125, z += t;
  }
  return (struct numbers){{a, b, c, d, e}, {s, t, u, v, w, x, y, z}};
}

OUT_OF_LINE static void stay(void) { __asm__ volatile("" ::: "memory"); }

struct counting {
  uint64_t step;
  struct numbers numbers;
};

static void count_and_give_way(void *context) {
  struct counting *counting = context;
  counting->numbers = count(counting->step, yields, give_way);
}

static struct interlock_fiber *resumed;

OUT_OF_LINE static void resume(void) {
  EXPECT(interlock_fiber_resume(resumed) == INTERLOCK_FIBER_SUSPENDED);
}

static void registers_are_kept(void) {
  struct counting counting = {.step = 7};
  resumed = new_fiber(count_and_give_way, &counting);
  struct numbers host = count(11, yields, resume);
  EXPECT(interlock_fiber_resume(resumed) == INTERLOCK_FIBER_FINISHED);
  struct numbers expected = count(11, yields, stay);
  EXPECT(memcmp(&host, &expected, sizeof host) == 0);
  expected = count(7, yields, stay);
  EXPECT(memcmp(&counting.numbers, &expected, sizeof expected) == 0);
  interlock_fiber_destroy(resumed);
}

static void set_error_twice(void *context) {
  (void)context;
  EXPECT(errno == 0);
  errno = EDOM;
  give_way();
  EXPECT(errno == EDOM);
}

static void each_has_its_errno(void) {
  struct interlock_fiber *fiber = new_fiber(set_error_twice, NULL);
  errno = ERANGE;
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_SUSPENDED);
  EXPECT(errno == ERANGE);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_FINISHED);
  interlock_fiber_destroy(fiber);
}

static void host_another(void *context) {
  struct interlock_fiber *inner = new_fiber(set_error_twice, NULL);
  EXPECT(interlock_fiber_resume(inner) == INTERLOCK_FIBER_SUSPENDED);
  give_way();
  EXPECT(interlock_fiber_resume(inner) == INTERLOCK_FIBER_FINISHED);
  interlock_fiber_destroy(inner);
  *(int *)context += 1;
}

static void fibers_host_fibers(void) {
  int count = 0;
  struct interlock_fiber *fiber = new_fiber(host_another, &count);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_SUSPENDED);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_FINISHED);
  EXPECT(count == 1);
  interlock_fiber_destroy(fiber);
}

// Whether an address is one of the first bytes of a function; small ones are not longer.
static bool is_inside(uintptr_t address, uintptr_t function) {
  return address > function && address - function < 256;
}

static uintptr_t addresses[INTERLOCK_FIBER_TRACE];
static int32_t address_count;

OUT_OF_LINE static void look_around(void *context) {
  address_count = interlock_return_addresses(addresses, INTERLOCK_FIBER_TRACE);
  *(volatile int *)context = 1;
}

static void frames_are_found_up_to_the_first(void) {
  int is_done = 0;
  struct interlock_fiber *fiber = new_fiber(look_around, &is_done);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_FINISHED);
  // `look_around`, `interlock_fiber_main`, `interlock_fiber_start`, and nothing of the host.
  EXPECT(is_done && address_count == 3);
  EXPECT(is_inside(addresses[0], (uintptr_t)look_around));
  interlock_fiber_destroy(fiber);
}

OUT_OF_LINE static void trap(void *context) {
  (void)context;
  __builtin_trap();
}

OUT_OF_LINE static void write_nowhere(void *context) {
  *(volatile int *volatile *)context = NULL;
  **(volatile int *volatile *)context = 1;
}

OUT_OF_LINE static void give_up(void *context) {
  (void)context;
  abort();
}

// Not a tail call: something is left to do afterwards.
// NOLINTNEXTLINE(misc-no-recursion)
OUT_OF_LINE static int dig(int depth) {
  volatile char room[512];
  room[depth % 512] = 1;
  return depth < 0 ? 0 : dig(depth + 1) + room[depth % 512];
}

static void overflow(void *context) { *(volatile int *)context = dig(0); }

struct ending {
  void (*body)(void *);
  int signal;
  bool is_overflow;
};

static void crashes_end_nothing_but_the_fiber(void) {
  // Processors and systems differ in the signal of a trap.
  static const struct ending endings[] = {
      {trap, 0, false}, {write_nowhere, SIGSEGV, false}, {give_up, SIGABRT, false}, {overflow, SIGSEGV, true}};
  struct interlock_fiber *fiber = NULL;
  EXPECT(interlock_fiber_create(0, &fiber) == 0);
  for (int round = 0; round < 100; round++) {
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
      void *context[1] = {NULL};
      interlock_fiber_arm(fiber, endings[i].body, context);
      EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_CRASHED);
      const struct interlock_fiber_crash *crash = interlock_fiber_crash(fiber);
      EXPECT(endings[i].signal == 0 || crash->signal == endings[i].signal);
      EXPECT(crash->is_overflow == endings[i].is_overflow);
      EXPECT(crash->trace_count >= 2);
      bool is_here = endings[i].body == trap || endings[i].body == write_nowhere;
      EXPECT(!is_here || is_inside(crash->trace[0], (uintptr_t)endings[i].body));
    }
  }
  int count = 0;
  interlock_fiber_arm(fiber, host_another, &count);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_SUSPENDED);
  interlock_fiber_destroy(fiber);
}

static void compute(void *number) {
  for (;;) *(volatile uint64_t *)number += 1;
}

struct judge {
  struct interlock_watch watch;
  bool is_over;
};

// Once is not enough: the thread may be where a turn cannot be ended.
static void *judge(void *context) {
  struct judge *judge = context;
  while (!__atomic_load_n(&judge->is_over, __ATOMIC_ACQUIRE)) {
    interlock_watch_condemn(
        &judge->watch, interlock_watch_turn(&judge->watch), INTERLOCK_FIBER_ENDLESS);
    interlock_thread_yield();
  }
  return NULL;
}

// An imitation of a machine may let a handler be installed for signals that it keeps for itself. The watch takes
// the last one that nobody has.
static void leave_out_signals_that_cannot_be_sent(void) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  int signal_number = SIGRTMAX;
  for (; pthread_kill(pthread_self(), signal_number) != 0; signal_number--) {
    EXPECT(signal_number > SIGRTMIN);
    signal(signal_number, SIG_IGN);
  }
  // The one that was sent is forgotten by that.
  signal(signal_number, SIG_IGN);
  signal(signal_number, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void turns_that_are_condemned_end(void) {
  leave_out_signals_that_cannot_be_sent();
  struct judge court = {.is_over = false};
  EXPECT(interlock_watch_begin(&court.watch));
  uint64_t number = 0;
  struct interlock_fiber *fiber = new_fiber(compute, &number);
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, judge, &court) == 0);
  EXPECT(interlock_fiber_resume(fiber) == INTERLOCK_FIBER_CRASHED);
  __atomic_store_n(&court.is_over, true, __ATOMIC_RELEASE);
  EXPECT(pthread_join(thread, NULL) == 0);
  EXPECT(interlock_fiber_crash(fiber)->reason == INTERLOCK_FIBER_ENDLESS);
  interlock_fiber_destroy(fiber);
  interlock_watch_end();
}

static void pairs_are_exchanged_as_one(void) {
  _Alignas(16) struct interlock_pair pair = {1, 2};
  struct interlock_pair expected = {1, 3};
  EXPECT(!interlock_compare_exchange_pair(&pair, &expected, (struct interlock_pair){4, 5}));
  EXPECT(expected.low == 1 && expected.high == 2);
  EXPECT(interlock_compare_exchange_pair(&pair, &expected, (struct interlock_pair){4, 5}));
  EXPECT(pair.low == 4 && pair.high == 5);
}

static void *in_another_thread(void *nothing) {
  registers_are_kept();
  crashes_end_nothing_but_the_fiber();
  return nothing;
}

int main(void) {
  registers_are_kept();
  each_has_its_errno();
  fibers_host_fibers();
  frames_are_found_up_to_the_first();
  crashes_end_nothing_but_the_fiber();
  turns_that_are_condemned_end();
  pairs_are_exchanged_as_one();
  pthread_t thread;
  EXPECT(pthread_create(&thread, NULL, in_another_thread, NULL) == 0);
  EXPECT(pthread_join(thread, NULL) == 0);
  return EXIT_SUCCESS;
}
