#define _GNU_SOURCE
#include "CInterlock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

_Thread_local struct interlock_thread interlock_current_thread;
uint32_t interlock_world_count;

static const char *deadlock_switch;

// Before the program begins: whether it is watched is the first thing that its first operation asks.
__attribute__((constructor)) static void look_for_deadlock_switch(void) {
  deadlock_switch = secure_getenv("INTERLOCK_DEADLOCKS");
  if (deadlock_switch != NULL && *deadlock_switch == 0) deadlock_switch = NULL;
  if (deadlock_switch != NULL) interlock_change_world_count(1);
}

const char *interlock_deadlock_switch(void) { return deadlock_switch; }

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

static size_t usable_stack_size(size_t asked) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t least = (size_t)PTHREAD_STACK_MIN;
  if (asked < least) asked = least;
  if (asked > SIZE_MAX - page) return asked / page * page;
  return (asked + page - 1) / page * page;
}

int interlock_thread_start(size_t stack_size, void (*body)(void *), void *context) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return ENOMEM;
  start->body = body;
  start->context = context;

  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) {
    free(start);
    return error;
  }
  if (stack_size != 0) {
    error = pthread_attr_setstacksize(&attributes, usable_stack_size(stack_size));
  }
  if (error == 0) error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (error == 0) {
    pthread_t thread;
    error = pthread_create(&thread, &attributes, run, start);
  }
  pthread_attr_destroy(&attributes);
  if (error != 0) free(start);
  return error;
}

void interlock_thread_set_name(const char *name) {
  // The kernel keeps 15 bytes; a character of several bytes is not cut in two.
  char kept[16];
  size_t length = strnlen(name, sizeof kept);
  if (length > 15) {
    length = 15;
    while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80) length--;
  }
  memcpy(kept, name, length);
  kept[length] = 0;
  pthread_setname_np(pthread_self(), kept);
}

void interlock_thread_get_name(char name[16]) {
  if (pthread_getname_np(pthread_self(), name, 16) != 0) name[0] = 0;
}

int32_t interlock_thread_native_id(void) { return (int32_t)syscall(SYS_gettid); }

static pthread_key_t exit_key;
static int exit_key_error;
static pthread_once_t exit_key_once = PTHREAD_ONCE_INIT;
static void (*exit_function)(void *);

// After the thread's other destructors, for these may still use locks that it holds; but not in the
// last pass, which sanitizers take to be the end of the thread.
static void exit_notice(void *record) {
  static _Thread_local int passes;
  passes++;
  if (passes < PTHREAD_DESTRUCTOR_ITERATIONS - 1 && pthread_setspecific(exit_key, record) == 0) return;
  passes = 0;
  void (*will_exit)(void *) = __atomic_load_n(&exit_function, __ATOMIC_ACQUIRE);
  will_exit(record);
}

static void make_exit_key(void) { exit_key_error = pthread_key_create(&exit_key, exit_notice); }

int interlock_thread_watch_exit(void *record, void (*will_exit)(void *)) {
  __atomic_store_n(&exit_function, will_exit, __ATOMIC_RELEASE);
  pthread_once(&exit_key_once, make_exit_key);
  if (exit_key_error != 0) return exit_key_error;
  return pthread_setspecific(exit_key, record);
}

void interlock_thread_yield(void) { sched_yield(); }
