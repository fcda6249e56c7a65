#ifndef INTERLOCK_CONNECTION_H
#define INTERLOCK_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pollfd;

/// What stands in front of every message of a connection.
struct interlock_parcel {
  uint32_t mark;
  uint8_t kind;
  /// Whether the end of the message is in memory whose descriptor comes first.
  uint8_t has_memory;
  /// How many descriptors come along, without that one.
  uint16_t descriptor_count;
  /// How many bytes the message has.
  uint64_t size;
};

/// How many descriptors can come along with a parcel.
#define INTERLOCK_PARCEL_DESCRIPTOR_LIMIT 251

/// Makes a pair of sockets that keep the boundaries of messages. Returns 0 or an errno value.
int interlock_connection_pair(int ends[2]);

/// Whether a descriptor is that of such a socket.
bool interlock_connection_is_end(int descriptor);

/// Sends a parcel with `size` bytes as a whole, without waiting.
///
/// Returns 0 or an errno value: EAGAIN if there is no room, EPIPE if nobody has the other end.
int interlock_connection_send(
    int end, const struct interlock_parcel *parcel, const void *bytes, size_t size,
    const int *descriptors, int count);

/// Receives a parcel with up to `size` bytes, without waiting; `descriptors` has room for as many as
/// can come along.
///
/// Returns how many bytes there are with the parcel, 0 at the end of the stream, or a negative errno
/// value: EAGAIN if there is nothing, EBADMSG if it was no parcel, EMFILE if descriptors were lost.
/// Those that came are for the caller to close after success only.
intptr_t interlock_connection_receive(
    int end, struct interlock_parcel *parcel, void *bytes, size_t size, int *descriptors, int *count);

/// Whether a descriptor is that of memory which has `size` bytes, and room in the system for all of them.
bool interlock_connection_is_memory(int descriptor, size_t size);

/// Reads the first `size` bytes of such memory. Returns 0, or an errno value: EBADMSG if there are fewer.
int interlock_connection_read_memory(int memory, void *bytes, size_t size);

/// Waits until something polled is ready, or until `deadline`.
///
/// Returns how many are ready, 0 if the deadline has passed or a signal has come, or a negative errno
/// value.
int interlock_connection_wait(struct pollfd *polled, unsigned count, uint64_t deadline);

/// The same for one end, or until the bell rings, which is cleared then.
int interlock_connection_wait_at(int end, short events, int bell, uint64_t deadline);

/// Makes something that a thread which polls can be woken by. Returns a descriptor, or a negative
/// errno value.
int interlock_bell_create(void);

/// Makes the bell readable, until it is cleared.
void interlock_bell_ring(int bell);
void interlock_bell_clear(int bell);

#endif
