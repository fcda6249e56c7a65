import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock philosophers` {
  @Test(arguments: ["ordered", "arbitrated"])
  func `counts the meals of each seat`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "philosophers",
      "--json",
      "--mode",
      mode,
      "--seats",
      "3",
      "--seconds",
      "0.2"
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["outcome", "cycle", "meals", "mode", "workers", "seconds"])
    #expect(json["outcome"] == .string("finished"))
    #expect(json["workers"] == .number(3))
    guard case .array(let meals) = json["meals"] else {
      throw JSONValue.Malformed(rest: outcome.output)
    }
    #expect(meals.count == 3)
  }

  @Test func `says how many meals there were`() throws {
    let outcome = try CommandRun.outcome(of: "philosophers", "--seconds", "0.1")
    #expect(outcome.ending == .exit(0))
    let form =
      #/outcome   finished\nmeals     [\d,]+, [\d.]+ each, fewest [\d,]+, most [\d,]+\n5 .*\n/#
    #expect(outcome.output.wholeMatch(of: form) != nil)
  }

  @Test func `is short about a large circle`() throws {
    let outcome = try CommandRun.outcome(
      of: "philosophers",
      "--mode",
      "deadlocking",
      "--seats",
      "64"
    )
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.contains("… and 54 others\n"))
    #expect(outcome.errors.contains("64 threads wait for each other in a circle"))
    #expect(outcome.errors.count { $0 == "\n" } == 1)
  }
}
