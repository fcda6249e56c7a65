import Glibc

extension Benchmark {
  /// What finding files by their names costs, from a program's start to its end.
  static func find(_ settings: Settings) -> Benchmark {
    let ours = ["pool", "waitgroup", "threads", "sequential"].map { mode in
      NameSearch.ours(settings, mode: mode)
    }
    let theirs = NameSearch.peers
    return Benchmark(
      name: "find",
      operation: "find README in /usr, whose folders are in memory",
      ours: ours,
      peers: theirs.compactMap(\.program),
      absent: theirs.filter { $0.program == nil }.map { peer in
        Absent(name: peer.name, reason: "\(peer.name) is not installed")
      },
      bars: [
        Bar(.cpuRatio, .atMost(0.75), against: ["fd"]),
        Bar(.cpuRatio, .atMost(0.85), against: ["bfs"]),
      ],
      prepare: {
        try settings.requireCommand()
        try NameSearch.compareResults(
          of: ours + theirs.compactMap(\.program),
          in: settings.scratch
        )
      }
    )
  }

  /// What a second thread gains.
  static func findWithTwoThreads(_ settings: Settings) -> Benchmark {
    Benchmark(
      name: "find/two-threads",
      operation: "find README in /usr, on two CPUs that have nothing else to do",
      ours: [NameSearch.ours(settings, mode: "pool", workers: 2)],
      peers: [NameSearch.ours(settings, mode: "sequential")],
      bars: [Bar(.wallRatio, .atMost(0.55), against: ["interlock find --mode sequential"])],
      prepare: settings.requireCommand,
      beforeRound: { try waitForIdleCPUs(2) }
    )
  }
}

// SAFETY: the system's calls here read C strings that live as long as the call, and write at most as
// many bytes as the buffer has that they are given.

/// Programs that find the same files.
private enum NameSearch {
  private static let name = "README"
  private static let root = "/usr"

  /// The command `interlock`.
  static func ours(_ settings: Settings, mode: String, workers: Int? = nil) -> ChildProcess {
    let options = ["--mode", mode] + (workers.map { ["--workers", "\($0)"] } ?? [])
    return ChildProcess(
      "interlock find \(options.joined(separator: " "))",
      [settings.command, "find"] + options + [name, root]
    )
  }

  /// The others, as far as they are installed.
  static var peers: [(name: String, program: ChildProcess?)] {
    [
      // Some systems have another program called fd.
      ("fd", ["fdfind", "fd"], ["-uu", "-F", name, root]),
      ("bfs", ["bfs"], [root, "-name", "*\(name)*"]),
      ("find", ["find"], [root, "-name", "*\(name)*"]),
    ].map { title, programs, arguments in
      let path = programs.lazy.compactMap(path(of:)).first
      return (title, path.map { ChildProcess(title, [$0] + arguments) })
    }
  }

  /// Where a program is that the shell would find.
  private static func path(of program: String) -> String? {
    let places = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
    return places.split(separator: ":").map { "\($0)/\(program)" }
      .first { unsafe access($0, X_OK) == 0 }
  }

  /// Throws unless all programs find the same: the fast wrong one would win.
  static func compareResults(of programs: [ChildProcess], in scratch: String) throws {
    let output = scratch + "/find.txt"
    defer { unsafe unlink(output) }
    var results: Set<[String]> = []
    for program in programs {
      try program.run(output: output)
      results.insert(try lines(of: output))
    }
    guard results.count <= 1 else { throw Failure("the programs find different files") }
  }

  /// The sorted lines of a file, without the slash that fd writes behind folders.
  private static func lines(of path: String) throws -> [String] {
    try contents(of: path).utf8.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.last == UInt8(ascii: "/") ? line.dropLast() : line, as: UTF8.self)
    }.sorted()
  }
}
