// What the files of the hooks share.
#ifndef INTERLOCK_HOOKS_H
#define INTERLOCK_HOOKS_H

#include "CInterlockHooks.h"

// A function of the runtime, and the one that is called in its place.
struct hook {
  const char *name;
  void *replacement;
  // The runtime's own, NULL if it has none.
  void *original;
};

// Finds where the code of the process looks up the functions, other than the runtime's own code; and makes it
// find the replacements.
__attribute__((visibility("hidden"))) void interlock_slots_find(
    const struct hook *hooks, size_t count);

// Makes it find them again, where it does not any more.
__attribute__((visibility("hidden"))) void interlock_slots_fill(void);

#endif
