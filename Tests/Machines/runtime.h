// The functions of Swift's runtime that the hooks lead calls past, as far as they matter for that.
#ifndef RUNTIME_H
#define RUNTIME_H

#include <stddef.h>
#include <stdint.h>

void swift_beginAccess(void *variable, void *record, uintptr_t flags, void *place);
void swift_once(long *token, void (*body)(void *), void *context);
void *swift_allocObject(const void *type, size_t size, size_t alignment_mask);
struct box {
  void *object, *value;
};
struct box swift_allocBox(const void *type);
void *swift_slowAlloc(size_t size, size_t alignment_mask);

#endif
