#define _GNU_SOURCE
#include "CPeers.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// Each peer has cache lines of its own.
#define LINE 128

static struct {
  _Alignas(LINE) pthread_mutex_t lock;
  long value;
} mutex = {PTHREAD_MUTEX_INITIALIZER, 0};

static inline void add_one(void) {
  pthread_mutex_lock(&mutex.lock);
  mutex.value++;
  pthread_mutex_unlock(&mutex.lock);
}

void pthread_mutex_peer_loop(long count) {
  for (long i = 0; i < count; i++) add_one();
}

long pthread_mutex_peer_contend(void) {
  long count = 0;
  for (; !crew_is_stopped(); count++) add_one();
  return count;
}

void pthread_recursive_mutex_peer_loop(long count) {
  static _Alignas(LINE) pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  for (long i = 0; i < count; i++) {
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
  }
}

void pthread_rwlock_peer_loop(long count) {
  static _Alignas(LINE) pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  for (long i = 0; i < count; i++) {
    pthread_rwlock_rdlock(&lock);
    pthread_rwlock_unlock(&lock);
  }
}

void posix_semaphore_peer_loop(long count) {
  static _Alignas(LINE) sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  for (long i = 0; i < count; i++) {
    sem_wait(&semaphore);
    sem_post(&semaphore);
  }
  sem_destroy(&semaphore);
}

static void *do_nothing(void *argument) { return argument; }

bool pthread_spawn_peer_loop(long count) {
  for (long i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) != 0) return false;
    if (pthread_join(thread, NULL) != 0) return false;
  }
  return true;
}

static struct {
  _Alignas(LINE) pthread_mutex_t lock;
  pthread_cond_t changed;
  int player;
} turn = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

void pthread_condition_peer_play(int player, int players, long count) {
  for (long i = 0; i < count; i++) {
    pthread_mutex_lock(&turn.lock);
    while (turn.player != player) pthread_cond_wait(&turn.changed, &turn.lock);
    turn.player = (player + 1) % players;
    pthread_cond_signal(&turn.changed);
    pthread_mutex_unlock(&turn.lock);
  }
}

#define GREATEST_PARTY 64
static struct {
  _Alignas(LINE) pthread_barrier_t barrier;
} barriers[GREATEST_PARTY + 1];

void pthread_barrier_peer_prepare(int parties) {
  pthread_barrier_init(&barriers[parties].barrier, NULL, (unsigned)parties);
}

void pthread_barrier_peer_meet(int parties, long count) {
  for (long i = 0; i < count; i++) pthread_barrier_wait(&barriers[parties].barrier);
}

void pthread_robust_mutex_peer_loop(long count) {
  static _Alignas(LINE) pthread_mutex_t lock;
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&lock, &attributes);
  for (long i = 0; i < count; i++) {
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
  }
  pthread_mutex_destroy(&lock);
}

// A barrier for this process and a child that does nothing but come to it.
static pthread_barrier_t *shared_barrier;
static pid_t shared_barrier_partner;

bool pthread_shared_barrier_peer_start(void) {
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  shared_barrier = memory;
  pthread_barrierattr_t attributes;
  pthread_barrierattr_init(&attributes);
  pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(shared_barrier, &attributes, 2);
  shared_barrier_partner = fork();
  if (shared_barrier_partner == 0) {
    for (;;) pthread_barrier_wait(shared_barrier);
  }
  return shared_barrier_partner > 0;
}

void pthread_shared_barrier_peer_meet(long count) {
  for (long i = 0; i < count; i++) pthread_barrier_wait(shared_barrier);
}

void pthread_shared_barrier_peer_stop(void) {
  if (shared_barrier_partner <= 0) return;
  kill(shared_barrier_partner, SIGKILL);
  waitpid(shared_barrier_partner, NULL, 0);
  shared_barrier_partner = 0;
  munmap(shared_barrier, 4096);
}
