import Glibc

extension Benchmark {
  /// What counting the letters of a gigabyte costs, from a program's start to its end.
  static func letters(_ settings: Settings) -> Benchmark {
    let input = LettersInput(path: settings.scratch + "/letters.txt", command: settings.command)
    let ours = ["sequential", "threads"].map { mode in
      ChildProcess(
        "interlock letters --mode \(mode)",
        [settings.command, "letters", "--mode", mode, "--json", input.path]
      )
    }
    let theirs = settings.letterCounters.map { peer in
      ChildProcess("C, \(peer.compiler)", [peer.path, input.path])
    }
    return Benchmark(
      name: "letters",
      operation: "count the letters of a file of 1 GB in the page cache",
      ours: ours,
      peers: theirs,
      absent: settings.absentCompilers.map { compiler in
        Absent(name: "C, \(compiler)", reason: "\(compiler) is not installed")
      },
      bars: [
        Bar(.cpuRatio, .atMost(0.30), against: Set(theirs.map(\.name))),
        Bar(.residentBytes, .atMost(24 * 1_048_576), against: Set(theirs.prefix(1).map(\.name))),
      ],
      prepare: {
        try settings.requireCommand()
        try input.generate()
        try input.compareCounts(of: ours + theirs, in: settings.scratch)
      },
      beforeRound: input.warm,
      cleanUp: input.remove
    )
  }
}

// SAFETY: the system's calls here read C strings that live as long as the call, and write at most as
// many bytes as the buffer has that they are given.

/// The text whose letters are counted.
private struct LettersInput {
  let path: String
  let command: String

  func generate() throws {
    let arguments = ["generate", "text", "--bytes", "1000000000", "--seed", "1"]
    try ChildProcess("generate", [command] + arguments).run(output: path)
  }

  func warm() throws { try warmUp(path) }

  func remove() { unsafe unlink(path) }

  /// Throws unless all programs count the same: the fast wrong one would win.
  func compareCounts(of programs: [ChildProcess], in scratch: String) throws {
    let output = scratch + "/letters.json"
    defer { unsafe unlink(output) }
    var counts: Set<String> = []
    for program in programs {
      try program.run(output: output)
      counts.insert(try Self.counts(in: output))
    }
    guard counts.count <= 1 else { throw Failure("the programs count differently: \(counts)") }
  }

  /// The members of `letters` in a JSON object that a program has printed.
  private static func counts(in file: String) throws -> String {
    let text = try contents(of: file).filter { !$0.isWhitespace }
    let key = "\"letters\":{"
    guard let start = text.firstRange(of: key)?.upperBound,
      let end = text[start...].firstIndex(of: "}")
    else { throw Failure("no letters in \(text)") }
    return text[start..<end].split(separator: ",").sorted().joined(separator: ",")
  }
}
