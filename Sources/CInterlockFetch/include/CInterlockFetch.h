/// Fetching what a web address names, with the libcurl of the system.
///
/// The library is loaded when it is first needed, so that programs that fetch nothing neither need
/// it nor pay for it. It is C because libcurl's interface takes any number of arguments.
#ifndef CINTERLOCK_FETCH_H
#define CINTERLOCK_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// When to give up. Zero means that there is no limit, except for redirects.
struct interlock_fetch_limits {
  /// How often a server may send us elsewhere.
  uint32_t redirects;
  /// How long it may take until a connection stands.
  uint32_t connect_milliseconds;
  /// How long nothing may arrive.
  uint32_t stall_seconds;
  /// How long everything may take together.
  uint32_t total_milliseconds;
};

/// How a fetch ended.
enum interlock_fetch_outcome {
  /// All bytes were received.
  INTERLOCK_FETCH_DONE,
  /// One of the two functions of the caller ended it.
  INTERLOCK_FETCH_STOPPED,
  /// The resource could not be fetched, or not all of it.
  INTERLOCK_FETCH_FAILED,
  /// There is no libcurl that could be used.
  INTERLOCK_FETCH_UNAVAILABLE,
};

/// How many bytes an explanation takes at most, with its zero.
#define INTERLOCK_FETCH_EXPLANATION_SIZE 512

/// Fetches what `url` names (http or https only) and passes it on as it arrives.
///
/// Blocks the calling thread; several threads may fetch at the same time. Redirects are followed; a
/// status of 400 and above is a failure. The bytes are those that the server has stored: no
/// compression is asked for.
///
/// - `uses_proxy`: whether the proxies named in the environment are asked.
/// - `receive` is given pieces of at most 64 KiB, in order, and answers whether to go on.
/// - `should_stop` is asked at least once a second.
/// - `explanation` has room for `INTERLOCK_FETCH_EXPLANATION_SIZE` bytes and says what went wrong
///   when the outcome is a failure.
enum interlock_fetch_outcome interlock_fetch(
    const char *url, const struct interlock_fetch_limits *limits, bool uses_proxy,
    bool (*receive)(const void *bytes, size_t count, void *context),
    bool (*should_stop)(void *context), void *context, char *explanation);

#endif
