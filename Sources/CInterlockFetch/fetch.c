#define _GNU_SOURCE
#include "CInterlockFetch.h"
#include "curl_interface.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// Loading the library, once.

static const char *const library_names[] = {
    "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4", "libcurl.4.dylib"};

static pthread_once_t was_loaded = PTHREAD_ONCE_INIT;
// Written by `load`, and only read after it has ended.
static struct curl_interface curl;
static bool is_available;

static void load(void) {
  void *library = NULL;
  for (size_t i = 0; i < sizeof library_names / sizeof library_names[0] && library == NULL; i++) {
    library = dlopen(library_names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) return;
  const struct {
    const char *name;
    void **function;
  } functions[] = {
      {"curl_global_init", (void **)&curl.global_init},
      {"curl_easy_init", (void **)&curl.easy_init},
      {"curl_easy_setopt", (void **)&curl.easy_setopt},
      {"curl_easy_perform", (void **)&curl.easy_perform},
      {"curl_easy_cleanup", (void **)&curl.easy_cleanup},
      {"curl_easy_strerror", (void **)&curl.easy_strerror},
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    *functions[i].function = dlsym(library, functions[i].name);
    if (*functions[i].function == NULL) return;
  }
  is_available = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// What libcurl calls back.

struct transfer {
  bool (*receive)(const void *bytes, size_t count, void *context);
  bool (*should_stop)(void *context);
  void *context;
  bool was_stopped;
};

static size_t take_bytes(char *bytes, size_t size, size_t count, void *argument) {
  struct transfer *transfer = argument;
  if (transfer->receive(bytes, size * count, transfer->context)) return size * count;
  transfer->was_stopped = true;
  // Any other number than that of the bytes ends the transfer.
  return size * count == 0 ? 1 : 0;
}

static int look_whether_to_stop(
    void *argument, int64_t expected, int64_t received, int64_t to_send, int64_t sent) {
  (void)expected, (void)received, (void)to_send, (void)sent;
  struct transfer *transfer = argument;
  if (!transfer->should_stop(transfer->context)) return 0;
  transfer->was_stopped = true;
  return 1;
}

// A transfer.

/// Writing to a connection that the other side has closed raises SIGPIPE, which would end the
/// program. libcurl avoids it only for some ways of writing: keep it away from this thread.
struct broken_pipe_guard {
  sigset_t signal;
  sigset_t mask_before;
  bool was_pending;
};

static void begin_guard(struct broken_pipe_guard *guard) {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  guard->was_pending = sigismember(&pending, SIGPIPE) == 1;
  sigemptyset(&guard->signal);
  sigaddset(&guard->signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &guard->signal, &guard->mask_before);
}

static void end_guard(const struct broken_pipe_guard *guard) {
  const struct timespec at_once = {0};
  if (!guard->was_pending) sigtimedwait(&guard->signal, NULL, &at_once);
  pthread_sigmask(SIG_SETMASK, &guard->mask_before, NULL);
}

/// Lets only http and https pass, for the address itself and for where redirects lead.
static bool restrict_protocols(curl_handle *handle) {
  curl_code first = curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  if (first == CURLE_OK) {
    return curl.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK;
  }
  // Before version 7.85.
  const long protocols = CURLPROTO_HTTP | CURLPROTO_HTTPS;
  return curl.easy_setopt(handle, CURLOPT_PROTOCOLS, protocols) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, protocols) == CURLE_OK;
}

static bool set_options(
    curl_handle *handle, const char *url, const struct interlock_fetch_limits *limits,
    bool uses_proxy, struct transfer *transfer, char *explanation) {
  const struct {
    curl_option option;
    long value;
  } numbers[] = {
      // Signals cannot be used where there are threads.
      {CURLOPT_NOSIGNAL, 1},
      {CURLOPT_BUFFERSIZE, 64 * 1024},
      {CURLOPT_FAILONERROR, 1},
      {CURLOPT_FOLLOWLOCATION, 1},
      {CURLOPT_MAXREDIRS, (long)limits->redirects},
      {CURLOPT_CONNECTTIMEOUT_MS, (long)limits->connect_milliseconds},
      {CURLOPT_LOW_SPEED_LIMIT, 1},
      {CURLOPT_LOW_SPEED_TIME, (long)limits->stall_seconds},
      {CURLOPT_TIMEOUT_MS, (long)limits->total_milliseconds},
      {CURLOPT_NOPROGRESS, 0},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    if (curl.easy_setopt(handle, numbers[i].option, numbers[i].value) != CURLE_OK) return false;
  }
  return restrict_protocols(handle)
         && curl.easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_USERAGENT, "interlock") == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_NOPROXY, uses_proxy ? NULL : "*") == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, explanation) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_WRITEDATA, transfer) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_whether_to_stop) == CURLE_OK
         && curl.easy_setopt(handle, CURLOPT_XFERINFODATA, transfer) == CURLE_OK;
}

enum interlock_fetch_outcome interlock_fetch(
    const char *url, const struct interlock_fetch_limits *limits, bool uses_proxy,
    bool (*receive)(const void *bytes, size_t count, void *context),
    bool (*should_stop)(void *context), void *context, char *explanation) {
  _Static_assert(
      CURL_ERROR_SIZE <= INTERLOCK_FETCH_EXPLANATION_SIZE, "libcurl's explanation has no room");
  explanation[0] = 0;
  pthread_once(&was_loaded, load);
  if (!is_available) {
    snprintf(
        explanation, INTERLOCK_FETCH_EXPLANATION_SIZE,
        "fetching needs libcurl 4, which is not installed here; install it (Debian and Ubuntu: "
        "apt install libcurl4, Fedora: dnf install libcurl)");
    return INTERLOCK_FETCH_UNAVAILABLE;
  }

  struct transfer transfer = {.receive = receive, .should_stop = should_stop, .context = context};
  curl_code code = CURLE_UNKNOWN_OPTION;
  curl_handle *handle = curl.easy_init();
  if (handle != NULL) {
    if (set_options(handle, url, limits, uses_proxy, &transfer, explanation)) {
      struct broken_pipe_guard guard;
      begin_guard(&guard);
      code = curl.easy_perform(handle);
      curl.easy_cleanup(handle);
      end_guard(&guard);
    } else {
      curl.easy_cleanup(handle);
    }
  }

  if (transfer.was_stopped) return INTERLOCK_FETCH_STOPPED;
  if (code == CURLE_OK) return INTERLOCK_FETCH_DONE;
  if (handle == NULL || code == CURLE_UNKNOWN_OPTION) {
    snprintf(
        explanation, INTERLOCK_FETCH_EXPLANATION_SIZE,
        "the libcurl that is installed here cannot be used; install version 7.32 or later");
    return INTERLOCK_FETCH_UNAVAILABLE;
  }
  if (explanation[0] == 0) {
    snprintf(explanation, INTERLOCK_FETCH_EXPLANATION_SIZE, "%s", curl.easy_strerror(code));
  }
  return INTERLOCK_FETCH_FAILED;
}
