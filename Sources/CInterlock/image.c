#define _GNU_SOURCE
#include "CInterlock.h"

#include <link.h>
#include <string.h>

struct search {
  // NULL for the executable, which is the first image there is.
  const void *address;
  struct interlock_image *image;
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

static int look(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  struct search *search = context;
  bool is_main = search->seen++ == 0;
  if (search->address == NULL ? !is_main : !contains(info, search->address)) return 0;
  memset(search->image, 0, sizeof *search->image);
  search->image->bias = info->dlpi_addr;
  search->image->is_main = is_main;
  read_build_identifier(info, search->image);
  return 1;
}

bool interlock_image_of(const void *address, struct interlock_image *image) {
  struct search search = {.address = address, .image = image};
  return dl_iterate_phdr(look, &search) != 0;
}

struct interlock_image interlock_main_image(void) {
  struct interlock_image image = {0};
  struct search search = {.address = NULL, .image = &image};
  dl_iterate_phdr(look, &search);
  return image;
}
