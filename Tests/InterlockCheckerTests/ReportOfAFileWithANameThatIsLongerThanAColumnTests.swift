import Interlock
import InterlockChecker
import Testing

// The name of this file is part of the test.
@Suite struct `The table of a report` {
  @Test func `cuts the middle out of names that are wider than a column`() throws {
    let long = String(repeating: "long", count: 20)
    let pair = BugPair(
      "long names",
      .deadlock,
      "",
      bug: {
        let left = Lock(name: "left\(long)")
        let right = Lock(name: "right\(long)")
        let other = try spawn(name: "other\(long)") { left.withLock { right.withLock {} } }
        right.withLock { left.withLock {} }
        other.join()
      },
      twin: {}
    )
    let found = try #require(pair.counterexample())
    let lines = found.table.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 4 + 2 * (2 + 34) }, "\(found.table)")
    #expect(found.table.contains("ReportOfAFile"))
    #expect(found.table.contains("…umnTests.swift:"))
    #expect(found.table.contains("\"left"))
    #expect(found.table.contains("longlong\""))
  }

  @Test func `has a row for each call, and none for what the call asks itself`() throws {
    let pair = try #require(BugPair.conditions.first { $0.name == "a signal before the wait" })
    let found = try #require(pair.counterexample())
    #expect(found.table.contains("Condition.notify() on \"ready\""))
    #expect(!found.table.contains("Atomic"), "\(found.steps)")
  }
}
