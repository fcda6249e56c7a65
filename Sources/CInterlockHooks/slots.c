// Where code looks up functions of other files: a table in each file, which the dynamic loader fills in.
#define _GNU_SOURCE
#include "hooks.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { is_called_through = R_X86_64_JUMP_SLOT, is_looked_up = R_X86_64_GLOB_DAT };
#elif defined(__aarch64__)
enum { is_called_through = R_AARCH64_JUMP_SLOT, is_looked_up = R_AARCH64_GLOB_DAT };
#endif

struct slot {
  void **address;
  void *replacement;
  // Whether the loader has made it unchangeable.
  bool is_protected;
};

// Two for each function and file; programs have a few files of their own.
static struct slot slots[256];
static size_t slot_count;

// A file that is loaded, as far as it matters here.
struct file {
  ElfW(Addr) base;
  const ElfW(Sym) *symbols;
  const char *names;
  const ElfW(Rela) *calls, *others;
  size_t call_count, other_count;
  ElfW(Addr) protected_start, protected_end;
};

// Some loaders leave addresses as they are in the file.
static const void *pointer(const struct file *file, ElfW(Addr) address) {
  return (const void *)(address < file->base ? file->base + address : address);
}

static void read_dynamic_section(struct file *file, const ElfW(Dyn) *entry) {
  for (; entry->d_tag != DT_NULL; entry++) {
    switch (entry->d_tag) {
    case DT_SYMTAB: file->symbols = pointer(file, entry->d_un.d_ptr); break;
    case DT_STRTAB: file->names = pointer(file, entry->d_un.d_ptr); break;
    case DT_JMPREL: file->calls = pointer(file, entry->d_un.d_ptr); break;
    case DT_PLTRELSZ: file->call_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
    case DT_RELA: file->others = pointer(file, entry->d_un.d_ptr); break;
    case DT_RELASZ: file->other_count = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
    default: break;
    }
  }
}

static struct file read_file(const struct dl_phdr_info *info) {
  struct file file = {.base = info->dlpi_addr};
  ElfW(Addr) page = (ElfW(Addr))sysconf(_SC_PAGESIZE);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    ElfW(Addr) start = info->dlpi_addr + segment->p_vaddr;
    if (segment->p_type == PT_DYNAMIC) read_dynamic_section(&file, (const ElfW(Dyn) *)start);
    if (segment->p_type == PT_GNU_RELRO) {
      // Whole pages, as the loader does it.
      file.protected_start = start & ~(page - 1);
      file.protected_end = (start + segment->p_memsz) & ~(page - 1);
    }
  }
  return file;
}

static const struct hook *hook_named(const char *name, const struct hook *hooks, size_t count) {
  if (strncmp(name, "swift_", 6) != 0) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(name, hooks[i].name) == 0) return &hooks[i];
  }
  return NULL;
}

static void find_in(
    const struct file *file, const ElfW(Rela) *entries, size_t entry_count,
    const struct hook *hooks, size_t count) {
  if (entries == NULL || file->symbols == NULL || file->names == NULL) return;
  for (size_t i = 0; i < entry_count; i++) {
    unsigned type = (unsigned)ELF64_R_TYPE(entries[i].r_info);
    if (type != is_called_through && type != is_looked_up) continue;
    const ElfW(Sym) *symbol = &file->symbols[ELF64_R_SYM(entries[i].r_info)];
    const struct hook *hook = hook_named(file->names + symbol->st_name, hooks, count);
    if (hook == NULL || slot_count == sizeof slots / sizeof *slots) continue;
    ElfW(Addr) address = file->base + entries[i].r_offset;
    bool is_protected = address >= file->protected_start && address < file->protected_end;
    slots[slot_count++] = (struct slot){(void **)address, hook->replacement, is_protected};
  }
}

struct search {
  const struct hook *hooks;
  size_t count;
  // The folder of the runtime, with its last slash.
  const char *runtime;
  size_t runtime_length;
};

static int look(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  const struct search *search = context;
  // What comes with the language has locks of its own, which nobody here knows of.
  const char *path = info->dlpi_name;
  const char *name = strrchr(path, '/');
  bool is_beside_runtime =
      name != NULL && (size_t)(name + 1 - path) == search->runtime_length &&
      strncmp(path, search->runtime, search->runtime_length) == 0;
  if (is_beside_runtime) return 0;
  struct file file = read_file(info);
  find_in(&file, file.calls, file.call_count, search->hooks, search->count);
  find_in(&file, file.others, file.other_count, search->hooks, search->count);
  return 0;
}

void interlock_slots_find(const struct hook *hooks, size_t count) {
  Dl_info runtime;
  if (dladdr(hooks[0].original, &runtime) == 0 || runtime.dli_fname == NULL) return;
  const char *name = strrchr(runtime.dli_fname, '/');
  struct search search = {hooks, count, runtime.dli_fname, 0};
  if (name != NULL) search.runtime_length = (size_t)(name + 1 - runtime.dli_fname);
  dl_iterate_phdr(look, &search);
}

// Other threads call through the slot meanwhile: they find one function or the other.
static void fill(const struct slot *slot) {
  if (__atomic_load_n(slot->address, __ATOMIC_RELAXED) == slot->replacement) return;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *start = (void *)((uintptr_t)slot->address & ~(page - 1));
  if (slot->is_protected && mprotect(start, page, PROT_READ | PROT_WRITE) != 0) return;
  __atomic_store_n(slot->address, slot->replacement, __ATOMIC_RELEASE);
  if (slot->is_protected) mprotect(start, page, PROT_READ);
}

void interlock_slots_fill(void) {
  for (size_t i = 0; i < slot_count; i++) fill(&slots[i]);
}
