import Interlock
import Testing

@testable import InterlockPrograms

@Suite struct `The racy letter counter` {
  private func count(_ inputs: [String], workers: Int) throws -> LetterReport {
    try withinPatience { try LetterCounter(mode: .racy, workers: workers).count(inputs) }
  }

  private func expectLoss(_ inputs: [String], total: UInt64) throws {
    for workers in [2, 3, 8] {
      for _ in 1...20 {
        let report = try count(inputs, workers: workers)
        #expect(report.lost > 0, "\(workers) workers")
        #expect(!report.isCorrect)
        #expect(report.correct.total == total)
        #expect(report.correct.bytes == report.count.bytes)
      }
    }
  }

  @Test func `always loses letters of several files`() throws {
    let folder = try TemporaryFolder()
    for number in 0..<10 { try folder.write("some letters", to: "file \(number)") }
    try expectLoss([folder.path], total: 110)
  }

  @Test func `always loses letters of two files that have none in common`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a", to: "first")
    try folder.write("b", to: "second")
    try expectLoss([folder.path], total: 2)
  }

  @Test func `always loses letters of a single file, however small`() throws {
    let folder = try TemporaryFolder()
    try expectLoss([try folder.write("ab", to: "two letters")], total: 2)
    try expectLoss([try folder.write("a.", to: "one letter")], total: 1)
    try expectLoss([try folder.write("........c", to: "one letter at the end")], total: 1)
  }

  @Test func `always loses letters when all of them are in one of many files`() throws {
    let folder = try TemporaryFolder()
    for number in 0..<10 { try folder.write("", to: "empty file \(number)") }
    try expectLoss([folder.path, try folder.write("m", to: "n")], total: 2)
  }

  @Test func `loses nothing where there is nothing to share, and does not hang`() throws {
    let folder = try TemporaryFolder()
    let byte = try folder.write("a", to: "one byte")
    for inputs in [[], [byte], [folder("nowhere")], [byte, folder("nowhere")]] {
      for workers in [1, 2, 8] {
        let report = try count(inputs, workers: workers)
        #expect(report.isCorrect, "\(workers) workers")
      }
    }
  }

  @Test func `loses nothing alone`() throws {
    let folder = try TemporaryFolder()
    for number in 0..<10 { try folder.write("some letters", to: "file \(number)") }
    let report = try count([folder.path], workers: 1)
    #expect(report.isCorrect)
    #expect(report.lost == 0)
    #expect(report.count.total == 110)
  }

  @Test func `loses letters of web pages`() throws {
    try LoopbackServer.run {
      $1.answer("letters")
    } _: { server in
      var counter = LetterCounter(mode: .racy, workers: 2)
      counter.usesProxy = false
      let report = try counter.count([server("/1"), server("/2")])
      #expect(report.lost > 0)
      #expect(report.correct.total == 14)
    }
  }

  @Test func `has two workers even on one CPU`() {
    #expect(LetterCounter(mode: .racy).workers >= 2)
  }
}
