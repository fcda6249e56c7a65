/// Tells whoever asks what the code of the process does with variables.
///
/// The compiler puts a call of the language's runtime in front of accesses to variables that threads may
/// share. Those calls go by way of tables in each file that is loaded; here they are led past a function that
/// writes down the access, if the calling thread is watched, and goes on to the runtime's.
/// Documentation/Internals/PlainVariables.md says why it is done like this.
#ifndef CINTERLOCKHOOKS_H
#define CINTERLOCKHOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An access to a variable.
struct interlock_access {
  uintptr_t variable;
  /// Where the code goes on after it.
  uintptr_t place;
  /// How many objects were made before.
  uint32_t object_count;
  bool is_write;
};

/// A part of what a watched thread does.
struct interlock_moment {
  uint32_t thread;
  /// How many steps it had done, and how many threads it had started.
  uint32_t step, children;
};

/// Memory that became an object: what was there before is another variable.
struct interlock_object {
  uintptr_t address;
  size_t size;
  /// What its first word says of which type it is; 0 if it has no such word.
  uintptr_t type;
  struct interlock_moment moment;
  /// Whether it is part of a value that is made once and stays.
  bool is_lasting;
};

/// What watched threads have done, in order.
struct interlock_notes {
  /// Until somebody has read them, and sets the count to 0.
  struct interlock_access *accesses;
  size_t access_count, access_capacity;
  /// Called when there is no room for more accesses, by the thread that writes; it reads them.
  void (*is_full)(void *context);
  void *context;
  /// All; the array grows.
  struct interlock_object *objects;
  size_t object_count, object_capacity;
  /// What the thread does now.
  struct interlock_moment moment;
  /// In how many initialisers of values that are made once the thread is.
  size_t once_depth;
};

/// Where the accesses of the calling thread are written down; NULL if they are not.
extern _Thread_local struct interlock_notes *interlock_accesses_go_to
    __attribute__((tls_model("initial-exec")));
/// Where the objects that it makes are written down; NULL if they are not.
extern _Thread_local struct interlock_notes *interlock_objects_go_to
    __attribute__((tls_model("initial-exec")));

static inline void interlock_note_accesses(struct interlock_notes *notes) {
  interlock_accesses_go_to = notes;
}

/// Returns where they went before.
static inline struct interlock_notes *interlock_note_objects(struct interlock_notes *notes) {
  struct interlock_notes *before = interlock_objects_go_to;
  interlock_objects_go_to = notes;
  return before;
}

/// Whether memory that became an object looks as if it still were: not if something was made there since that
/// nobody has seen.
///
/// Some of the memory must be in use.
bool interlock_object_is_there(const struct interlock_object *object);

/// Leads the calls past here, the first time in the process. Returns whether accesses are seen.
bool interlock_hooks_install(void);

#endif
