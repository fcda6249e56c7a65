import Glibc
import Testing

@testable import InterlockPrograms

@Suite struct `The pieces of an input` {
  private func job(_ inputs: [String], failures: FailureList = FailureList()) -> LetterJob {
    LetterJob(inputs, for: LetterCounter(mode: .sequential)) { failures.append($0) }
  }

  @Test(arguments: [(1, [0..<1]), (2, [0..<1, 1..<2]), (7, [0..<3, 3..<6, 6..<7])])
  func `divide even a small file, if that is wanted`(size: Int, ranges: [Range<Int>]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(repeating: 0, count: size), to: "file")
    let pieces = Pieces([path], of: job([path]), divided: .atLeast(2))
    var found: [Range<Int>] = []
    while case .segment(_, let range) = pieces.next() { found.append(range) }
    #expect(found == ranges)
  }

  @Test func `leave out a file that vanishes between being found and being opened`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc", to: "file")
    var walk = FileWalk([folder.path])
    guard case .file(let reference) = walk.next() else { throw Stuck() }
    #expect(reference.path == path)
    unsafe unlink(path)
    #expect(throws: SystemError(ENOENT)) { try reference.open() }
  }

  @Test func `leave out a file that becomes a link between being found and being opened`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc", to: "file")
    var walk = FileWalk([folder.path])
    guard case .file(let reference) = walk.next() else { throw Stuck() }
    unsafe unlink(path)
    try folder.makeLink("file", to: "/etc")
    #expect(throws: SystemError(ELOOP)) { try reference.open() }
  }

  @Test func `end where a file ends that has become shorter`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abcdef", to: "file")
    let job = job([path])
    let pieces = Pieces([path], of: job)
    let piece = try #require(pieces.next())
    unsafe truncate(path, 2)
    let count = PieceCounter(for: job).count(piece)
    #expect(count.total == 2)
    #expect(count.files == 1)
    #expect(job.progress.errors == 0)
  }

  @Test func `do not grow while a file does`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc", to: "file")
    let job = job([path])
    let pieces = Pieces([path], of: job)
    let piece = try #require(pieces.next())
    try folder.write(Array("def".utf8), to: "file", at: 3)
    #expect(PieceCounter(for: job).count(piece).total == 3)
  }

  @Test func `are found while a folder is being removed`() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("gone")
    try folder.write("abc", to: "gone/file")
    let failures = FailureList()
    let job = job([folder.path], failures: failures)
    let pieces = Pieces(job.inputs, of: job)
    let piece = try #require(pieces.next())
    unsafe unlink(folder("gone/file"))
    unsafe rmdir(folder("gone"))
    #expect(PieceCounter(for: job).count(piece).total == 3)
    #expect(pieces.next().map { _ in () } == nil)
    #expect(failures.all.isEmpty)
  }
}
