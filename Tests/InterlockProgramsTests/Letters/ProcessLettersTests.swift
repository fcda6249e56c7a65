import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

@Suite struct `Letters that processes count` {
  private func job(_ inputs: [String], failures: FailureList = FailureList()) -> LetterJob {
    LetterJob(inputs, for: LetterCounter(mode: .processes, workers: 2)) { failures.append($0) }
  }

  /// Lends a counter whose pool has two workers.
  private func withCounter<Result>(
    for job: LetterJob,
    _ body: (RemotePieceCounter) throws -> Result
  ) throws -> Result {
    let pool = try ProcessPool(workers: 2, name: "letters")
    defer { pool.close() }
    return try body(RemotePieceCounter(for: job, in: pool))
  }

  @Test func `are as many as one thread counts`() throws {
    let folder = try TemporaryFolder()
    for number in 0..<100 { try folder.write("file \(number), of little size", to: "\(number)") }
    try folder.write("", to: "empty")
    let line = Array(repeating: UInt8(ascii: "x"), count: 20_000_000)
    try folder.write(line, to: "a line that is longer than a segment")
    try folder.makeLink("dangling", to: "nowhere")
    let inputs = [folder.path, folder("nowhere"), folder("dangling")]
    let expected = try LetterCounter(mode: .sequential).count(inputs)
    #expect(expected.count.files == 102)
    #expect(expected.errors == 2)
    for workers in [1, 2, 5] {
      #expect(try LetterCounter(mode: .processes, workers: workers).count(inputs) == expected)
    }
  }

  @Test func `stand in several small files, or in one large one, or come before a stream`() throws {
    let folder = try TemporaryFolder()
    let small = try (0..<3).map { try folder.write("abc", to: "\($0)") }
    let large = try folder.write([0], to: "large", at: 2 << 20)
    let pipe = try folder.makePipe("pipe")
    let job = job([])
    try withCounter(for: job) { counter in
      func sizes(_ inputs: [String]) -> [[Int]] {
        let pieces = Pieces(inputs, of: job)
        var sizes: [[Int]] = []
        while let taken = counter.take(from: pieces) {
          sizes.append(
            taken.map { piece in if case .segment(_, let range) = piece { range.count } else { -1 }
            }
          )
        }
        return sizes
      }
      #expect(sizes(small) == [[3, 3, 3]])
      #expect(sizes([small[0], large, small[1]]) == [[3, 2 << 20 | 1], [3]])
      #expect(sizes([small[0], pipe, small[1]]) == [[3, -1], [3]])
      let many = sizes(Array(repeating: small[0], count: 100))
      #expect(many.joined().count == 100)
      #expect(many.allSatisfy { $0.count <= 16 })
    }
  }

  @Test func `are counted here where the process does not find the file`() throws {
    let folder = try TemporaryFolder()
    let moved = try folder.write("abc", to: "moved")
    let replaced = try folder.write("cde", to: "replaced")
    let failures = FailureList()
    let job = job([moved, replaced], failures: failures)
    try withCounter(for: job) { counter in
      let pieces = try #require(counter.take(from: Pieces(job.inputs, of: job)))
      #expect(pieces.count == 2)
      try SystemError.check { unsafe rename(moved, folder("elsewhere")) }
      try SystemError.check { unsafe unlink(replaced) }
      // A new file, under the name that the process is told; perhaps with the number of the old one,
      // if that were not open.
      try folder.write("xyz", to: "replaced")
      let count = try counter.count(pieces)
      #expect(count.counts.prefix(6) == [1, 1, 2, 1, 1, 0])
      #expect(count.total == 6)
      #expect(count.files == 2)
      #expect(count.bytes == 6)
      #expect(job.progress.bytes == 6)
      #expect(failures.all.isEmpty)
    }
  }

  @Test(
    .enabled(if: unsafe access("/proc/self/comm", R_OK) == 0, "there is no such file here")
  )
  func `are this process's own where a name means something else to each`() throws {
    let path = "/proc/self/comm"
    let expected = try LetterCounter(mode: .sequential).count([path])
    #expect(try LetterCounter(mode: .processes).count([path]) == expected)
  }

  @Test func `are not counted when no process can be had, which is said`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc", to: "file")
    let job = job([path])
    let pool = try ProcessPool(workers: 1)
    pool.close()
    let counter = RemotePieceCounter(for: job, in: pool)
    let pieces = try #require(counter.take(from: Pieces(job.inputs, of: job)))
    let error = #expect(throws: ProcessError.self) { try counter.count(pieces) }
    #expect(error?.reason == .closed)
  }
}
