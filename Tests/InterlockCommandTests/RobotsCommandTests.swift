import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock robots` {
  @Test(arguments: ["ordered", "arbitrated"])
  func `finishes in a correct mode`(mode: String) throws {
    let outcome = try CommandRun.outcome(of: "robots", "--json", "--mode", mode, "--rounds", "50")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["outcome", "cycle", "rounds", "mode", "workers", "seconds"])
    #expect(json["outcome"] == .string("finished"))
    #expect(json["cycle"] == .array([]))
    #expect(json["rounds"] == .array([.number(50), .number(50)]))
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(2))
  }

  @Test func `explains the deadlock, draws it, and exits with 1`() throws {
    let outcome = try CommandRun.outcome(of: "robots", "--mode", "deadlocking")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.hasPrefix("outcome   deadlocked\n"))
    #expect(outcome.output.contains("red holds Lock \"left\" and waits for Lock \"right\"\n"))
    #expect(outcome.output.contains("blue holds Lock \"right\" and waits for Lock \"left\"\n"))
    #expect(outcome.errors.hasPrefix("interlock: deadlock: "))
    #expect(outcome.errors.contains("red"))
    #expect(outcome.errors.contains("blue"))
  }

  @Test func `gives the circle to scripts`() throws {
    let outcome = try CommandRun.outcome(of: "robots", "--json", "--mode", "deadlocking")
    #expect(outcome.ending == .exit(1))
    let json = try outcome.json()
    #expect(json["outcome"] == .string("deadlocked"))
    guard case .array(let cycle) = json["cycle"] else {
      throw JSONValue.Malformed(rest: outcome.output)
    }
    #expect(cycle.count == 2)
    let red = cycle.first { $0["thread"] == .string("red") }
    #expect(red?.names == ["thread", "waitsFor", "heldBy"])
    #expect(red?["waitsFor"] == .string("Lock \"right\""))
    #expect(red?["heldBy"] == .string("blue"))
  }
}
