// Ends fibers that do not come back: they wait for something that nobody here sees, or compute for ever.
//
// Whoever finds one sends its thread a signal. By the time the signal arrives the fiber may have given way, and
// another one may run; so the handler asks whether it is still the turn that was meant. Only the thread itself
// changes the turn, and the handler runs on that thread: what it finds stays so until it returns.
#define _GNU_SOURCE
#include "fiber_moment.h"
#include "fiber_watch.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

_Thread_local struct interlock_watch *interlock_thread_watch;

// 0 if the process has none left.
static int watch_signal;

// The code of the program, as far as it is linked with this file.
static uintptr_t code_start, code_end;

IN_HANDLER static bool is_own_code(uintptr_t place) { return place >= code_start && place < code_end; }

// The first word on the stack that may be a return address.
__attribute__((no_sanitize("address", "thread"))) IN_HANDLER uintptr_t
interlock_fiber_find_caller(const struct interlock_fiber *fiber, struct moment moment) {
  if (is_own_code(moment.instruction)) return 0;
  static const uintptr_t looks = 64;
  uintptr_t place = (moment.stack + 7) & ~(uintptr_t)7;
  for (uintptr_t look = 0; look < looks && place < stack_top(fiber); look++, place += sizeof place) {
    uintptr_t word = *(const uintptr_t *)place;
    if (is_own_code(word)) return word;
  }
  return 0;
}

IN_HANDLER static bool may_end(
    struct interlock_watch *watch, const struct interlock_fiber *fiber, struct moment moment,
    int32_t reason) {
  uint64_t condemned = __atomic_load_n(&watch->condemned, __ATOMIC_ACQUIRE);
  if (watch->turn % 2 == 0 || watch->turn != condemned) return false;
  // It is about to give way, or has been entered but for its stack.
  if (fiber->state != INTERLOCK_FIBER_RUNNING) return false;
  if (moment.stack < lowest_frame(fiber) || moment.stack >= stack_top(fiber)) return false;
  // What writes may hold the lock of a stream that others write to; it goes on when somebody reads.
  if (reason == INTERLOCK_FIBER_BLOCKED) return !moment.is_writing;
  // In the midst of a library it may hold a lock of the process, such as the allocator's. Sooner or later it is
  // met outside.
  return is_own_code(moment.instruction);
}

IN_HANDLER static void handle(int signal, siginfo_t *info, void *context) {
  struct interlock_fiber *fiber = interlock_running_fiber;
  struct interlock_watch *watch = interlock_thread_watch;
  if (watch == NULL) return;
  __atomic_store_n(&watch->received, watch->received + 1, __ATOMIC_RELAXED);
  if (fiber == NULL) return;
  int32_t reason = __atomic_load_n(&watch->reason, __ATOMIC_RELAXED);
  if (may_end(watch, fiber, moment_of(context), reason)) {
    fiber->crash.reason = reason;
    interlock_fiber_end_here(fiber, signal, info, context);
  }
}

static int find_code(struct dl_phdr_info *image, size_t size, void *context) {
  (void)size;
  (void)context;
  for (int i = 0; i < image->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &image->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0) continue;
    uintptr_t start = image->dlpi_addr + part->p_vaddr, place = (uintptr_t)find_code;
    if (place < start || place >= start + part->p_memsz) continue;
    code_start = start;
    code_end = start + part->p_memsz;
    return 1;
  }
  return 0;
}

// A signal that nobody else uses.
static void install(void) {
  dl_iterate_phdr(find_code, NULL);
  // What is interrupted in vain goes on as if nothing had been.
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int signal = SIGRTMAX; signal >= SIGRTMIN; signal--) {
    struct sigaction used;
    if (sigaction(signal, NULL, &used) != 0) continue;
    if ((used.sa_flags & SA_SIGINFO) != 0 || used.sa_handler != SIG_DFL) continue;
    if (sigaction(signal, &action, NULL) != 0) continue;
    watch_signal = signal;
    return;
  }
}

bool interlock_watch_begin(struct interlock_watch *watch) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
  if (watch_signal == 0 || interlock_thread_watch != NULL) return false;
  sigset_t mine;
  sigemptyset(&mine);
  sigaddset(&mine, watch_signal);
  pthread_sigmask(SIG_UNBLOCK, &mine, NULL);
  *watch = (struct interlock_watch){
      .thread = pthread_self(), .native_id = interlock_thread_native_id()};
  interlock_thread_watch = watch;
  return true;
}

void interlock_watch_end(void) { interlock_thread_watch = NULL; }

void interlock_watch_condemn(struct interlock_watch *watch, uint64_t turn, int32_t reason) {
  __atomic_store_n(&watch->reason, reason, __ATOMIC_RELAXED);
  __atomic_store_n(&watch->condemned, turn, __ATOMIC_RELEASE);
  if (watch->sent != __atomic_load_n(&watch->received, __ATOMIC_RELAXED)) return;
  if (pthread_kill(watch->thread, watch_signal) == 0) watch->sent++;
}

uint64_t interlock_watch_cpu_time(const struct interlock_watch *watch) {
  clockid_t clock;
  struct timespec time;
  if (pthread_getcpuclockid(watch->thread, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

bool interlock_watch_is_asleep(const struct interlock_watch *watch) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", watch->native_id);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return false;
  text[count] = 0;
  // The name before it may have anything in it.
  const char *end = strrchr(text, ')');
  return end != NULL && end[1] == ' ' && end[2] == 'S';
}
