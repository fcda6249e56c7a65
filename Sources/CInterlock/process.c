#define _GNU_SOURCE
#include "CInterlock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

extern char **environ;

static const char variable[] = "INTERLOCK_WORKER=";
// Workers that crash are reported by whoever started them; the runtime's own report takes seconds.
static const char backtrace[] = "SWIFT_BACKTRACE=";

static bool begins_with(const char *string, const char *start) {
  return strncmp(string, start, strlen(start)) == 0;
}

// Our environment, with a worker's own variables. NULL if there is no memory.
static char **worker_environment(char own[static 32]) {
  snprintf(own, 32, "%s%d", variable, (int)getpid());
  size_t count = 0;
  while (environ != NULL && environ[count] != NULL) count++;
  char **copy = malloc((count + 3) * sizeof *copy);
  if (copy == NULL) return NULL;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (begins_with(environ[i], variable) || begins_with(environ[i], backtrace)) continue;
    copy[kept++] = environ[i];
  }
  copy[kept++] = own;
  copy[kept++] = "SWIFT_BACKTRACE=enable=no";
  copy[kept] = NULL;
  return copy;
}

// A descriptor above those that a worker has, so that none is overwritten before it is passed on.
static int moved_up(int descriptor) {
  if (descriptor < 0 || descriptor > INTERLOCK_WORKER_CHANNEL) return descriptor;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, INTERLOCK_WORKER_CHANNEL + 1);
  int error = errno;
  close(descriptor);
  errno = error;
  return moved;
}

static void close_if_open(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}

static int spawn_worker(const char *name, int channel, int errors, pid_t *process) {
  char own[32];
  char **environment = worker_environment(own);
  if (environment == NULL) return ENOMEM;
  char *arguments[] = {(char *)(uintptr_t)name, NULL};

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  int error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, channel, INTERLOCK_WORKER_CHANNEL);
  if (error == 0 && errors >= 0) {
    error = posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  }
  if (error == 0) {
    error = posix_spawn_file_actions_addclosefrom_np(&actions, INTERLOCK_WORKER_CHANNEL + 1);
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  // A group of its own: what is typed at the terminal to interrupt the program is for the program.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  if (error == 0) {
    error = posix_spawn(process, "/proc/self/exe", &actions, &attributes, arguments, environment);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  free(environment);
  return error;
}

int interlock_worker_start(const char *name, bool captures_errors, struct interlock_child *child) {
  int ends[2] = {-1, -1};
  int errors[2] = {-1, -1};
  int error = 0;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  if (captures_errors && pipe2(errors, O_CLOEXEC) != 0) error = errno;
  // Our end only: the other one is as standard error usually is.
  if (error == 0 && captures_errors && fcntl(errors[0], F_SETFL, O_NONBLOCK) != 0) error = errno;
  ends[1] = error == 0 ? moved_up(ends[1]) : ends[1];
  errors[1] = error == 0 ? moved_up(errors[1]) : errors[1];
  if (error == 0 && (ends[1] < 0 || (captures_errors && errors[1] < 0))) error = errno;

  pid_t process = -1;
  if (error == 0) error = spawn_worker(name, ends[1], errors[1], &process);
  close_if_open(ends[1]);
  close_if_open(errors[1]);
  int process_descriptor = -1;
  if (error == 0) {
    process_descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    if (process_descriptor < 0) {
      error = errno;
      kill(process, SIGKILL);
      waitpid(process, NULL, 0);
    }
  }
  if (error != 0) {
    close_if_open(ends[0]);
    close_if_open(errors[0]);
    return error;
  }
  *child = (struct interlock_child){
      .process = process,
      .process_descriptor = process_descriptor,
      .channel = ends[0],
      .errors = errors[0],
  };
  return 0;
}

int interlock_child_reap(int process_descriptor, struct interlock_exit *how) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result;
  do {
    result = waitid((idtype_t)P_PIDFD, (id_t)process_descriptor, &info, WEXITED | WNOHANG);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return errno;
  *how = (struct interlock_exit){
      .has_ended = info.si_pid != 0,
      .was_killed = info.si_pid != 0 && info.si_code != CLD_EXITED,
      .status = info.si_pid != 0 ? info.si_status : 0,
  };
  return 0;
}

int64_t interlock_process_memory(int32_t process) {
  char path[32], text[128];
  snprintf(path, sizeof path, "/proc/%d/statm", (int)process);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return -1;
  text[count] = 0;
  long long size, resident;
  if (sscanf(text, "%lld %lld", &size, &resident) != 2) return -1;
  return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

int interlock_child_wait(int process_descriptor) {
  struct pollfd polled = {.fd = process_descriptor, .events = POLLIN};
  return poll(&polled, 1, -1) >= 0 || errno == EINTR ? 0 : errno;
}

int interlock_process_signal(int process_descriptor, int signal) {
  return syscall(SYS_pidfd_send_signal, process_descriptor, signal, NULL, 0) == 0 ? 0 : errno;
}

void interlock_flush_output(void) { fflush(stdout); }

int interlock_memory_create(const char *name, size_t size) {
  // Growing a file beyond the limit would end the process.
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) return -EFBIG;
  int memory = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return -errno;
  if (ftruncate(memory, (off_t)size) != 0 ||
      fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    int error = errno;
    close(memory);
    return -error;
  }
  return memory;
}

intptr_t interlock_memory_size(int descriptor) {
  int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0) return -errno;
  if ((seals & F_SEAL_SHRINK) == 0) return -EPERM;
  struct stat status;
  return fstat(descriptor, &status) == 0 ? (intptr_t)status.st_size : -errno;
}

void *interlock_memory_map(int descriptor, size_t size) {
  void *start =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  if (start == MAP_FAILED) return NULL;
  // What travels between processes is no part of a crash's story.
  (void)madvise(start, size, MADV_DONTDUMP);
  return start;
}

int interlock_memory_back(void *start, size_t size) {
#ifdef MADV_POPULATE_WRITE
  if (madvise(start, size, MADV_POPULATE_WRITE) == 0) return 0;
  // Older systems do not know it: they find out when the memory is touched.
  if (errno != EINVAL) return errno == EFAULT ? ENOMEM : errno;
#endif
  return 0;
}

void interlock_memory_give_back(void *start, size_t size) { (void)madvise(start, size, MADV_REMOVE); }

void interlock_memory_prefer_huge_pages(void *start, size_t size) {
  // Whole pages only, and worth it only if there are large ones among them.
  const uintptr_t page = 4096;
  uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
  uintptr_t end = ((uintptr_t)start + size) & ~(page - 1);
  if (end > first) (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}

int interlock_watch_create(void) {
  int watch = epoll_create1(EPOLL_CLOEXEC);
  return watch < 0 ? -errno : watch;
}

int interlock_watch_add(int watch, int descriptor, uint64_t key) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = key};
  return epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

int interlock_watch_remove(int watch, int descriptor) {
  return epoll_ctl(watch, EPOLL_CTL_DEL, descriptor, NULL) == 0 ? 0 : errno;
}

int interlock_watch_wait(int watch, uint64_t *keys, int count, int milliseconds) {
  struct epoll_event events[16];
  int ready = epoll_wait(watch, events, count < 16 ? count : 16, milliseconds);
  if (ready < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < ready; i++) keys[i] = events[i].data.u64;
  return ready;
}

void interlock_block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
}

// Room for descriptors beside the byte of a message.
union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(INTERLOCK_DESCRIPTOR_LIMIT * sizeof(int))];
};

int interlock_channel_send(int channel, const int *descriptors, int count) {
  if (count > INTERLOCK_DESCRIPTOR_LIMIT) return EINVAL;
  char byte = 0;
  size_t size = (size_t)count * sizeof *descriptors;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  union control control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = control.space,
      .msg_controllen = CMSG_SPACE(size),
  };
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(header), descriptors, size);
  ssize_t sent;
  do {
    sent = sendmsg(channel, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int interlock_channel_receive(int channel, int *descriptors, int count) {
  char byte;
  struct iovec part = {.iov_base = &byte, .iov_len = 1};
  union control control;
  struct msghdr message = {
      .msg_iov = &part,
      .msg_iovlen = 1,
      .msg_control = control.space,
      .msg_controllen = sizeof control.space,
  };
  ssize_t received;
  do {
    received = recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return -errno;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
    return -EPIPE;
  }
  int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof *descriptors);
  int *all = (int *)CMSG_DATA(header);
  for (int i = 0; i < found; i++) {
    if (i < count) {
      memcpy(&descriptors[i], &all[i], sizeof *descriptors);
    } else {
      close(all[i]);
    }
  }
  return found < count ? found : count;
}
