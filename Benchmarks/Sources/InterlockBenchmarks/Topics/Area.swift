import Glibc

extension Benchmark {
  /// What measuring polygons costs, from a program's start to its end.
  static func area(_ settings: Settings) -> Benchmark {
    let input = PolygonsInput(count: 200_000, settings)
    let ours = [input.ours("sequential")]
    let theirs = settings.areaMeters.map { peer in
      ChildProcess("C, \(peer.compiler)", [peer.path, input.path])
    }
    return Benchmark(
      name: "area",
      operation: "add up the areas of 200,000 polygons in a file in the page cache",
      ours: ours,
      peers: theirs,
      absent: settings.absentCompilers.map { compiler in
        Absent(name: "C, \(compiler)", reason: "\(compiler) is not installed")
      },
      bars: [Bar(.cpuRatio, .atMost(0.27), against: Set(theirs.map(\.name)))],
      prepare: { try input.prepare(for: ours + theirs) },
      beforeRound: input.warm,
      cleanUp: input.remove
    )
  }

  /// What a second process gains.
  static func areaWithTwoProcesses(_ settings: Settings) -> Benchmark {
    let input = PolygonsInput(count: 1_000_000, settings)
    let ours = ["processes", "threads"].map { input.ours($0, workers: 2) }
    let sequential = input.ours("sequential")
    return Benchmark(
      name: "area/two-processes",
      operation:
        "add up the areas of 1,000,000 polygons, on two CPUs that have nothing else to do",
      ours: ours,
      peers: [sequential],
      bars: [Bar(.wallRatio, .atMost(0.6), against: [sequential.name])],
      prepare: { try input.prepare(for: ours + [sequential]) },
      beforeRound: {
        try input.warm()
        try waitForIdleCPUs(2)
      },
      cleanUp: input.remove
    )
  }
}

/// The polygons that are measured.
private struct PolygonsInput {
  let path: String
  private let count: Int
  private let settings: Settings

  init(count: Int, _ settings: Settings) {
    self.count = count
    self.settings = settings
    path = "\(settings.scratch)/polygons-\(count).txt"
  }

  /// The command `interlock`.
  func ours(_ mode: String, workers: Int? = nil) -> ChildProcess {
    let options = ["--mode", mode] + (workers.map { ["--workers", "\($0)"] } ?? [])
    return ChildProcess(
      "interlock area \(options.joined(separator: " "))",
      [settings.command, "area"] + options + ["--json", path]
    )
  }

  /// Makes the file; throws unless all programs find the same in it: the fast wrong one would win.
  func prepare(for programs: [ChildProcess]) throws {
    try settings.requireCommand()
    let arguments = ["generate", "polygons", "--count", "\(count)", "--seed", "1"]
    try ChildProcess("generate", [settings.command] + arguments).run(output: path)
    let output = "\(settings.scratch)/area.json"
    // SAFETY (here and below): the call reads a C string that lives as long as the call.
    defer { unsafe unlink(output) }
    var totals: Set<String> = []
    for program in programs {
      try program.run(output: output)
      totals.insert(try Self.total(in: output))
    }
    guard totals.count <= 1 else { throw Failure("the programs find different areas: \(totals)") }
  }

  func warm() throws { try warmUp(path) }

  func remove() { unsafe unlink(path) }

  /// The members `polygons` and `total` of a JSON object that a program has printed.
  private static func total(in file: String) throws -> String {
    let text = try contents(of: file)
    let members = text.split { "{,}\n".contains($0) }
    let found = members.filter { $0.hasPrefix("\"polygons\":") || $0.hasPrefix("\"total\":") }
    guard found.count == 2 else { throw Failure("no total in \(text)") }
    return found.sorted().joined(separator: ",")
  }
}
