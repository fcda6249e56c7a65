import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

@Suite(.timeLimit(.minutes(30))) struct `Measuring polygons` {
  /// What a run has found out, with everything that it has said.
  private struct Outcome: Equatable {
    var report: AreaReport
    var faults: [String] = []
    var text = ""
  }

  private func outcome(
    of input: String,
    _ mode: AreaMeasurer.Mode,
    change: (inout AreaJob) -> Void = { _ in }
  ) throws -> Outcome {
    let measurer = AreaMeasurer(mode: mode, workers: 2)
    var job = AreaJob(input, for: measurer, keepsText: true)
    change(&job)
    let faults = Mutex<[String]>([])
    let text = Mutex<[UInt8]>([])
    let report = try measurer.measure(
      job,
      reporting: { fault in faults.withLock { $0.append(fault.description) } },
      writing: { piece in text.withLock { $0 += piece } }
    )
    return Outcome(
      report: report,
      faults: faults.withLock { $0 },
      text: String(decoding: text.withLock { $0 }, as: UTF8.self)
    )
  }

  private func report(_ polygons: Int, halves: UInt128?, errors: Int = 0) -> AreaReport {
    AreaReport(
      polygons: polygons,
      total: halves.map(Area.init),
      errors: errors,
      wasStopped: false
    )
  }

  private let mixed = "(0,0),(5,0),(0,5)\n\n(0,0),(4,0),(4,3),(0,3)\nrubbish\n(0,0),(1,0),(0,1)"

  @Test(arguments: AreaMeasurer.Mode.allCases, [1, 2, 3, 7, 17, 18, 19, 1_000])
  func `gives each line its own result, wherever segments end`(
    mode: AreaMeasurer.Mode,
    segmentSize: Int
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(mixed, to: "mixed")
    let expected = Outcome(
      report: report(3, halves: 50, errors: 2),
      faults: [
        "\(path):2: the line has no point", "\(path):4: a point begins with `(`, at byte 1",
      ],
      text: "12.5\n\n12\n\n0.5\n"
    )
    #expect(try outcome(of: path, mode) { $0.segmentSize = segmentSize } == expected)
    // Wherever reading a segment pauses, too.
    for readSize in 1...5 {
      let found = try outcome(of: path, mode) {
        $0.segmentSize = segmentSize
        $0.readSize = readSize
      }
      #expect(found == expected)
    }
  }

  @Test(arguments: AreaMeasurer.Mode.allCases, [1, 5, 18, 1_000])
  func `reads a stream to its end`(mode: AreaMeasurer.Mode, segmentSize: Int) throws {
    var ends: [Int32] = [0, 0]
    try SystemError.check { unsafe pipe(&ends) }
    defer { close(ends[0]) }
    try SystemError.check { unsafe write(ends[1], mixed, mixed.utf8.count) }
    close(ends[1])
    let found = try outcome(of: "-", mode) {
      $0.standardInput = ends[0]
      $0.segmentSize = segmentSize
    }
    #expect(found.report == report(3, halves: 50, errors: 2))
    #expect(found.faults.map { $0.prefix(4) } == ["-:2:", "-:4:"])
    #expect(found.text == "12.5\n\n12\n\n0.5\n")
  }

  @Test(arguments: AreaMeasurer.Mode.allCases, [1, 10, 40, 1_000])
  func `refuses a line that is too long, and measures the others`(
    mode: AreaMeasurer.Mode,
    segmentSize: Int
  ) throws {
    let folder = try TemporaryFolder()
    let long = "(0,0),(5,0),(0,5)"
    let text = "(0,0),(1,0)\n\(long)\n(0,0),(9,0)\n\(long),(1,1)"
    let path = try folder.write(text, to: "long")
    let file = try SystemError.check { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(file) }
    for input in [path, "-"] {
      let found = try outcome(of: input, mode) {
        $0.lineLimit = long.utf8.count - 1
        $0.segmentSize = segmentSize
        $0.readSize = 25
        $0.standardInput = file
      }
      #expect(found.report == report(2, halves: 0, errors: 2))
      #expect(
        found.faults == ["\(input):2: the line is too long", "\(input):4: the line is too long"]
      )
      #expect(found.text == "0\n\n0\n\n")
    }
  }

  @Test(arguments: AreaMeasurer.Mode.allCases)
  func `agrees on many polygons, however they are cut`(mode: AreaMeasurer.Mode) throws {
    let folder = try TemporaryFolder()
    var text: [UInt8] = []
    SamplePolygons(seed: 3).write(count: 2_000) { text += $0 }
    let path = try folder.write(text, to: "many")
    let expected = try outcome(of: path, .sequential)
    #expect(expected.report.polygons == 2_000)
    #expect(expected.faults.isEmpty)
    #expect(try outcome(of: path, mode) { $0.segmentSize = 4_096 } == expected)
  }

  @Test(arguments: AreaMeasurer.Mode.allCases)
  func `reports an input that cannot be read`(mode: AreaMeasurer.Mode) throws {
    let folder = try TemporaryFolder()
    let nowhere = try outcome(of: folder("nowhere"), mode)
    #expect(nowhere.report == report(0, halves: 0, errors: 1))
    #expect(nowhere.faults == ["\(folder("nowhere")): No such file or directory"])
    let directory = try outcome(of: folder.path, mode)
    #expect(directory.report == report(0, halves: 0, errors: 1))
    #expect(directory.faults == ["\(folder.path): Is a directory"])
  }

  @Test(arguments: AreaMeasurer.Mode.allCases)
  func `finds nothing in an empty file`(mode: AreaMeasurer.Mode) throws {
    let folder = try TemporaryFolder()
    let empty = try outcome(of: try folder.write("", to: "empty"), mode)
    #expect(empty == Outcome(report: report(0, halves: 0)))
  }

  @Test(arguments: AreaMeasurer.Mode.allCases)
  func `says when the total takes too many bits`(mode: AreaMeasurer.Mode) throws {
    let folder = try TemporaryFolder()
    let (least, greatest) = (Int64.min, Int64.max)
    let line = "(\(least),\(least)),(\(greatest),\(least)),(\(least),\(greatest))\n"
    let path = try folder.write(line + line, to: "large")
    for (segmentSize, readSize) in [(10, 10), (1_000, 10), (1_000, 1_000)] {
      let found = try outcome(of: path, mode) {
        $0.segmentSize = segmentSize
        $0.readSize = readSize
      }
      #expect(found.report == report(2, halves: nil))
    }
  }

  @Test(arguments: AreaMeasurer.Mode.allCases)
  func `ends early when it is told to`(mode: AreaMeasurer.Mode) throws {
    let folder = try TemporaryFolder()
    let progress = AreaProgress()
    progress.stop()
    let found = try AreaMeasurer(mode: mode).measure(
      try folder.write(mixed, to: "mixed"),
      progress: progress
    )
    #expect(found.wasStopped)
    #expect(found.polygons == 0)
  }

  @Test(arguments: [1, 2, 9])
  func `cuts a file into parts that become smaller towards its end`(workers: Int) throws {
    let folder = try TemporaryFolder()
    let size = 100 << 20 + 17
    let path = try folder.write([0], to: "hole", at: size - 1)
    let measurer = AreaMeasurer(mode: .processes, workers: workers)
    var segments = try AreaSegments(of: AreaJob(path, for: measurer))
    var sizes: [Int] = []
    while case .part(_, let range) = segments.next()?.place {
      #expect(range.lowerBound == sizes.reduce(0, +))
      sizes.append(range.count)
    }
    #expect(sizes.reduce(0, +) == size)
    #expect(sizes.count > workers)
    #expect(sizes == sizes.sorted(by: >))
    #expect(sizes.dropLast().allSatisfy { (1 << 20...16 << 20).contains($0) })
  }

  @Test func `lets workers read another file only if it is the same`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(mixed, to: "mixed")
    let file = try FileReference(name: Array(path.utf8CString), folder: nil).open()
    let identity = try FileIdentity(of: file, at: path)
    #expect(throws: Never.self) { try identity.open() }
    try SystemError.check { unsafe rename(path, folder("moved")) }
    #expect(throws: SystemError(ENOENT)) { try identity.open() }
    try folder.write(mixed, to: "mixed")
    #expect(throws: SystemError(ESTALE)) { try identity.open() }
  }
}
