#ifndef INTERLOCK_FOLDERS_H
#define INTERLOCK_FOLDERS_H

#include <stddef.h>
#include <stdint.h>

/// Lists a part of a folder into `buffer`, from where the last call has arrived.
///
/// Returns how many bytes of entries there are, 0 at the end of the folder, or -1 with `errno` set.
/// `buffer` is aligned for 64-bit numbers.
ptrdiff_t interlock_list_folder(int descriptor, void *buffer, size_t size);

/// An entry of a list that `interlock_list_folder` has made.
struct interlock_folder_entry {
  /// The name, with a zero at its end. It lies in the list.
  const char *name;
  size_t name_length;
  /// `DT_DIR` and so on; `DT_UNKNOWN` if the file system does not tell.
  uint8_t type;
  /// How many bytes further the next entry begins.
  size_t size;
};

/// The entry that begins at `place` in a list.
struct interlock_folder_entry interlock_folder_entry_at(const void *place);

/// Opens a folder as a place to start from, without reading it; links at the end of `path` are not
/// followed. Returns a descriptor, or -1 with `errno` set.
int interlock_open_place(int start, const char *path);

/// Whether `part` occurs in the `length` bytes of `name`.
int interlock_contains(const char *name, size_t length, const void *part, size_t part_length);

#endif
