import Glibc

/// A file that was found and not yet opened.
package struct FileReference: Sendable {
  /// Its name from `folder` on, with a zero at the end.
  let name: [CChar]
  /// The folder in which it was found; `nil` if a user has named the file.
  let folder: OpenFolder?

  /// Where the file is, as far as that is text.
  package var path: String {
    folder?.path.appending(name) ?? FolderPath.text(name)
  }

  /// Whether a user has named it: then it may be a link, a device or a named pipe.
  package var isNamedByUser: Bool { folder == nil }

  /// Opens the file for reading, without waiting for anything.
  ///
  /// - Throws: ``SystemError`` if that is not possible, or the file is not there any more.
  package func open() throws(SystemError) -> OpenFile {
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (isNamedByUser ? 0 : O_NOFOLLOW)
    let start = folder?.descriptor ?? AT_FDCWD
    let descriptor = try SystemError.check { unsafe openat(start, name, flags) }
    return try OpenFile(descriptor: descriptor, isOwned: true)
  }
}
