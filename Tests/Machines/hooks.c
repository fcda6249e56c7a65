// The tables that the hooks are put into have entries of other kinds on other processors.
#include "CInterlockHooks.h"
#include "expect.h"
#include "runtime.h"

static struct interlock_access accesses[8];
static struct interlock_notes notes = {.accesses = accesses, .access_capacity = 8};

__attribute__((noinline)) static void touch(void *variable) {
  void *record[3] = {NULL};
  swift_beginAccess(variable, record, 1, NULL);
  EXPECT(record[0] == variable);
}

int main(void) {
  EXPECT(interlock_hooks_install());
  int variable = 0;
  uintptr_t type = 1;
  touch(&variable);
  EXPECT(notes.access_count == 0);

  interlock_note_accesses(&notes);
  interlock_note_objects(&notes);
  touch(&variable);
  void *object = swift_allocObject(&type, 48, 15);
  struct box box = swift_allocBox(&type);
  void *memory = swift_slowAlloc(64, 15);
  long token = 0;
  swift_once(&token, touch, &variable);
  interlock_note_objects(NULL);
  interlock_note_accesses(NULL);

  EXPECT(notes.access_count == 1);
  EXPECT(accesses[0].variable == (uintptr_t)&variable && accesses[0].is_write);
  EXPECT(accesses[0].place > (uintptr_t)touch && accesses[0].place - (uintptr_t)touch < 256);
  EXPECT(token == 1);
  EXPECT(notes.object_count == 3);
  EXPECT(notes.objects[0].address == (uintptr_t)object && notes.objects[0].size == 48);
  EXPECT(notes.objects[0].type == (uintptr_t)&type);
  EXPECT(interlock_object_is_there(&notes.objects[0]));
  EXPECT(notes.objects[1].address == (uintptr_t)box.value && box.value != box.object);
  EXPECT(notes.objects[2].address == (uintptr_t)memory && notes.objects[2].type == 0);
  free(memory);
  free(box.object);
  free(object);
  free(notes.objects);
  return EXIT_SUCCESS;
}
