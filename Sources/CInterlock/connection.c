// Messages through pairs of sockets that keep their boundaries (`SOCK_SEQPACKET`): the system takes and
// gives each as a whole, whoever dies meanwhile, and however many send and receive.
#define _GNU_SOURCE
#include "CInterlock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int interlock_connection_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
}

static bool has_option(int socket, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

bool interlock_connection_is_end(int descriptor) {
  return has_option(descriptor, SO_DOMAIN, AF_UNIX) && has_option(descriptor, SO_TYPE, SOCK_SEQPACKET) &&
         has_option(descriptor, SO_ACCEPTCONN, 0);
}

// Room for descriptors beside a message.
union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(INTERLOCK_PARCEL_DESCRIPTOR_LIMIT * sizeof(int))];
};

int interlock_connection_send(
    int end, const struct interlock_parcel *parcel, const void *bytes, size_t size,
    const int *descriptors, int count) {
  if (count > INTERLOCK_PARCEL_DESCRIPTOR_LIMIT) return EINVAL;
  struct iovec parts[] = {
      {.iov_base = (void *)(uintptr_t)parcel, .iov_len = sizeof *parcel},
      {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size},
  };
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  union control control;
  if (count > 0) {
    size_t length = (size_t)count * sizeof *descriptors;
    memset(&control, 0, CMSG_SPACE(length));
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(length);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(header), descriptors, length);
  }
  ssize_t sent;
  do {
    sent = sendmsg(end, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return 0;
  // The other end was closed with messages in it that nobody has received.
  return errno == ECONNRESET ? EPIPE : errno;
}

// Stores what came along. Returns how many there are.
static int take_descriptors(struct msghdr *message, int *descriptors) {
  int count = 0;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    int found = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof *descriptors);
    for (int i = 0; i < found; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + (size_t)i * sizeof descriptor, sizeof descriptor);
      if (count < INTERLOCK_PARCEL_DESCRIPTOR_LIMIT) {
        descriptors[count++] = descriptor;
      } else {
        close(descriptor);
      }
    }
  }
  return count;
}

intptr_t interlock_connection_receive(
    int end, struct interlock_parcel *parcel, void *bytes, size_t size, int *descriptors, int *count) {
  struct iovec parts[] = {
      {.iov_base = parcel, .iov_len = sizeof *parcel},
      {.iov_base = bytes, .iov_len = size},
  };
  union control control;
  struct msghdr message;
  ssize_t received;
  do {
    message = (struct msghdr){
        .msg_iov = parts,
        .msg_iovlen = 2,
        .msg_control = control.space,
        .msg_controllen = sizeof control.space,
    };
    received = recvmsg(end, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    // The system says once that the other end was closed with messages in it that nobody has received;
    // those for us are still there.
  } while (received < 0 && (errno == EINTR || errno == ECONNRESET));
  *count = 0;
  if (received < 0) return -errno;
  int found = take_descriptors(&message, descriptors);
  int error = 0;
  if (received > 0 && (size_t)received < sizeof *parcel) error = EBADMSG;
  if (message.msg_flags & MSG_TRUNC) error = EBADMSG;
  if (message.msg_flags & MSG_CTRUNC) error = EMFILE;
  // No end of a stream has anything with it.
  if (received == 0 && found > 0) error = EBADMSG;
  if (error != 0) {
    for (int i = 0; i < found; i++) close(descriptors[i]);
    return -error;
  }
  *count = found;
  return received;
}

bool interlock_connection_is_memory(int descriptor, size_t size) {
  struct stat status;
  if (interlock_memory_size(descriptor) != (intptr_t)size) return false;
  // Memory that was never written takes no room: a few bytes could ask for all that there is.
  return fstat(descriptor, &status) == 0 && (uint64_t)status.st_blocks * 512 >= size;
}

int interlock_connection_read_memory(int memory, void *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t count = pread(memory, (char *)bytes + done, size - done, (off_t)done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return EBADMSG;
    done += (size_t)count;
  }
  return 0;
}

int interlock_connection_wait(struct pollfd *polled, unsigned count, uint64_t deadline) {
  struct timespec timeout, *limit = NULL;
  if (deadline != INTERLOCK_NEVER) {
    uint64_t now = interlock_clock_now();
    uint64_t left = deadline > now ? deadline - now : 0;
    timeout.tv_sec = (time_t)(left / 1000000000u);
    timeout.tv_nsec = (long)(left % 1000000000u);
    limit = &timeout;
  }
  int ready = ppoll(polled, count, limit, NULL);
  if (ready < 0) return errno == EINTR ? 0 : -errno;
  return ready;
}

int interlock_connection_wait_at(int end, short events, int bell, uint64_t deadline) {
  struct pollfd polled[] = {{.fd = end, .events = events}, {.fd = bell, .events = POLLIN}};
  int ready = interlock_connection_wait(polled, 2, deadline);
  if (polled[1].revents != 0) interlock_bell_clear(bell);
  return ready;
}

int interlock_bell_create(void) {
  int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return bell < 0 ? -errno : bell;
}

void interlock_bell_ring(int bell) {
  // It fails only if the bell has been rung very often.
  (void)eventfd_write(bell, 1);
}

void interlock_bell_clear(int bell) {
  eventfd_t count;
  (void)eventfd_read(bell, &count);
}
