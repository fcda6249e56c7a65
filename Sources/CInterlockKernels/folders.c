#define _GNU_SOURCE
#include "CInterlockKernels.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ptrdiff_t interlock_list_folder(int descriptor, void *buffer, size_t size) {
  return syscall(SYS_getdents64, descriptor, buffer, size);
}

struct interlock_folder_entry interlock_folder_entry_at(const void *place) {
  const struct dirent64 *entry = place;
  return (struct interlock_folder_entry){
      .name = entry->d_name,
      .name_length = strlen(entry->d_name),
      .type = entry->d_type,
      .size = entry->d_reclen,
  };
}

int interlock_open_place(int start, const char *path) {
  return openat(start, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int interlock_contains(const char *name, size_t length, const void *part, size_t part_length) {
  if (part_length == 0) return 1;
  // Names are short: what memmem prepares for a long search would cost more than this takes.
  const char first = *(const char *)part;
  while (length >= part_length) {
    const char *start = memchr(name, first, length - part_length + 1);
    if (start == NULL) return 0;
    if (memcmp(start, part, part_length) == 0) return 1;
    length -= (size_t)(start + 1 - name);
    name = start + 1;
  }
  return 0;
}
