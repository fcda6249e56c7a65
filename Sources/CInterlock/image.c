#define _GNU_SOURCE
#include "CInterlock.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

struct search {
  // NULL for the executable, which is the first image there is.
  const void *address;
  struct interlock_image *image;
  // To find out what the file is called takes a call of the system.
  bool wants_path;
  int seen;
};

static bool contains(const struct dl_phdr_info *info, const void *address) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD) continue;
    uintptr_t start = info->dlpi_addr + segment->p_vaddr;
    if ((uintptr_t)address >= start && (uintptr_t)address < start + segment->p_memsz) return true;
  }
  return false;
}

static size_t rounded(size_t size) { return (size + 3) & ~(size_t)3; }

static void read_build_identifier(const struct dl_phdr_info *info, struct interlock_image *image) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_NOTE) continue;
    const char *next = (const char *)(info->dlpi_addr + segment->p_vaddr);
    const char *end = next + segment->p_memsz;
    while (next + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      memcpy(&note, next, sizeof note);
      const char *name = next + sizeof note;
      const char *bytes = name + rounded(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
        size_t size = note.n_descsz;
        if (size > sizeof image->build_identifier) size = sizeof image->build_identifier;
        memcpy(image->build_identifier, bytes, size);
        image->build_identifier_size = (int32_t)size;
        return;
      }
      next = bytes + rounded(note.n_descsz);
    }
  }
}

static void read_code_end(const struct dl_phdr_info *info, struct interlock_image *image) {
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_X) == 0) continue;
    uintptr_t end = info->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    if (end > image->code_end) image->code_end = end;
  }
}

// A path that is too long is none: half of it would be another file's.
static void read_path(const struct dl_phdr_info *info, struct interlock_image *image) {
  size_t length = strlen(info->dlpi_name);
  if (length == 0) {
    // The loader has no name for the executable.
    ssize_t own = readlink("/proc/self/exe", image->path, sizeof image->path);
    if (own > 0 && (size_t)own < sizeof image->path) image->path_length = (int32_t)own;
  } else if (length <= sizeof image->path) {
    memcpy(image->path, info->dlpi_name, length);
    image->path_length = (int32_t)length;
  }
}

static int look(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  struct search *search = context;
  bool is_main = search->seen++ == 0;
  if (search->address == NULL ? !is_main : !contains(info, search->address)) return 0;
  memset(search->image, 0, sizeof *search->image);
  search->image->bias = info->dlpi_addr;
  search->image->is_main = is_main;
  read_build_identifier(info, search->image);
  read_code_end(info, search->image);
  if (search->wants_path) read_path(info, search->image);
  return 1;
}

bool interlock_image_of(const void *address, struct interlock_image *image) {
  struct search search = {.address = address, .image = image};
  return dl_iterate_phdr(look, &search) != 0;
}

bool interlock_image_with_path_of(const void *address, struct interlock_image *image) {
  struct search search = {.address = address, .image = image, .wants_path = true};
  return dl_iterate_phdr(look, &search) != 0;
}

struct interlock_image interlock_main_image(void) {
  struct interlock_image image = {0};
  struct search search = {.address = NULL, .image = &image};
  dl_iterate_phdr(look, &search);
  return image;
}
