// How a process becomes a worker.
//
// A worker is this executable once more, with a socket as descriptor 3 and an environment variable that
// says so. It has to be taken over after all constructors have run, so that the language runtime and all
// libraries are ready, and before `main`. Two ways, because neither works everywhere:
//
// - `__libc_start_main`, defined here and weak: the executable's start code calls it, and it calls the C
//   library's with another `main`. In a fully static executable the C library's own definition wins.
// - A constructor, for that case: it runs the constructors that come after it, and then the worker.
//
// Setting the variable by hand does nothing: it must be the number of our parent, and the descriptor one of
// a pair of sockets that it made, under the same user.
#define _GNU_SOURCE
#include "CInterlock.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

static const char variable[] = "INTERLOCK_WORKER";

static bool is_worker;
static bool start_is_wrapped;

bool interlock_is_worker(void) { return is_worker; }

// Whether `channel` is one end of a pair of sockets; `maker` made it.
static bool is_channel(int channel, struct ucred *maker) {
  int accepts = 1, type = 0;
  socklen_t size = sizeof accepts;
  if (getsockopt(channel, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) != 0 || accepts) return false;
  size = sizeof type;
  if (getsockopt(channel, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return false;
  size = sizeof *maker;
  return getsockopt(channel, SOL_SOCKET, SO_PEERCRED, maker, &size) == 0;
}

// Whether our parent made us a worker. One that may not be a worker ends here: if the program that it is
// ran in its place, that could start workers again, without end.
static bool was_started_as_worker(void) {
  const char *value = getenv(variable);
  if (value == NULL) return false;
  char *end;
  long parent = strtol(value, &end, 10);
  bool is_number = end != value && *end == 0;
  // Children of the worker are none.
  unsetenv(variable);
  struct ucred maker;
  // Set by hand, it means nothing.
  if (!is_number || !is_channel(INTERLOCK_WORKER_CHANNEL, &maker) || maker.pid != parent) return false;
  // The parent has died meanwhile.
  if (getppid() != parent) _exit(0);
  // Who has more rights than the one that started it does not do as it is told.
  if (getauxval(AT_SECURE) != 0 || maker.uid != geteuid()) _exit(1);
  if (fcntl(INTERLOCK_WORKER_CHANNEL, F_SETFD, FD_CLOEXEC) != 0) _exit(1);
  return true;
}

static int worker_main(int count, char **arguments, char **environment) {
  (void)count;
  (void)arguments;
  (void)environment;
  return interlock_worker_main(INTERLOCK_WORKER_CHANNEL);
}

extern char **environ;

#if defined(__GLIBC__)
typedef int main_function(int, char **, char **);
typedef int start_function(
    main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

__attribute__((weak, visibility("default"))) int __libc_start_main(
    main_function *main, int count, char **arguments, void (*init)(void), void (*fini)(void),
    void (*rtld_fini)(void), void *stack_end);

__attribute__((weak, visibility("default"))) int __libc_start_main(
    main_function *main, int count, char **arguments, void (*init)(void), void (*fini)(void),
    void (*rtld_fini)(void), void *stack_end) {
  start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  start_is_wrapped = true;
  if (environ == NULL) environ = arguments + count + 1;
  if (interlock_worker_main != NULL && was_started_as_worker()) {
    is_worker = true;
    main = worker_main;
  }
  return start(main, count, arguments, init, fini, rtld_fini, stack_end);
}
#endif

typedef void constructor(int, char **, char **);
extern constructor *__init_array_start[] __attribute__((weak, visibility("hidden")));
extern constructor *__init_array_end[] __attribute__((weak, visibility("hidden")));

__attribute__((constructor)) static void take_over(int count, char **arguments, char **environment) {
  if (start_is_wrapped || interlock_worker_main == NULL) return;
  // In a library the executable's own constructors have not run yet, and its start code is wrapped.
  constructor **own = __init_array_start;
  while (own < __init_array_end && *own != take_over) own++;
  if (own >= __init_array_end || !was_started_as_worker()) return;
  is_worker = true;
  for (constructor **next = own + 1; next < __init_array_end; next++) {
    if (*next != NULL && *next != (constructor *)(intptr_t)-1) (*next)(count, arguments, environment);
  }
  exit(worker_main(count, arguments, environment));
}

struct parent {
  int channel;
  // Where the worker may wait for something to do.
  char *words;
  size_t stride;
  int count;
  uint32_t look;
};

static void *watch(void *argument) {
  struct parent parent = *(struct parent *)argument;
  free(argument);
  struct pollfd polled = {.fd = parent.channel, .events = POLLRDHUP};
  for (;;) {
    int ready = poll(&polled, 1, -1);
    if (ready > 0 && (polled.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0) break;
  }
  // An idle worker ends in order; those that are busy have this much time.
  for (int i = 0; i < parent.count; i++) {
    uint32_t *word = (uint32_t *)(parent.words + (size_t)i * parent.stride);
    __atomic_fetch_or(word, parent.look, __ATOMIC_SEQ_CST);
    interlock_shared_futex_wake(word, INT32_MAX);
  }
  poll(NULL, 0, 50);
  _exit(0);
}

int interlock_worker_watch_parent(
    int channel, void *words, size_t stride, int32_t count, uint32_t look) {
  struct parent *parent = malloc(sizeof *parent);
  if (parent == NULL) return ENOMEM;
  *parent = (struct parent){
      .channel = channel, .words = words, .stride = stride, .count = count, .look = look};
  // All signals are for the program's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_t thread;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread, &attributes, watch, parent);
    if (error == 0) pthread_setname_np(thread, "parent watch");
    pthread_attr_destroy(&attributes);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) free(parent);
  return error;
}

// Of Dispatch, for run loops: whoever reads the handle of the main queue calls it back. A program that
// does not use Dispatch does not link it.
__attribute__((weak)) int _dispatch_get_main_queue_handle_4CF(void);
__attribute__((weak)) void _dispatch_main_queue_callback_4CF(void *);

// What wakes the main queue; -1 if there is none.
static int main_queue = -1;

void interlock_prepare_main_actor(void) {
  if (_dispatch_get_main_queue_handle_4CF == NULL || _dispatch_main_queue_callback_4CF == NULL) return;
  main_queue = _dispatch_get_main_queue_handle_4CF();
}

void interlock_serve_main_actor(void) {
  // Not by `dispatch_main`: it ends the main thread, which does not survive that if it never came to `main`.
  if (main_queue < 0) {
    for (;;) pause();
  }
  struct pollfd polled = {.fd = main_queue, .events = POLLIN};
  for (;;) {
    uint64_t count;
    if (poll(&polled, 1, -1) <= 0) continue;
    if (read(polled.fd, &count, sizeof count) > 0) _dispatch_main_queue_callback_4CF(NULL);
  }
}
