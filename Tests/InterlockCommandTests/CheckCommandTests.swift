import Glibc
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock check` {
  @Test(arguments: [["check"], ["check", "--list"]])
  func `lists its scenarios`(arguments: [String]) throws {
    let outcome = try CommandRun(arguments).wait()
    #expect(outcome.ending == .exit(0))
    for name in ["bank-racy", "outage-fixed", "trains-deadlocking"] {
      #expect(outcome.output.contains("\(name) "))
    }
  }

  @Test func `shows why a scenario is refuted, and replays it`() throws {
    let outcome = try CommandRun.outcome(of: "check", "outage-racy", "--json")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.contains("\"verdict\":\"refuted\""))
    let schedule = try #require(outcome.output.firstMatch(of: /"schedule":"([0-9a-z]+)"/)?.1)
    let again = try CommandRun.outcome(of: "check", "outage-racy", "--replay", String(schedule))
    #expect(again.ending == .exit(1))
    #expect(again.output.contains("2 customers have ordered, and there was 1 item"))
    #expect(again.output.contains("request 1"))
  }

  @Test(arguments: [(58, 40...58), (120, 101...120)])
  func `draws its table as wide as the terminal`(
    columns: UInt16,
    width: ClosedRange<Int>
  ) throws {
    let terminal = try Pseudoterminal(columns: columns, rows: 40)
    let run = try CommandRun(["check", "bank-racy"], output: terminal.programSide)
    let shown = try terminal.read(until: "explore(strategy:")
    #expect(try run.wait().ending == .exit(1))
    let text = shown.replacing("\r\n", with: "\n")
    #expect(width ~= Self.widthOfTable(in: text), "\(text)")
  }

  @Test(arguments: [("", 81...100), ("COLUMNS=60", 40...60)])
  func `draws its table as wide as it is told to, if there is no terminal`(
    setting: String,
    width: ClosedRange<Int>
  ) throws {
    let export = setting.isEmpty ? "unset COLUMNS" : "export \(setting)"
    let run = try CommandRun(["check", "bank-racy"], after: export)
    let outcome = try run.wait()
    #expect(width ~= Self.widthOfTable(in: outcome.output), "\(outcome.output)")
  }

  /// How long the line is that is drawn under the names of the threads.
  private static func widthOfTable(in text: String) -> Int {
    text.split(separator: "\n").first { $0.hasPrefix("────") }?.count ?? 0
  }

  @Test func `says of a correct one that it is proved`() throws {
    let outcome = try CommandRun.outcome(of: "check", "robots-ordered", "--json")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.contains("\"verdict\":\"proved\""))
    #expect(outcome.output.contains("\"expected\":true"))
  }

  @Test func `names what cannot be replayed`() throws {
    let outcome = try CommandRun.outcome(of: "check", "outage-racy", "--replay", "nonsense")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.contains("the schedule cannot be read"))
  }

  @Test(arguments: [
    ["nobody"], ["--all", "bank-racy"], ["--replay", "s1"], ["--budget", "0"],
    ["--list", "--all"], ["--seconds", "0"], ["--preemptions", "-1"], ["--seed", "x"],
    ["bank-racy", "--skip", "1"], ["bank-racy", "--skip", "-1", "--strategy", "random"],
    ["--all", "--skip", "1", "--strategy", "random"],
  ])
  func `refuses what makes no sense`(arguments: [String]) throws {
    let outcome = try CommandRun(["check"] + arguments).wait()
    #expect(outcome.ending == .exit(64))
  }
}

@Suite(.timeLimit(.minutes(30))) struct `interlock check --all` {
  @Test func `checks every scenario, and tells them in their order`() throws {
    let outcome = try CommandRun.outcome(of: "check", "--all", "--budget", "400", "--json")
    #expect(outcome.ending == .exit(0))
    let names = outcome.output.matches(of: /"scenario":"([a-z-]+)"/).map { String($0.1) }
    let listed = try CommandRun.outcome(of: "check", "--list").output
    #expect(names == listed.split(separator: "\n").map { String($0.prefix { $0 != " " }) })
    #expect(!outcome.output.contains("\"expected\":false"))
  }
}

@Suite(.timeLimit(.minutes(30))) struct `interlock check that takes long` {
  private static let long = [
    "check", "wind-threads", "--strategy", "random", "--seconds", "50", "--budget", "1000000000",
  ]

  @Test func `says how far it is on a terminal, and what it has covered at Ctrl-C`() throws {
    let terminal = try Pseudoterminal(columns: 80, rows: 24)
    let run = try CommandRun(Self.long, errors: terminal.programSide)
    let shown = try terminal.read(until: "executions")
    #expect(shown.contains("wind-threads: schedules at random: "))
    try run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.ending == .exit(130))
    #expect(outcome.output.contains("sampled: correct in "))
    let last = try terminal.read(until: "stopped by Ctrl-C")
    #expect(last.contains("interlock: stopped by Ctrl-C"))
  }

  @Test func `says how a search that draws goes on where it was`() throws {
    let arguments = ["check", "wind-threads", "--strategy", "random", "--seed", "7"]
    let words = "To go on: interlock \(arguments.joined(separator: " ")) --skip "
    let outcome = try CommandRun(arguments + ["--budget", "20"]).wait()
    #expect(outcome.ending == .exit(0))
    let made = try #require(outcome.output.firstMatch(of: /correct in ([0-9]+) executions/)?.1)
    #expect(outcome.output.contains("\(words)\(made)\n"))
    let next = try CommandRun(arguments + ["--budget", "1", "--skip", "1000"]).wait()
    #expect(next.output.contains("\(words)1001\n") || next.output.contains("\(words)1000\n"))
    let proved = try CommandRun(["check", "robots-ordered"]).wait()
    #expect(!proved.output.contains("To go on"))
  }

  @Test func `ends with the time that it may take`() throws {
    let outcome = try CommandRun.outcome(
      of: "check",
      "wind-threads",
      "--strategy",
      "uniform",
      "--seconds",
      "0.2",
      "--budget",
      "1000000000"
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.contains("sampled: correct in "))
  }
}

@Suite struct `Names that are near` {
  @Test(arguments: [
    ("bank-razy", ["bank-racy"]), ("philosopher-ordered", ["philosophers-ordered"]),
    ("racy", ["bank-racy", "outage-racy"]), ("nobody", []),
  ])
  func `are those that a word is part of, or a few letters away from`(
    word: String,
    expected: [String]
  ) throws {
    let outcome = try CommandRun.outcome(of: "check", word)
    #expect(outcome.ending == .exit(64))
    #expect(outcome.errors.contains("There is no scenario \(word)."))
    for name in expected { #expect(outcome.errors.contains(name)) }
    #expect(outcome.errors.contains(" Is it ") == !expected.isEmpty)
  }
}
