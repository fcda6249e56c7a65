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

/// How many bytes of memory a process has; negative if nobody knows.
int64_t interlock_process_memory(int32_t process);

/// Waits until a child has ended, or a signal has come. Returns 0 or an errno value.
int interlock_child_wait(int process_descriptor);

/// Sends a signal to a process that cannot be taken for another one. Returns 0 or an errno value.
int interlock_process_signal(int process_descriptor, int signal);

/// Ends the process when the other end of `channel` is closed, whatever its threads are doing.
///
/// First it sets the bit `look` of some words in shared memory, `stride` bytes from each other, and wakes
/// whoever sleeps on them. Returns 0 or an errno value.
int interlock_worker_watch_parent(
    int channel, void *words, size_t stride, int32_t count, uint32_t look);

/// Writes what is buffered for standard output; other streams may be held by threads that wait.
void interlock_flush_output(void);

/// Makes memory that can be shared by passing its descriptor, which has no name and keeps its size.
///
/// It takes room only where something was written. Returns a descriptor, or a negative errno value.
int interlock_memory_create(const char *name, size_t size);

/// The size of such memory, in bytes; a negative errno value if it is no such memory, or could shrink.
intptr_t interlock_memory_size(int descriptor);

/// Maps such memory, to be read and written. Returns NULL and sets `errno` if that fails.
void *interlock_memory_map(int descriptor, size_t size);

/// Makes room for pages of such memory, which are mapped, before they are written.
///
/// Returns 0, or ENOMEM if there is no room.
int interlock_memory_back(void *start, size_t size);

/// Gives pages of such memory back to the system; they read as zeroes afterwards.
void interlock_memory_give_back(void *start, size_t size);

/// Asks for large pages behind private memory that is about to be written.
void interlock_memory_prefer_huge_pages(void *start, size_t size);

/// Makes something that watches descriptors. Returns a descriptor, or a negative errno value.
int interlock_watch_create(void);

/// Watches a descriptor for something to read. Returns 0 or an errno value.
int interlock_watch_add(int watch, int descriptor, uint64_t key);

/// Stops watching a descriptor. Returns 0 or an errno value.
int interlock_watch_remove(int watch, int descriptor);

/// Waits until watched descriptors can be read, and stores up to `count` of their keys.
///
/// Gives up after `milliseconds`, never if that is negative. Returns how many keys were stored, or a
/// negative errno value.
int interlock_watch_wait(int watch, uint64_t *keys, int count, int milliseconds);

/// Leaves all signals to the other threads of the process.
void interlock_block_signals(void);

/// How many descriptors can be sent at once.
#define INTERLOCK_DESCRIPTOR_LIMIT 250

/// Sends descriptors through a socket. Returns 0 or an errno value.
int interlock_channel_send(int channel, const int *descriptors, int count);

/// Receives up to `count` descriptors that were sent at once, waiting for them.
///
/// Returns how many there are, or a negative errno value.
int interlock_channel_receive(int channel, int *descriptors, int count);

/// A file that is mapped into this process: the executable or a library.
struct interlock_image {
  /// What to add to an address in the file.
  uintptr_t bias;
  /// Where its code ends.
  uintptr_t code_end;
  /// Whether it is the executable.
  bool is_main;
  uint8_t build_identifier[32];
  int32_t build_identifier_size;
  /// The file, without a zero at the end; nothing if nobody asked for it.
  char path[512];
  int32_t path_length;
};

/// Makes what `interlock_serve_main_actor` needs of the system, before anything else runs in the worker.
void interlock_prepare_main_actor(void);

/// Lets the main thread of a worker do what is sent to the main actor, for ever.
_Noreturn void interlock_serve_main_actor(void);

/// Finds the image that has `address`. Returns whether there is one.
bool interlock_image_of(const void *address, struct interlock_image *image);

/// The same, with the file's path.
bool interlock_image_with_path_of(const void *address, struct interlock_image *image);

/// Finds the executable's image.
struct interlock_image interlock_main_image(void);

#endif
