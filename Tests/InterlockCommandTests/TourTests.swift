import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock tour` {
  @Test func `is plain text in a pipe, from the outage to what comes next`() throws {
    let outcome = try CommandRun.outcome(of: "tour")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    #expect(!outcome.output.contains("\u{1B}"))
    #expect(!outcome.output.contains("\r"))
    let parts = [
      "An outage", "racy store", "outage-racy: refuted", "request 1 reads", "fixed store",
      "outage-fixed: proved", "robots-deadlocking: refuted", "robots-ordered: proved",
      "one thread", "racy", "What next",
    ]
    var rest = outcome.output[...]
    for part in parts {
      let place = try #require(rest.firstRange(of: part), "\(part) is missing")
      rest = rest[place.upperBound...]
    }
    #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }
}
