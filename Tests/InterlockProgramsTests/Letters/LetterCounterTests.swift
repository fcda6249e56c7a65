import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

/// Collects what a counter reports.
final class FailureList: Sendable {
  private let failures = Mutex<[InputFailure]>([])

  var all: [InputFailure] { failures.withLock { $0 } }

  func append(_ failure: InputFailure) { failures.withLock { $0.append(failure) } }
}

/// The programs whose counts are right, and the racy one where it has nobody to race with.
private let correctCounters = [
  LetterCounter(mode: .sequential), LetterCounter(mode: .threads, workers: 1),
  LetterCounter(mode: .threads, workers: 2), LetterCounter(mode: .threads, workers: 9),
  LetterCounter(mode: .processes, workers: 1), LetterCounter(mode: .processes, workers: 3),
  LetterCounter(mode: .racy, workers: 1),
]

extension LetterCounter: CustomTestStringConvertible {
  /// How failures name it.
  public var testDescription: String { "\(mode), \(workers) workers" }
}

@Suite struct `A letter counter` {
  @Test(arguments: correctCounters)
  func `counts every file of a folder`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    try folder.write("Hello", to: "greeting")
    try folder.makeFolder("deep")
    try folder.makeFolder("deep/deeper")
    try folder.write("World, world!\n", to: "deep/deeper/world")
    try folder.write("", to: "deep/empty")
    let report = try counter.count([folder.path])
    #expect(report.count["l"] == 4)
    #expect(report.count["W"] == 2)
    #expect(report.count["z"] == 0)
    #expect(report.count.total == 15)
    #expect(report.count.files == 3)
    #expect(report.count.bytes == 19)
    #expect(report.errors == 0)
    #expect(report.isCorrect)
  }

  @Test(arguments: correctCounters)
  func `counts bytes, whatever they mean`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let everyByte = Array(UInt8.min...UInt8.max)
    let path = try folder.write(everyByte + everyByte, to: "binary")
    let report = try counter.count([path])
    #expect(report.count.counts == Array(repeating: 4, count: 26))
    #expect(report.count.bytes == 512)
  }

  @Test(arguments: correctCounters)
  func `counts nothing where nothing is`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    #expect(try counter.count([]).count == LetterCount())
    #expect(try counter.count([folder.path]).count == LetterCount())
  }

  @Test(arguments: correctCounters)
  func `counts an input as often as it is given`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc", to: "file")
    let report = try counter.count([path, path, folder.path])
    #expect(report.count["a"] == 3)
    #expect(report.count.files == 3)
  }

  @Test(arguments: correctCounters)
  func `does not go round in circles`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    try folder.write("once", to: "file")
    try folder.makeFolder("inner")
    try folder.makeLink("inner/up", to: "..")
    try folder.makeLink("self", to: ".")
    try folder.makeLink("endless", to: "endless")
    try folder.makeLink("again", to: "file")
    let report = try counter.count([folder.path])
    #expect(report.count.total == 4)
    #expect(report.errors == 0)
  }

  @Test(arguments: correctCounters)
  func `follows the links that it is given`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("real")
    try folder.write("abc", to: "real/file")
    let toFolder = try folder.makeLink("to-folder", to: "real")
    let toFile = try folder.makeLink("to-file", to: "real/file")
    #expect(try counter.count([toFolder, toFile]).count["b"] == 2)
  }

  @Test(arguments: correctCounters)
  func `reports what cannot be read and goes on`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("abc", to: "file")
    let dangling = try folder.makeLink("dangling", to: "nowhere")
    let failures = FailureList()
    let progress = LetterProgress()
    let inputs = [folder("nothing"), "\(file)/inside", dangling, folder.path]
    let report = try counter.count(inputs, progress: progress) { failures.append($0) }
    #expect(report.count.total == 3)
    #expect(report.errors == 3)
    #expect(progress.errors == 3)
    #expect(Set(failures.all.map(\.input)) == Set(inputs.dropLast()))
    #expect(
      failures.all.contains(
        InputFailure(input: inputs[0], reason: "No such file or directory")
      )
    )
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func `reports files and folders that it may not read`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("secret", to: "file")
    let inner = try folder.makeFolder("folder")
    unsafe chmod(file, 0)
    unsafe chmod(inner, 0)
    let failures = FailureList()
    let report = try LetterCounter().count([folder.path]) { failures.append($0) }
    #expect(report.errors == 2)
    #expect(Set(failures.all.map(\.input)) == [file, inner])
  }

  @Test(
    .enabled(if: unsafe access("/proc/self/mem", R_OK) == 0, "there is no such file here"),
    arguments: correctCounters
  )
  func `reports a file that fails while it is read, and counts none of it`(
    counter: LetterCounter
  ) throws {
    let failures = FailureList()
    // The first page of a process is never there.
    let report = try counter.count(["/proc/self/mem"]) { failures.append($0) }
    #expect(failures.all.map(\.input) == ["/proc/self/mem"])
    #expect(report.errors == 1)
    #expect(report.count == LetterCount())
  }

  @Test(
    .enabled(if: unsafe access("/proc/self/status", R_OK) == 0, "there is no such file here"),
    arguments: correctCounters
  )
  func `counts files whose size the system does not know`(counter: LetterCounter) throws {
    #expect(try counter.count(["/proc/self/status"]).count.total > 100)
  }

  @Test(arguments: correctCounters)
  func `passes over what is no file inside a folder`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    _ = try folder.makePipe("pipe")
    try folder.write("abc", to: "file")
    let path = folder.path
    let report = try withinPatience { try counter.count([path]) }
    #expect(report.count.files == 1)
    #expect(report.errors == 0)
  }

  @Test(arguments: correctCounters)
  func `reads a named pipe that it is given, once a writer comes`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let path = try folder.makePipe("pipe")
    let thread = try spawn { () throws(any Error) in try counter.count([path]) }
    // Opening waits for the reader.
    let descriptor = try SystemError.check { unsafe open(path, O_WRONLY | O_CLOEXEC) }
    unsafe write(descriptor, "abc", 3)
    unsafe write(descriptor, "abc", 3)
    close(descriptor)
    let report = try #require(try thread.join(for: patience))
    #expect(report.count.counts.prefix(4) == [2, 2, 2, 0])
    #expect(report.count.files == 1)
  }

  @Test(arguments: correctCounters)
  func `reads standard input once`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("abc", to: "file")
    let ends = try Pipe()
    unsafe write(ends.writer.descriptor, "xyzzy", 5)
    ends.closeWriter()
    var job = LetterJob(["-", file, "-"], for: counter)
    job.standardInput = ends.reader.descriptor
    let report = try counter.count(job)
    #expect(report.count["y"] == 2)
    #expect(report.count["a"] == 1)
    #expect(report.count.files == 2)
  }

  @Test(arguments: correctCounters)
  func `reports standard input that is closed`(counter: LetterCounter) throws {
    let failures = FailureList()
    var job = LetterJob(["-"], for: counter) { failures.append($0) }
    job.standardInput = -1
    #expect(try counter.count(job).errors == 1)
    #expect(failures.all.map(\.input) == ["-"])
  }

  @Test(arguments: correctCounters)
  func `counts a large file in segments`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    let segment = Pieces.Division.bySize.segmentSize(ofFileWith: 1 << 40)
    // Mostly a hole; the letters stand where segments meet, and at the end.
    let path = try folder.write(Array("ab".utf8), to: "large", at: segment - 1)
    try folder.write(Array("cd".utf8), to: "large", at: 3 * segment - 1)
    try folder.write(Array("e".utf8), to: "large", at: 4 * segment + 1000)
    let report = try counter.count([path])
    #expect(report.count.counts.prefix(6) == [1, 1, 1, 1, 1, 0])
    #expect(report.count.bytes == 4 * UInt64(segment) + 1001)
    #expect(report.count.files == 1)
  }

  @Test func `stops when it is told to`() throws {
    let folder = try TemporaryFolder()
    let pipe = try folder.makePipe("pipe")
    for mode in LetterCounter.Mode.allCases {
      let progress = LetterProgress()
      let thread = try spawn { () throws(any Error) in
        // Nobody ever writes.
        try LetterCounter(mode: mode).count([pipe], progress: progress)
      }
      progress.stop()
      let report = try #require(try thread.join(for: patience))
      #expect(report.wasStopped)
      #expect(report.count.files == 0)
    }
  }

  @Test func `stops in an endless stream`() throws {
    let progress = LetterProgress()
    let thread = try spawn { () throws(any Error) in
      try LetterCounter(mode: .threads).count(["/dev/zero"], progress: progress)
    }
    while progress.bytes < 1 << 20, !thread.isFinished { CurrentThread.yield() }
    progress.stop()
    #expect(try #require(try thread.join(for: patience)).wasStopped)
  }

  @Test(arguments: correctCounters)
  func `says how far it has come`(counter: LetterCounter) throws {
    let folder = try TemporaryFolder()
    for number in 0..<20 { try folder.write("four", to: "file \(number)") }
    let progress = LetterProgress()
    let report = try counter.count([folder.path], progress: progress)
    #expect(progress.files == 20)
    #expect(progress.bytes == 80)
    #expect(report.count.bytes == 80)
    #expect(!report.wasStopped)
  }

  @Test(arguments: correctCounters)
  func `counts what it finds on the web`(counter: LetterCounter) throws {
    var counter = counter
    counter.usesProxy = false
    try LoopbackServer.run { path, connection in
      if path == "/missing" {
        connection.answer("no letters of ours", status: "404 Not Found")
      } else {
        connection.answer("abc")
      }
    } _: { [counter] server in
      let failures = FailureList()
      let inputs = [server("/1"), server("/missing"), server("/2")]
      let report = try counter.count(inputs) { failures.append($0) }
      #expect(report.count.counts.prefix(4) == [2, 2, 2, 0])
      #expect(report.count.files == 2)
      #expect(report.errors == 1)
      #expect(failures.all.map(\.input) == [inputs[1]])
    }
  }

  @Test func `fetches several addresses at the same time, whatever the number of workers`() throws {
    let everybody = Barrier(parties: 8)
    try LoopbackServer.run { _, connection in
      // Each answer waits until all have been asked for.
      if (try? everybody.arriveAndWait(until: .after(patience))) != nil {
        connection.answer("a")
      }
    } _: { server in
      var counter = LetterCounter(mode: .threads, workers: 1)
      counter.usesProxy = false
      let report = try counter.count((1...8).map { server("/\($0)") })
      #expect(report.count["a"] == 8)
    }
  }

  @Test(
    .enabled(if: Archive.isPresent, "the archive is not here"),
    arguments: correctCounters
  )
  func `counts 308,482 times n in the weather archive`(counter: LetterCounter) throws {
    let report = try counter.count([Archive.path])
    #expect(report.count["n"] == 308_482)
    #expect(report.count.files == 141)
    #expect(report.count.bytes == 22_822_298)
  }
}

/// Weather reports that stand beside the package on some machines.
private enum Archive {
  static var path: String {
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(package)/../shared/data/metar"
  }

  static var isPresent: Bool { unsafe access(path, R_OK) == 0 }
}

/// Both ends of a pipe.
private final class Pipe {
  let reader: OpenFile
  private(set) var writer: OpenFile

  init() throws {
    var ends: [Int32] = [0, 0]
    try SystemError.check { unsafe pipe(&ends) }
    reader = try OpenFile(descriptor: ends[0], isOwned: true)
    writer = try OpenFile(descriptor: ends[1], isOwned: true)
  }

  func closeWriter() { writer = reader }
}
