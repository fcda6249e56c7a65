import Testing

@Suite(.timeLimit(.minutes(30))) struct `The command` {
  @Test(arguments: [
    ["letters"], ["find"], ["wind"], ["area"], ["matrix"], ["bank"], ["outage"], ["robots"],
    ["philosophers"], ["trains"], ["example"], ["check"], ["tour"], ["generate"],
    ["generate", "text"],
    ["generate", "polygons"], ["generate", "metar"],
  ])
  func `has a help text with examples for every subcommand`(command: [String]) throws {
    let outcome = try CommandRun(command + ["--help"]).wait()
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.contains("  interlock \(command[0])"))
    #expect(outcome.output.contains("USAGE: interlock \(command.joined(separator: " "))"))
    #expect(outcome.errors.isEmpty)
  }

  @Test func `shows its help without arguments`() throws {
    let outcome = try CommandRun.outcome()
    #expect(outcome.ending == .exit(0))
    for command in [
      "tour", "letters", "find", "wind", "area", "matrix", "bank", "outage", "robots",
      "philosophers", "trains", "example", "check", "generate",
    ] {
      #expect(outcome.output.contains("\n  \(command) "))
    }
  }

  @Test func `says its version`() throws {
    let outcome = try CommandRun.outcome(of: "--version")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test(arguments: [
    ["nonsense"], ["--nonsense"], ["letters"], ["letters", "--workers", "0", "."],
    ["letters", "--workers", "x", "."], ["letters", "--mode", "pool", "."],
    ["letters", "--timeout", "0", "."], ["bank", "--workers", "3"], ["bank", "--visits", "0"],
    ["bank", "--mode", "x"], ["outage", "--runs", "0"], ["outage", "--workers", "0"],
    ["area"], ["area", "--workers", "0", "-"], ["area", "--workers", "x", "-"],
    ["area", "--mode", "racy", "-"], ["area", "--output", "", "-"], ["area", "-", "-"],
    ["wind"], ["wind", "--workers", "0", "-"], ["wind", "--station", "EGL", "-"],
    ["wind", "--mode", "racy", "-"], ["generate", "metar", "--bytes", "much"],
    ["generate", "metar", "--output", ""],
    ["matrix", "--mode", "racy"], ["matrix", "--workers", "0"], ["matrix", "--size", "-1"],
    ["matrix", "--mode", "processes", "--workers", "64"], ["matrix", "--workers", "65535"],
    ["matrix", "--rounds", "0"],
    ["matrix", "--type", "f16"], ["matrix", "--seed", "x"], ["matrix", "--output", ""],
    ["matrix", "--left", "a.npy"], ["matrix", "--left", "-", "--right", "-"],
    ["matrix", "--left", "a.npy", "--right", "b.npy", "--size", "5"],
    ["generate", "text", "--bytes", "much"], ["generate", "text", "--seed", "-1"],
    ["generate", "polygons", "--count", "-1"], ["generate", "polygons", "--count", "many"],
    ["generate", "polygons", "--seed", "-1"], ["tour", "x"], ["example", "x"],
    ["example", "wait-group", "--mode", "x"], ["example", "threads", "--mode", "processes"],
    ["example", "processes", "--mode", "threads"], ["robots", "--rounds", "0"],
    ["robots", "--mode", "x"], ["philosophers", "--seats", "1"],
    ["philosophers", "--seats", "1001"],
    ["philosophers", "--seconds", "0"], ["philosophers", "--seconds", "inf"],
    ["philosophers", "--seconds", "1e30"],
    ["trains", "--speed", "-1"], ["trains", "--speed", "x"], ["trains", "--speed", "1e30"],
    ["trains", "--web"],
  ])
  func `exits with 64 when the arguments make no sense`(arguments: [String]) throws {
    let outcome = try CommandRun(arguments).wait()
    #expect(outcome.ending == .exit(64))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("Error: "))
  }
}
