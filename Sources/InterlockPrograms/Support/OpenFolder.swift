import Glibc

/// A folder that is open for reading its entries; closed when nobody needs it any more.
///
/// Whoever holds it can open the files in it by their names alone, wherever the folder is moved and
/// however long its path is.
@safe
package final class OpenFolder: @unchecked Sendable {
  // SAFETY: opened in `init` and closed in `deinit`. The descriptor may be used by any thread; the
  // stream has a position, and is used by the one walk that made the folder.
  private let stream: OpaquePointer
  /// The descriptor, for system calls that start at a folder.
  let descriptor: Int32
  /// Where the folder was found.
  let path: FolderPath

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - name: The name, from `parent` on.
  ///   - parent: The descriptor of the folder to start at, or `AT_FDCWD`.
  ///   - followsLink: Whether `name` may be a symbolic link.
  ///   - path: Where it is, for reports.
  /// - Throws: ``SystemError`` if that is not possible.
  init(
    _ name: [CChar],
    in parent: Int32,
    followsLink: Bool,
    path: FolderPath
  )
    throws(SystemError)
  {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
    let descriptor = try SystemError.check { unsafe openat(parent, name, flags) }
    guard let stream = unsafe fdopendir(descriptor) else {
      let error = SystemError.last
      close(descriptor)
      throw error
    }
    unsafe self.stream = stream
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    unsafe closedir(stream)
  }

  /// An entry of the folder.
  struct Entry {
    /// Its name, with a zero at the end.
    let name: [CChar]
    let kind: FileKind
  }

  /// The next entry, except the folder itself and its parent; `nil` at the end.
  ///
  /// - Throws: ``SystemError`` if the folder cannot be read further.
  func nextEntry() throws(SystemError) -> Entry? {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno == 0 { return nil }
        throw .last
      }
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 1) { start in
          unsafe [CChar](UnsafeBufferPointer(start: start, count: strlen(start) + 1))
        }
      }
      if FolderPath.isDots(name) { continue }
      return unsafe Entry(
        name: name,
        kind: FileKind(entryType: entry.pointee.d_type) ?? kind(of: name)
      )
    }
  }

  /// What `name` is; for file systems that do not say so in their lists.
  private func kind(of name: [CChar]) -> FileKind {
    var status = stat()
    guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return .other }
    return FileKind(status)
  }

  /// Which folder it is, whatever its path, and where reading it has arrived.
  func bookmark() throws(SystemError) -> FolderBookmark {
    var status = stat()
    try SystemError.check { unsafe fstat(descriptor, &status) }
    return unsafe FolderBookmark(
      device: status.st_dev,
      file: status.st_ino,
      position: telldir(stream)
    )
  }

  /// Goes on where `bookmark` was made, by this or another stream on the same folder.
  ///
  /// - Throws: ``SystemError`` if it is another folder.
  func resume(at bookmark: FolderBookmark) throws(SystemError) {
    let here = try self.bookmark()
    guard here.device == bookmark.device, here.file == bookmark.file else {
      throw SystemError(ESTALE)
    }
    unsafe seekdir(stream, bookmark.position)
  }
}

/// A place in a folder to come back to.
struct FolderBookmark: Sendable {
  let device: dev_t
  let file: ino_t
  let position: Int
}

/// What an entry of a folder is, as far as programs that read files need to know.
enum FileKind: Sendable {
  case regular
  case folder
  /// A link, a device, a socket, a named pipe.
  case other

  /// `nil` if the file system does not tell.
  init?(entryType: UInt8) {
    switch Int(entryType) {
    case Int(DT_REG): self = .regular
    case Int(DT_DIR): self = .folder
    case Int(DT_UNKNOWN): return nil
    default: self = .other
    }
  }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}
