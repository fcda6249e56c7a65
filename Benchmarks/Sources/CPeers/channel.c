#include "CPeers.h"

#include <dlfcn.h>
#include <stddef.h>

static void (*put)(long capacity, long count);
static void (*take)(long capacity, long count);

const char *rust_channel_peer_load(const char *path) {
  if (put && take) return NULL;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return dlerror();
  // POSIX promises that the address of a function survives the way through `void *`.
  *(void **)&put = dlsym(library, "channel_put");
  *(void **)&take = dlsym(library, "channel_take");
  return put && take ? NULL : "the library has no channel_put and channel_take";
}

void rust_channel_peer_put(long capacity, long count) { put(capacity, count); }

void rust_channel_peer_take(long capacity, long count) { take(capacity, count); }
