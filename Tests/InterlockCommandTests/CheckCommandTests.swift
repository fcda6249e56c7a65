import Testing

@Suite(.timeLimit(.minutes(2))) struct `interlock check` {
  @Test func `lists its scenarios`() throws {
    let outcome = try CommandRun.outcome(of: "check")
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

  @Test(arguments: [["nobody"], ["--all", "bank-racy"], ["--replay", "s1"], ["--budget", "0"]])
  func `refuses what makes no sense`(arguments: [String]) throws {
    let outcome = try CommandRun(["check"] + arguments).wait()
    #expect(outcome.ending == .exit(64))
  }
}
