#define _GNU_SOURCE
#include "hooks.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

_Thread_local struct interlock_notes *interlock_accesses_go_to;
_Thread_local struct interlock_notes *interlock_objects_go_to;

// Not inlined, and the branch that leads here is not marked as rare: the compiler would move it into a
// function of its own, which then is what the hook's return address is in.
__attribute__((noinline)) static void note_access(
    struct interlock_notes *notes, void *variable, bool is_write, void *place) {
  struct interlock_access *next = &notes->accesses[notes->access_count];
  next->variable = (uintptr_t)variable;
  next->place = (uintptr_t)place;
  next->object_count = (uint32_t)notes->object_count;
  next->is_write = is_write;
  if (notes->access_count > 0) {
    // The same again, as in a loop.
    const struct interlock_access *last = next - 1;
    if (last->variable == next->variable && last->is_write == is_write &&
        last->object_count == next->object_count) {
      return;
    }
  }
  if (++notes->access_count < notes->access_capacity) return;
  // Whoever makes room is not watched.
  struct interlock_notes *accesses = interlock_accesses_go_to, *objects = interlock_objects_go_to;
  interlock_accesses_go_to = NULL;
  interlock_objects_go_to = NULL;
  notes->is_full(notes->context);
  notes->access_count = 0;
  interlock_accesses_go_to = accesses;
  interlock_objects_go_to = objects;
}

__attribute__((noinline)) static void note_object(
    struct interlock_notes *notes, void *address, size_t size, const void *type) {
  if (notes->object_count == notes->object_capacity) {
    size_t capacity = notes->object_capacity == 0 ? 1024 : 2 * notes->object_capacity;
    void *objects = realloc(notes->objects, capacity * sizeof *notes->objects);
    // Whoever has no memory for this is about to have none for anything.
    if (objects == NULL) return;
    notes->objects = objects;
    notes->object_capacity = capacity;
  }
  notes->objects[notes->object_count++] = (struct interlock_object){
      (uintptr_t)address, size, (uintptr_t)type, notes->moment, notes->once_depth > 0};
}

// Address Sanitizer would say that what was freed is read, which is what this is for.
__attribute__((no_sanitize("address", "thread"))) bool interlock_object_is_there(
    const struct interlock_object *object) {
  // Of larger ones the first word may be in a page that the system has got back.
  static const size_t greatest_size = 64 << 10;
  if (object->type == 0 || object->size > greatest_size) return true;
  return *(const volatile uintptr_t *)object->address == object->type;
}

struct box {
  void *object, *value;
};

typedef void (*begin_access)(void *variable, void *record, uintptr_t flags, void *place);
typedef void (*once)(long *token, void (*body)(void *), void *context);
typedef void *(*allocate_object)(const void *type, size_t size, size_t alignment_mask);
typedef struct box (*allocate_box)(const void *type);
typedef void *(*allocate)(size_t size, size_t alignment_mask);

static void hooked_begin_access(void *variable, void *record, uintptr_t flags, void *place);
static void hooked_once(long *token, void (*body)(void *), void *context);
static void *hooked_allocate_object(const void *type, size_t size, size_t alignment_mask);
static struct box hooked_allocate_box(const void *type);
static void *hooked_allocate(size_t size, size_t alignment_mask);

enum { BEGIN_ACCESS, ONCE, ALLOCATE_OBJECT, ALLOCATE_BOX, ALLOCATE, HOOK_COUNT };

static struct hook hooks[HOOK_COUNT] = {
    [BEGIN_ACCESS] = {"swift_beginAccess", (void *)hooked_begin_access, NULL},
    [ONCE] = {"swift_once", (void *)hooked_once, NULL},
    [ALLOCATE_OBJECT] = {"swift_allocObject", (void *)hooked_allocate_object, NULL},
    [ALLOCATE_BOX] = {"swift_allocBox", (void *)hooked_allocate_box, NULL},
    [ALLOCATE] = {"swift_slowAlloc", (void *)hooked_allocate, NULL},
};

// The runtime names the place of an access in what it says of one that overlaps: if it is given none, that
// of its caller.
static void hooked_begin_access(void *variable, void *record, uintptr_t flags, void *place) {
  static const uintptr_t modification = 1;
  struct interlock_notes *notes = interlock_accesses_go_to;
  if (place == NULL) place = __builtin_return_address(0);
  if (notes != NULL) {
    note_access(notes, variable, (flags & modification) != 0, place);
  }
  ((begin_access)hooks[BEGIN_ACCESS].original)(variable, record, flags, place);
}

// Whoever comes later finds the value complete: what its initialiser did comes before everything.
static void hooked_once(long *token, void (*body)(void *), void *context) {
  struct interlock_notes *accesses = interlock_accesses_go_to, *objects = interlock_objects_go_to;
  interlock_accesses_go_to = NULL;
  if (objects != NULL) objects->once_depth++;
  ((once)hooks[ONCE].original)(token, body, context);
  if (objects != NULL) objects->once_depth--;
  interlock_accesses_go_to = accesses;
}

static void *hooked_allocate_object(const void *type, size_t size, size_t alignment_mask) {
  void *object =
      ((allocate_object)hooks[ALLOCATE_OBJECT].original)(type, size, alignment_mask);
  struct interlock_notes *notes = interlock_objects_go_to;
  if (notes != NULL) note_object(notes, object, size, type);
  return object;
}

// How large it is the type would say. Only the variable in it can be accessed, and that has its beginning here.
static struct box hooked_allocate_box(const void *type) {
  struct box box = ((allocate_box)hooks[ALLOCATE_BOX].original)(type);
  struct interlock_notes *notes = interlock_objects_go_to;
  if (notes != NULL) note_object(notes, box.value, 1, NULL);
  return box;
}

static void *hooked_allocate(size_t size, size_t alignment_mask) {
  void *memory = ((allocate)hooks[ALLOCATE].original)(size, alignment_mask);
  struct interlock_notes *notes = interlock_objects_go_to;
  if (notes != NULL) note_object(notes, memory, size, NULL);
  return memory;
}

extern void swift_beginAccess(void *variable, void *record, uintptr_t flags, void *place)
    __attribute__((weak));

static bool are_seen;

// Whether a call as the compiler makes it gets here.
static void test(void) {
  static const uintptr_t untracked_read = 0;
  struct interlock_access space[2];
  struct interlock_notes notes = {.accesses = space, .access_capacity = 2};
  int variable = 0;
  void *record[3] = {NULL};
  struct interlock_notes *before = interlock_accesses_go_to;
  interlock_accesses_go_to = &notes;
  swift_beginAccess(&variable, record, untracked_read, NULL);
  interlock_accesses_go_to = before;
  are_seen = notes.access_count == 1 && space[0].variable == (uintptr_t)&variable;
}

static void install(void) {
  if (swift_beginAccess == NULL) return;
  for (size_t i = 0; i < HOOK_COUNT; i++) {
    hooks[i].original = dlsym(RTLD_DEFAULT, hooks[i].name);
    // In a program that has the runtime inside there is nothing to look up.
    if (hooks[i].original == NULL) return;
  }
  interlock_slots_find(hooks, HOOK_COUNT);
  interlock_slots_fill();
  test();
}

bool interlock_hooks_install(void) {
  static pthread_once_t is_installed = PTHREAD_ONCE_INIT;
  pthread_once(&is_installed, install);
  if (are_seen) interlock_slots_fill();
  return are_seen;
}
