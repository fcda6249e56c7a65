import Glibc
import Testing

@testable import InterlockPrograms

@Suite struct `A file that takes the place of another` {
  private func contents(of path: String) throws -> String {
    let file = try FileReference(name: Array(path.utf8CString), folder: nil).open()
    var bytes = [UInt8](repeating: 0, count: 1 << 10)
    let result = unsafe bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(SystemError) in try unsafe file.read(into: buffer, at: 0) }
    }
    return String(decoding: bytes.prefix(try result.get()), as: UTF8.self)
  }

  private func names(in folder: TemporaryFolder) throws -> [String] {
    var names: [String] = []
    var walk = FileWalk([folder.path])
    while !walk.isOver {
      if case .file(let reference) = walk.next() { names.append(reference.path) }
    }
    return names.sorted()
  }

  private func write(_ text: String, to file: ReplacingFile) throws {
    let bytes = Array(text.utf8)
    let result = unsafe bytes.withUnsafeBytes { bytes in
      Result { () throws(SystemError) in try unsafe file.write(bytes) }
    }
    try result.get()
  }

  @Test func `is there when it is complete, and not before`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    unsafe chmod(path, 0o640)
    let file = try ReplacingFile(path)
    try write("new", to: file)
    #expect(try contents(of: path) == "old")
    try file.finish()
    #expect(try contents(of: path) == "new")
    #expect(try names(in: folder) == [path])
    var status = stat()
    try SystemError.check { unsafe stat(path, &status) }
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test func `leaves nothing behind if it never is`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    do {
      try write("half", to: try ReplacingFile(path))
      try write("half", to: try ReplacingFile(folder("other")))
    }
    #expect(try contents(of: path) == "old")
    #expect(try names(in: folder) == [path])
  }

  @Test func `takes the place of what a link leads to`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    let link = try folder.makeLink("link", to: path)
    let file = try ReplacingFile(link)
    try write("new", to: file)
    try file.finish()
    #expect(try contents(of: path) == "new")
    #expect(try contents(of: link) == "new")
  }

  @Test func `is refused where there cannot be one`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: SystemError(ENOENT)) { try ReplacingFile.check(folder("nowhere/file")) }
    #expect(throws: SystemError(ENOENT)) { try ReplacingFile(folder("nowhere/file")) }
    #expect(throws: SystemError(ENOENT)) { try ReplacingFile.check("") }
    #expect(throws: SystemError(EISDIR)) { try ReplacingFile.check(folder.path) }
    #expect(throws: Never.self) { try ReplacingFile.check(folder("file")) }
    let full = try ReplacingFile("/dev/full")
    #expect(throws: SystemError(ENOSPC)) { try write("text", to: full) }
  }
}
