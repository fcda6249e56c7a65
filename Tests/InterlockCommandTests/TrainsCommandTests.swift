import Glibc
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock trains` {
  @Test(arguments: ["ordered", "arbitrated"])
  func `lets all trains arrive in a correct mode`(mode: String) throws {
    let outcome = try CommandRun.outcome(of: "trains", "--json", "--mode", mode, "--speed", "0")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["outcome", "cycle", "arrived", "mode", "workers", "seconds"])
    #expect(json["outcome"] == .string("finished"))
    #expect(json["cycle"] == .array([]))
    #expect(json["arrived"] == .number(4))
    #expect(json["workers"] == .number(4))
  }

  @Test func `prints line by line what happens, and explains the deadlock`() throws {
    let outcome = try CommandRun.outcome(of: "trains", "--mode", "deadlocking", "--speed", "0")
    #expect(outcome.ending == .exit(1))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.contains("train 2 reserves crossing 2 at 120"))
    #expect(lines.contains("train 2 asks for crossing 3 at 170"))
    #expect(lines.contains("outcome   deadlocked"))
    #expect(lines.contains("arrived   nobody"))
    #expect(outcome.output.contains("train 4 holds Lock \"crossing 4\" and waits for"))
    #expect(outcome.errors.hasPrefix("interlock: deadlock: "))
  }

  @Test func `prints only the outcome if that is wanted`() throws {
    let outcome = try CommandRun.outcome(of: "trains", "--quiet", "--speed", "0")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("outcome   finished\narrived   "))
  }

  @Test func `draws on a terminal, in place, and gives the cursor back`() throws {
    let terminal = try Pseudoterminal()
    let run = try CommandRun(["trains", "--speed", "200"], output: terminal.programSide)
    let shown = try terminal.read(until: "outcome   finished")
    #expect(shown.hasPrefix("\u{1B}[?25l\r"))
    #expect(shown.contains("\u{1B}[20A\r"))
    #expect(shown.contains("has arrived"))
    #expect(shown.contains("\u{1B}[0m\u{1B}[?25h"))
    #expect(try run.wait().ending == .exit(0))
  }

  @Test func `prints lines on a terminal if that is wanted`() throws {
    let terminal = try Pseudoterminal()
    let run = try CommandRun(
      ["trains", "--plain", "--speed", "0", "--mode", "ordered"],
      output: terminal.programSide
    )
    let shown = try terminal.read(until: "outcome   finished")
    #expect(shown.contains("train 1 arrives at 300"))
    #expect(!shown.contains("\u{1B}"))
    #expect(try run.wait().ending == .exit(0))
  }

  @Test func `prints lines on a terminal that is too narrow`() throws {
    let terminal = try Pseudoterminal(columns: 50, rows: 40)
    let run = try CommandRun(["trains", "--speed", "0"], output: terminal.programSide)
    #expect(try !terminal.read(until: "outcome   finished").contains("\u{1B}"))
    #expect(try run.wait().ending == .exit(0))
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `gives the cursor back when it is interrupted`(signal: Int32) throws {
    let terminal = try Pseudoterminal()
    let run = try CommandRun(["trains", "--speed", "0.01"], output: terminal.programSide)
    _ = try terminal.read(until: "train 4")
    try run.send(signal)
    #expect(try run.wait().ending == .signal(signal))
    _ = try terminal.read(until: "\u{1B}[0m\u{1B}[?25h")
  }

  @Test func `ends at once when it is interrupted without a terminal`() throws {
    let run = try CommandRun(["trains", "--json", "--speed", "0.01"])
    try run.send(SIGINT)
    #expect(try run.wait().ending == .signal(SIGINT))
  }
}
