import Glibc

@testable import InterlockPrograms

/// An empty folder for one test, removed at its end with everything in it.
final class TemporaryFolder {
  let path: String

  init() throws {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = "\(parent)/interlock-XXXXXX".utf8CString.map { $0 }
    guard unsafe mkdtemp(&template) != nil else { throw SystemError.last }
    path = FolderPath.text(template)
  }

  deinit {
    Self.empty(path, in: AT_FDCWD)
    unsafe rmdir(path)
  }

  /// The path of what is called `name` in this folder.
  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Creates a file, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// Creates a file, and returns its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String, at offset: Int = 0) throws -> String {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC
    let descriptor = try SystemError.check { unsafe open(self(name), flags, 0o644) }
    defer { close(descriptor) }
    try SystemError.check { unsafe pwrite(descriptor, bytes, bytes.count, offset) }
    return self(name)
  }

  /// Creates a folder, and returns its path.
  @discardableResult
  func makeFolder(_ name: String) throws -> String {
    try SystemError.check { unsafe mkdir(self(name), 0o755) }
    return self(name)
  }

  /// Creates a symbolic link, and returns its path.
  @discardableResult
  func makeLink(_ name: String, to target: String) throws -> String {
    try SystemError.check { unsafe symlink(target, self(name)) }
    return self(name)
  }

  /// Creates a named pipe, and returns its path.
  func makePipe(_ name: String) throws -> String {
    try SystemError.check { unsafe mkfifo(self(name), 0o644) }
    return self(name)
  }

  /// Removes what is in a folder; names instead of paths, which may be too long for the system.
  private static func empty(_ name: String, in parent: Int32) {
    let descriptor = unsafe openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0, let stream = unsafe fdopendir(descriptor) else { return }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      if unsafe unlinkat(descriptor, name, 0) == 0 { continue }
      empty(name, in: descriptor)
      unsafe unlinkat(descriptor, name, AT_REMOVEDIR)
    }
  }
}
