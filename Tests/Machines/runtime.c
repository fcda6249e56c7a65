// Stands in for Swift's runtime, as a library of its own in a folder of its own.
#include "runtime.h"

#include <stdlib.h>

void swift_beginAccess(void *variable, void *record, uintptr_t flags, void *place) {
  *(void **)record = variable;
  (void)flags;
  (void)place;
}

void swift_once(long *token, void (*body)(void *), void *context) {
  if (*token == 0) body(context);
  *token = 1;
}

void *swift_allocObject(const void *type, size_t size, size_t alignment_mask) {
  (void)alignment_mask;
  const void **object = malloc(size);
  if (object != NULL) *object = type;
  return object;
}

struct box swift_allocBox(const void *type) {
  char *object = swift_allocObject(type, 32, 15);
  return (struct box){object, object + 16};
}

void *swift_slowAlloc(size_t size, size_t alignment_mask) {
  (void)alignment_mask;
  return malloc(size);
}
