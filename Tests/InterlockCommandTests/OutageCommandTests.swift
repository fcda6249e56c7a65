import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock outage` {
  @Test func `counts runs and failures`() throws {
    let outcome = try CommandRun.outcome(of: "outage", "--json", "--runs", "50")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["runs", "failures", "mode", "workers", "seconds"])
    #expect(json["runs"] == .number(50))
    #expect(json["failures"] == .number(0))
    #expect(json["mode"] == .string("fixed"))
  }

  @Test func `exits as the number of failures says`() throws {
    let outcome = try CommandRun.outcome(of: "outage", "--json", "--mode", "racy", "--runs", "50")
    let failures = try #require(try outcome.json()["failures"]?.number)
    #expect(outcome.ending == .exit(failures == 0 ? 0 : 1))
  }
}
