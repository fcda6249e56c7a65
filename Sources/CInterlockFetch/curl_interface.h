/// The part of libcurl's interface that is used here.
///
/// The numbers are part of libcurl's binary interface and never change; they are repeated here so
/// that building needs no header of libcurl. https://curl.se/libcurl/c/
#ifndef INTERLOCK_CURL_INTERFACE_H
#define INTERLOCK_CURL_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

typedef struct curl_handle curl_handle;

enum {
  CURL_GLOBAL_DEFAULT = 3,
  CURL_ERROR_SIZE = 256,
  CURLPROTO_HTTP = 1 << 0,
  CURLPROTO_HTTPS = 1 << 1,
};

typedef enum {
  CURLE_OK = 0,
  CURLE_UNSUPPORTED_PROTOCOL = 1,
  CURLE_HTTP_RETURNED_ERROR = 22,
  CURLE_WRITE_ERROR = 23,
  CURLE_ABORTED_BY_CALLBACK = 42,
  CURLE_UNKNOWN_OPTION = 48,
} curl_code;

/// A number of the thousands says how the value is passed: long, pointer, function.
typedef enum {
  CURLOPT_LOW_SPEED_LIMIT = 19,
  CURLOPT_LOW_SPEED_TIME = 20,
  CURLOPT_NOPROGRESS = 43,
  CURLOPT_FAILONERROR = 45,
  CURLOPT_FOLLOWLOCATION = 52,
  CURLOPT_MAXREDIRS = 68,
  CURLOPT_BUFFERSIZE = 98,
  CURLOPT_NOSIGNAL = 99,
  CURLOPT_TIMEOUT_MS = 155,
  CURLOPT_CONNECTTIMEOUT_MS = 156,
  CURLOPT_PROTOCOLS = 181,
  CURLOPT_REDIR_PROTOCOLS = 182,
  CURLOPT_WRITEDATA = 10001,
  CURLOPT_URL = 10002,
  CURLOPT_ERRORBUFFER = 10010,
  CURLOPT_USERAGENT = 10018,
  CURLOPT_XFERINFODATA = 10057,
  CURLOPT_NOPROXY = 10177,
  CURLOPT_PROTOCOLS_STR = 10318,
  CURLOPT_REDIR_PROTOCOLS_STR = 10319,
  CURLOPT_WRITEFUNCTION = 20011,
  CURLOPT_XFERINFOFUNCTION = 20219,
} curl_option;

/// libcurl's functions, once it is loaded.
struct curl_interface {
  curl_code (*global_init)(long flags);
  curl_handle *(*easy_init)(void);
  curl_code (*easy_setopt)(curl_handle *, curl_option, ...);
  curl_code (*easy_perform)(curl_handle *);
  void (*easy_cleanup)(curl_handle *);
  const char *(*easy_strerror)(curl_code);
};

#endif
