import Glibc
import Testing

@testable import InterlockPrograms

@Suite struct `A walk through files` {
  private func paths(_ walk: FileWalk) -> [String] {
    var walk = walk
    var paths: [String] = []
    while let finding = walk.next() {
      switch finding {
      case .file(let reference): paths.append(reference.path)
      case .failure(let failure): Issue.record("\(failure)")
      }
    }
    return paths.sorted()
  }

  @Test func `finds every file once`() throws {
    let folder = try TemporaryFolder()
    var expected: [String] = []
    for outer in 0..<5 {
      try folder.makeFolder("\(outer)")
      for inner in 0..<5 {
        try folder.makeFolder("\(outer)/\(inner)")
        for file in 0..<5 { expected.append(try folder.write("", to: "\(outer)/\(inner)/\(file)")) }
      }
    }
    #expect(paths(FileWalk([folder.path])) == expected.sorted())
  }

  @Test func `writes paths as they were given`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("", to: "file")
    #expect(paths(FileWalk([path])) == [path])
    #expect(paths(FileWalk(["\(folder.path)/"])) == [path])
    #expect(paths(FileWalk(["\(folder.path)/."])) == ["\(folder.path)/./file"])
  }

  @Test func `finds its way back from folders deeper than it keeps open`() throws {
    let folder = try TemporaryFolder()
    // Deeper than the limit, and together longer than any path that the system takes.
    let depth = 3 * FileWalk.openFolderLimit
    let name = String(repeating: "x", count: 100)
    var descriptor = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    for _ in 0..<depth {
      // Some files before and some after the folder, in whatever order the system lists them.
      for file in 0..<10 {
        close(
          try SystemError.check {
            unsafe openat(descriptor, "file \(file)", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
          }
        )
      }
      try SystemError.check { unsafe mkdirat(descriptor, name, 0o755) }
      let inner = try SystemError.check { unsafe openat(descriptor, name, O_RDONLY | O_CLOEXEC) }
      close(descriptor)
      descriptor = inner
    }
    close(descriptor)
    let found = paths(FileWalk([folder.path]))
    #expect(found.count == 10 * depth)
    #expect(Set(found).count == found.count)
    #expect(try LetterCounter().count([folder.path]).count.files == found.count)
  }

  @Test func `keeps few folders open`() throws {
    let folder = try TemporaryFolder()
    var path = "d"
    for _ in 0..<2 * FileWalk.openFolderLimit {
      try folder.makeFolder(path)
      path += "/d"
    }
    try folder.write("", to: "\(path.dropLast(2))/file")
    var walk = FileWalk([folder.path])
    _ = walk.next()
    #expect(walk.openFolders <= FileWalk.openFolderLimit)
    #expect(walk.next().map { _ in () } == nil)
    #expect(walk.isOver)
  }

  @Test func `finds files whose names are no text`() throws {
    let folder = try TemporaryFolder()
    let name: [CChar] = [-1, -2, 65, 0]
    let start = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    defer { close(start) }
    close(
      try SystemError.check {
        unsafe openat(start, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
      }
    )
    var walk = FileWalk([folder.path])
    guard case .file(let reference) = walk.next() else { throw Stuck() }
    #expect(reference.name == name)
    #expect(throws: Never.self) { _ = try reference.open() }
  }
}
