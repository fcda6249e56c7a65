import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

private let variants = FileSearch.variants()

@Suite(.timeLimit(.minutes(30))) struct `A file search` {
  @Test(arguments: variants)
  func `finds names that contain a text, at every depth`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("read")
    try folder.makeFolder("read/more")
    try folder.makeFolder("empty")
    let expected = [
      try folder.write("", to: "README"), try folder.write("", to: "read/more/.README.old"),
      try folder.makeFolder("read/README"), try folder.write("", to: "read/README/xREADMEx"),
    ]
    try folder.write("", to: "read/readme")
    try folder.write("", to: "READM")
    let outcome = try search.outcome(for: .containing("README"), in: [folder.path])
    #expect(outcome.texts == expected.sorted())
    #expect(outcome.failures.isEmpty)
    #expect(outcome.report.matches == 4)
    #expect(outcome.report.directories == 5)
    #expect(outcome.report.entries == 10)
    #expect(outcome.report.errors == 0)
    #expect(!outcome.report.wasStopped)
  }

  @Test(arguments: variants)
  func `finds every path of a random tree once`(search: FileSearch) throws {
    var random = SplitMix64(seed: 20)
    let tree = try RandomTree(folders: 400, files: 1_500, using: &random)
    let outcome = try search.outcome(for: .containing(""), in: [tree.folder.path])
    #expect(outcome.texts == tree.paths)
    #expect(outcome.report.entries == tree.paths.count)
    #expect(outcome.report.directories == 401)
    #expect(search.budget.taken == 0)
  }

  @Test(arguments: [0, 8, 24, 64], FileSearch.Mode.allCases)
  func `finds the same with any number of descriptors`(limit: Int, mode: FileSearch.Mode) throws {
    var random = SplitMix64(seed: UInt64(limit))
    let tree = try RandomTree(folders: 400, files: 400, using: &random)
    for workers in [1, 2, 8] {
      let search = FileSearch(mode: mode, workers: workers, descriptorLimit: limit)
      let outcome = try search.outcome(for: .containing(""), in: [tree.folder.path])
      #expect(outcome.texts == tree.paths)
      #expect(outcome.failures.isEmpty)
      #expect(search.budget.taken == 0)
      #expect(openDescriptors(in: tree.folder.path) == 0)
    }
  }

  @Test(arguments: variants)
  func `finds links and does not follow them`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    try other.write("", to: "needle elsewhere")
    try folder.makeFolder("inner")
    try folder.makeLink("inner/up", to: "..")
    try folder.makeLink("self", to: ".")
    try folder.makeLink("circle", to: "circle")
    let expected = [
      try folder.makeLink("inner/needle", to: other.path),
      try folder.makeLink("needle to nowhere", to: "nowhere"),
      try folder.write("", to: "inner/needle here"),
    ]
    let outcome = try search.outcome(for: .containing("needle"), in: [folder.path])
    #expect(outcome.texts == expected.sorted())
    #expect(outcome.failures.isEmpty)
  }

  @Test(arguments: variants)
  func `keeps odd names as they are`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let names: [[UInt8]] = [
      Array("line\nbreak".utf8), Array("-option".utf8), Array(" ".utf8), Array("*?[".utf8),
      Array("\u{1F600}".utf8), [0xFF, 0xFE, 0x41], [0xC3], Array("..hidden".utf8),
      [UInt8](repeating: 0xE9, count: 255), [UInt8](repeating: UInt8(ascii: "n"), count: 255),
    ]
    let start = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    defer { close(start) }
    var expected: [[UInt8]] = []
    for name in names {
      let place = name.map { CChar(bitPattern: $0) } + [0]
      try SystemError.check { unsafe mkdirat(start, place, 0o755) }
      let inner = try SystemError.check { unsafe openat(start, place, O_RDONLY | O_CLOEXEC) }
      defer { close(inner) }
      try SystemError.check { unsafe mkdirat(inner, place, 0o755) }
      let path = Array(folder.path.utf8) + [SearchFolder.slash] + name
      expected += [path, path + [SearchFolder.slash] + name]
    }
    let outcome = try search.outcome(for: .glob("*"), in: [folder.path])
    expected.append(Array(folder.path.utf8))
    #expect(outcome.paths == expected.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(outcome.failures.isEmpty)
    // The helper that clears the folder away knows names that are text only.
    for name in names {
      let place = name.map { CChar(bitPattern: $0) } + [0]
      let inner = try SystemError.check { unsafe openat(start, place, O_RDONLY | O_CLOEXEC) }
      unsafe unlinkat(inner, place, AT_REMOVEDIR)
      close(inner)
      unsafe unlinkat(start, place, AT_REMOVEDIR)
    }
  }

  @Test(arguments: variants)
  func `finds pipes and sockets, and does not open them`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let pipe = try folder.makePipe("pipe")
    #expect(try search.outcome(for: .exactly("pipe"), in: [folder.path]).texts == [pipe])
    #expect(try search.outcome(for: .exactly("pipe"), in: [pipe]).texts == [pipe])
  }

  @Test(arguments: variants)
  func `finds all of many entries in one folder`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let start = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    defer { close(start) }
    for number in 0..<5_000 {
      let flags = O_CREAT | O_WRONLY | O_CLOEXEC
      close(try SystemError.check { unsafe openat(start, "file \(number)", flags, 0o644) })
      if number.isMultiple(of: 5) {
        try SystemError.check { unsafe mkdirat(start, "folder \(number)", 0o755) }
      }
    }
    let outcome = try search.outcome(for: .containing(" "), in: [folder.path])
    #expect(Set(outcome.texts).count == 6_000)
    #expect(outcome.report.matches == 6_000)
    #expect(outcome.report.entries == 6_001)
    #expect(outcome.report.directories == 1_001)
  }

  @Test func `finds all of 50,000 entries in one folder`() throws {
    let folder = try TemporaryFolder()
    let start = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    defer { close(start) }
    for number in 0..<50_000 {
      try SystemError.check { unsafe symlinkat("nowhere", start, "entry \(number)") }
    }
    let outcome = try FileSearch().outcome(for: .glob("entry *9"), in: [folder.path])
    #expect(outcome.report.entries == 50_001)
    #expect(Set(outcome.texts).count == 5_000)
  }
}

@Suite(.timeLimit(.minutes(30))) struct `The roots of a file search` {
  @Test(arguments: variants)
  func `are candidates by their last components`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "name")
    let inner = try folder.makeFolder("folder")
    let link = try folder.makeLink("link", to: "folder")
    let found = try folder.write("", to: "folder/in link")
    func texts(_ pattern: NamePattern, _ roots: String...) throws -> [String] {
      let outcome = try search.outcome(for: pattern, in: roots)
      #expect(outcome.failures.isEmpty)
      return outcome.texts
    }
    #expect(try texts(.exactly("name"), file) == [file])
    #expect(try texts(.exactly("folder"), inner) == [inner])
    #expect(try texts(.exactly("folder"), "\(inner)/") == ["\(inner)/"])
    #expect(try texts(.exactly("folder"), "\(inner)///") == ["\(inner)///"])
    #expect(try texts(.exactly("."), "\(inner)/.") == ["\(inner)/."])
    #expect(try texts(.containing("link"), "\(inner)/.") == ["\(inner)/./in link"])
    #expect(try texts(.containing("in"), "\(inner)//") == ["\(inner)//in link"])
    // A link is found and not followed, unless a slash says that it stands for a folder.
    #expect(try texts(.containing("link"), link) == [link])
    #expect(try texts(.containing("in link"), "\(link)/") == ["\(link)/in link"])
    #expect(try texts(.containing("link"), inner, link) == [found, link])
    #expect(try texts(.containing("")).isEmpty)
  }

  @Test(arguments: variants)
  func `may be the root of the system`(search: FileSearch) throws {
    let progress = SearchProgress()
    let outcome = try search.outcome(for: .exactly("/"), in: ["/"], progress: progress) { _ in
      progress.stop()
    }
    #expect(outcome.texts == ["/"])
  }

  @Test(arguments: variants)
  func `are searched as often as they are given`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let inner = try folder.makeFolder("inner")
    let file = try folder.write("", to: "inner/file")
    let outcome = try search.outcome(for: .exactly("file"), in: [folder.path, inner, file, inner])
    #expect(outcome.texts == [file, file, file, file])
  }

  @Test(arguments: variants)
  func `are reported if they are missing, and the others are searched`(search: FileSearch) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("", to: "file")
    let outcome = try search.outcome(
      for: .exactly("file"),
      in: ["\(folder.path)/nowhere", "", "\(file)/", folder.path]
    )
    #expect(outcome.texts == [file])
    #expect(outcome.report.errors == 3)
    #expect(
      outcome.failures == [
        InputFailure(input: "\(folder.path)/nowhere", reason: "No such file or directory"),
        InputFailure(input: "", reason: "No such file or directory"),
        InputFailure(input: "\(file)/", reason: "Not a directory"),
      ]
    )
  }
}

/// A tree whose paths are known.
private struct RandomTree {
  let folder: TemporaryFolder
  /// The paths of everything in it, and its own, sorted.
  private(set) var paths: [String]

  init(folders: Int, files: Int, using random: inout SplitMix64) throws {
    folder = try TemporaryFolder()
    var places = [""]
    paths = [folder.path]
    for number in 0..<folders {
      // Half of them in one of the newest, so that some trees are deep.
      let few = Bool.random(using: &random) ? places.count : min(places.count, 3)
      let place = places[places.count - Int.random(in: 1...few, using: &random)]
      places.append("\(place)f\(number)/")
      paths.append(try folder.makeFolder("\(place)f\(number)"))
    }
    for number in 0..<files {
      let place = places[Int.random(in: places.indices, using: &random)]
      paths.append(try folder.write("", to: "\(place)\(number)"))
    }
    paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
