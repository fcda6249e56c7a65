import Glibc

/// A file that takes the place of another one, or of none, once it is complete.
///
/// Until then it has a name of its own in the same folder. What is no ordinary file, such as a device
/// or a pipe, is not replaced but written to.
package final class ReplacingFile {
  private let place: String
  private let descriptor: Int32
  /// What the file is called until it is complete; `nil` if it is not replaced.
  private var temporaryName: String?

  /// Creates a file that is to be called `path`.
  ///
  /// - Throws: ``SystemError`` if that is not possible.
  package init(_ path: String) throws(SystemError) {
    var status = stat()
    let exists = unsafe stat(path, &status) == 0
    place = exists ? Self.withoutLinks(path) : path
    if exists, FileKind(status) != .regular {
      descriptor = try SystemError.check { unsafe open(path, O_WRONLY | O_CLOEXEC) }
      return
    }
    let (name, descriptor) = try Self.create(besides: place)
    self.descriptor = descriptor
    temporaryName = name
    // It goes on belonging to those to whom the old one did, as far as its mode says so.
    if exists { fchmod(descriptor, status.st_mode & ~S_IFMT) }
  }

  deinit {
    close(descriptor)
    if let temporaryName { unsafe unlink(temporaryName) }
  }

  /// Looks whether a file could be created or replaced now.
  ///
  /// - Throws: ``SystemError`` if not.
  package static func check(_ path: String) throws(SystemError) {
    guard !path.isEmpty else { throw SystemError(ENOENT) }
    var status = stat()
    if unsafe stat(path, &status) == 0, FileKind(status) != .regular {
      if status.st_mode & S_IFMT == S_IFDIR { throw SystemError(EISDIR) }
      try SystemError.check { unsafe access(path, W_OK) }
    } else {
      try SystemError.check { unsafe access(folder(of: withoutLinks(path)), W_OK | X_OK) }
    }
  }

  /// Writes some bytes.
  ///
  /// - Throws: ``SystemError`` if that is not possible.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      // SAFETY: the rebased rest lies in `bytes`.
      let piece = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let count = try SystemError.check {
        unsafe Glibc.write(descriptor, piece.baseAddress, piece.count)
      }
      unsafe rest = rest.dropFirst(count)
    }
  }

  /// Puts the file in its place.
  ///
  /// - Throws: ``SystemError`` if that is not possible, or what was written has not arrived.
  package func finish() throws(SystemError) {
    guard let temporaryName else { return }
    // Otherwise some systems may keep the new name and forget the content when power fails; and some
    // report a full disk only now.
    try SystemError.check { fsync(descriptor) }
    try SystemError.check { unsafe rename(temporaryName, place) }
    self.temporaryName = nil
  }

  /// Creates a file with a name that nobody has, in the folder of another.
  private static func create(besides path: String) throws(SystemError) -> (String, Int32) {
    var number = 0
    while true {
      let name = "\(folder(of: path))/.interlock-\(getpid())-\(number)"
      do throws(SystemError) {
        let descriptor = try SystemError.check {
          unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        }
        return (name, descriptor)
      } catch {
        guard error.number == EEXIST else { throw error }
        number += 1
      }
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path of what links lead to; the path itself if there is nothing.
  private static func withoutLinks(_ path: String) -> String {
    // SAFETY: the call gives a C string, which is freed here.
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
