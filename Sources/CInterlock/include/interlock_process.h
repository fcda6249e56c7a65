#ifndef INTERLOCK_PROCESS_H
#define INTERLOCK_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The descriptor on which a worker talks to the process that started it.
#define INTERLOCK_WORKER_CHANNEL 3

/// Whether this process is a worker that was started by `interlock_worker_start`, and has not begun its
/// program's `main`.
bool interlock_is_worker(void);

/// What a worker does instead of its program's `main`; defined in Swift.
///
/// It runs on the main thread and does not return before the process is to end.
int interlock_worker_main(int channel) __attribute__((weak));

/// A process that was started, as its parent sees it.
struct interlock_child {
  int32_t process;
  /// Becomes readable when the process ends.
  int process_descriptor;
  /// This end of the channel, a stream socket.
  int channel;
  /// Where the child's standard error can be read; -1 if it has ours.
  int errors;
};

/// Starts a worker: this executable once more, which calls `interlock_worker_main` instead of `main`.
///
/// It has the descriptors 0 to 2 and its channel, default signal actions, no blocked signals. Its
/// standard input is empty. Returns 0 or an errno value.
int interlock_worker_start(const char *name, bool captures_errors, struct interlock_child *child);

/// How a process ended.
struct interlock_exit {
  bool has_ended;
  /// Whether a signal ended it; `status` is the signal then, the exit status otherwise.
  bool was_killed;
  int32_t status;
};

/// Looks whether a child has ended, and if so lets the system forget it. Returns 0 or an errno value.
int interlock_child_reap(int process_descriptor, struct interlock_exit *how);

/// Sends a signal to a process that cannot be taken for another one. Returns 0 or an errno value.
int interlock_process_signal(int process_descriptor, int signal);

/// Ends the process when the other end of `channel` is closed, whatever its threads are doing.
///
/// Returns 0 or an errno value.
int interlock_worker_watch_parent(int channel);

/// Writes what is buffered for standard output; other streams may be held by threads that wait.
void interlock_flush_output(void);

/// Makes memory that can be shared by passing its descriptor, which has no name and can only grow.
///
/// Returns a descriptor, or a negative errno value.
int interlock_memory_create(const char *name, size_t size);

/// Whether such memory, or what passes for it, is sure not to shrink.
bool interlock_memory_cannot_shrink(int descriptor);

/// Sends bytes with a descriptor (-1 for none). Returns how many were sent, or a negative errno value.
intptr_t interlock_channel_send(int channel, const void *bytes, size_t count, int descriptor);

/// Receives bytes, and a descriptor if one comes with them (else -1).
///
/// Returns how many, 0 at the end of the stream, or a negative errno value.
intptr_t interlock_channel_receive(int channel, void *bytes, size_t count, int *descriptor);

/// A file that is mapped into this process: the executable or a library.
struct interlock_image {
  /// What to add to an address in the file.
  uintptr_t bias;
  /// Whether it is the executable.
  bool is_main;
  uint8_t build_identifier[32];
  int32_t build_identifier_size;
};

/// Lets the main thread of a worker do what is sent to the main actor, for ever.
_Noreturn void interlock_serve_main_actor(void);

/// Waits until one of `count` descriptors can be read, or its other end is gone, or `deadline`.
///
/// `ready[i]` says whether descriptor i is. Returns 0, ETIMEDOUT or another errno value.
int interlock_wait_readable(const int *descriptors, bool *ready, int32_t count, uint64_t deadline);

/// Finds the image that has `address`. Returns whether there is one.
bool interlock_image_of(const void *address, struct interlock_image *image);

/// Finds the executable's image.
struct interlock_image interlock_main_image(void);

#endif
