import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock bank` {
  @Test(arguments: ["mutex", "condition", "atomic", "spinlock"])
  func `keeps the balance in every correct mode`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "bank",
      "--json",
      "--mode",
      mode,
      "--visits",
      "5000"
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["balance", "expected", "mode", "workers", "seconds"])
    #expect(json["balance"] == json["expected"])
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(2))
  }

  @Test func `loses money in a race, says why, and exits with 1`() throws {
    let outcome = try CommandRun.outcome(of: "bank", "--json", "--mode", "racy")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.hasPrefix("interlock: the balance is wrong by "))
    let json = try outcome.json()
    #expect(json["balance"] != json["expected"])
  }

  @Test func `has room for more people`() throws {
    let outcome = try CommandRun.outcome(
      of: "bank",
      "--json",
      "--workers",
      "8",
      "--visits",
      "500"
    )
    #expect(outcome.ending == .exit(0))
    #expect(try outcome.json()["workers"] == .number(8))
  }
}
