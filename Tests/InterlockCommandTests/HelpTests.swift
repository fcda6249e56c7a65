import Testing

@Suite(.timeLimit(.minutes(2))) struct `The command` {
  @Test(arguments: [
    ["letters"], ["bank"], ["outage"], ["generate"], ["generate", "text"], ["tour"],
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
    for command in ["tour", "letters", "bank", "outage", "generate"] {
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
    ["letters", "--workers", "x", "."], ["letters", "--mode", "processes", "."],
    ["letters", "--timeout", "0", "."], ["bank", "--workers", "3"], ["bank", "--visits", "0"],
    ["bank", "--mode", "x"], ["outage", "--runs", "0"], ["outage", "--workers", "0"],
    ["generate", "text", "--bytes", "much"], ["generate", "text", "--seed", "-1"], ["tour", "x"],
  ])
  func `exits with 64 when the arguments make no sense`(arguments: [String]) throws {
    let outcome = try CommandRun(arguments).wait()
    #expect(outcome.ending == .exit(64))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("Error: "))
  }
}
