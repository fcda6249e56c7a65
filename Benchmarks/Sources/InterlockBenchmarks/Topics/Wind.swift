import Glibc

extension Benchmark {
  /// What counting winds costs, from a program's start to its end.
  static func wind(_ settings: Settings) -> Benchmark {
    let input = ReportsInput(megabytes: 100, settings)
    let ours = [input.ours("sequential")]
    let theirs = settings.awks.map { awk in
      ChildProcess(awk.name, [awk.path, "-f", settings.windScript, input.path])
    }
    return Benchmark(
      name: "wind",
      operation: "count the winds of an archive of 100 MB in the page cache",
      ours: ours,
      peers: theirs,
      absent: settings.absentAwks.map { awk in
        Absent(name: awk, reason: "\(awk) is not installed")
      },
      bars: [Bar(.cpuRatio, .atMost(0.08), against: ["mawk"])],
      rounds: 5,
      prepare: { try input.prepare(for: ours + theirs) },
      beforeRound: input.warm,
      cleanUp: input.remove
    )
  }

  /// What a second thread gains.
  static func windWithTwoThreads(_ settings: Settings) -> Benchmark {
    let input = ReportsInput(megabytes: 1_000, settings)
    let ours = [input.ours("threads", workers: 2)]
    let sequential = input.ours("sequential")
    return Benchmark(
      name: "wind/two-threads",
      operation: "count the winds of an archive of 1 GB, on two CPUs that have nothing else to do",
      ours: ours,
      peers: [sequential],
      bars: [Bar(.wallRatio, .atMost(1 / 1.7), against: [sequential.name])],
      prepare: { try input.prepare(for: ours + [sequential]) },
      beforeRound: {
        try input.warm()
        try waitForIdleCPUs(2)
      },
      cleanUp: input.remove
    )
  }
}

/// The archive whose winds are counted.
private struct ReportsInput {
  let path: String
  private let megabytes: Int
  private let settings: Settings

  init(megabytes: Int, _ settings: Settings) {
    self.megabytes = megabytes
    self.settings = settings
    path = "\(settings.scratch)/reports-\(megabytes).txt"
  }

  /// The command `interlock`.
  func ours(_ mode: String, workers: Int? = nil) -> ChildProcess {
    let options = ["--mode", mode] + (workers.map { ["--workers", "\($0)"] } ?? [])
    return ChildProcess(
      "interlock wind \(options.joined(separator: " "))",
      [settings.command, "wind"] + options + ["--json", path]
    )
  }

  /// Makes the file; throws unless all programs find the same in it: the fast wrong one would win.
  func prepare(for programs: [ChildProcess]) throws {
    try settings.requireCommand()
    let arguments = ["generate", "metar", "--bytes", "\(megabytes)MB", "--seed", "1"]
    try ChildProcess("generate", [settings.command] + arguments).run(output: path)
    let output = "\(settings.scratch)/wind.json"
    // SAFETY (here and below): the call reads a C string that lives as long as the call.
    defer { unsafe unlink(output) }
    var distributions: Set<Substring> = []
    for program in programs {
      try program.run(output: output)
      distributions.insert(try Self.distribution(in: output))
    }
    guard distributions.count <= 1 else {
      throw Failure("the programs find different winds: \(distributions)")
    }
  }

  func warm() throws { try warmUp(path) }

  func remove() { unsafe unlink(path) }

  /// The one array that a program has printed.
  private static func distribution(in file: String) throws -> Substring {
    let text = try contents(of: file)
    guard let start = text.firstIndex(of: "["), let end = text.lastIndex(of: "]") else {
      throw Failure("no distribution in \(text)")
    }
    return text[start...end]
  }
}
