import Glibc
import Interlock
import InterlockPrograms

/// A folder for the files of one test, which goes away with it.
final class TestFolder {
  let path: String
  private var files: [String] = []
  private var folders: [[CChar]] = []

  init() throws {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/interlock-command-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw SystemError.last }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    for file in files { unsafe unlink(file) }
    for folder in folders { unsafe rmdir(folder) }
    unsafe rmdir(path)
  }

  /// The path of a file that may be made there.
  func place(_ name: String) -> String {
    let file = "\(path)/\(name)"
    files.append(file)
    return file
  }

  /// Makes a file.
  func write(_ text: String, to name: String) throws -> String {
    let file = place(name)
    let descriptor = try SystemError.check {
      unsafe open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    defer { close(descriptor) }
    var rest = text[...]
    try rest.withUTF8 { bytes in
      _ = try SystemError.check { unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
    }
    return file
  }

  /// Makes an empty folder whose name is a text and some bytes behind it, and returns its path.
  func makeFolder(_ text: String, _ bytes: [UInt8]) throws -> [UInt8] {
    let path = Array(place(text).utf8) + bytes
    folders.append(path.map { CChar(bitPattern: $0) } + [0])
    try SystemError.check { unsafe mkdir(folders[folders.count - 1], 0o700) }
    return path
  }

  /// Makes a named pipe.
  func makePipe(_ name: String) throws -> String {
    let file = place(name)
    try SystemError.check { unsafe mkfifo(file, 0o600) }
    return file
  }

  /// Waits until a program has opened a named pipe for reading, and opens it for writing.
  func openForWritingWhenRead(_ name: String) throws -> Int32 {
    while true {
      let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if descriptor >= 0 { return descriptor }
      guard errno == ENXIO else { throw SystemError.last }
      CurrentThread.yield()
    }
  }
}
