import Interlock
import InterlockChecker
import InterlockTesting
import Synchronization
import Testing

/// Expectations inside of bodies: each fails its execution, and is reported once.
@Suite struct `An expectation in a body` {
  /// What is reported for a body that goes wrong.
  private func reports(_ body: @escaping @Sendable () throws -> Void) async throws -> [Issue] {
    let issues = Synchronization.Mutex<[Issue]>([])
    let test = try #require(Test.current)
    let collector: IssueHandlingTrait = .compactMapIssues { issue in
      issues.withLock { $0.append(issue) }
      return nil
    }
    try await collector.provideScope(for: test, testCase: Test.Case.current) {
      exploreInTest(Exploration(), body)
    }
    return issues.withLock { $0 }
  }

  private static func loseAnUpdate() throws -> Int {
    let word = Box(Interlock::Atomic(0))
    try withThreads { threads in
      for _ in 0..<2 {
        try threads.spawn {
          let value = word.value.load(ordering: .acquiring)
          word.value.store(value + 1, ordering: .releasing)
        }
      }
    }
    return word.value.load(ordering: .relaxed)
  }

  @Test func `that fails is one issue, with the schedule`() async throws {
    let reports = try await reports {
      let sum = try Self.loseAnUpdate()
      #expect(sum == 2, "an update was lost")
    }
    try #require(reports.count == 1)
    let found = try #require(reports[0].error as? Counterexample)
    #expect(found.kind == .failure)
    #expect(found.summary.contains("sum → 1"))
    #expect(found.summary.contains("an update was lost"))
    #expect(found.summary.contains("ExpectationTests.swift:"))
    #expect(found.steps.contains { $0.action == "Atomic.store()" })
    #expect(!found.schedule.isEmpty)
  }

  @Test func `of a thread is one of the body`() async throws {
    let reports = try await reports {
      let other = try spawn(name: "other") { #expect(Bool(false)) }
      other.join()
    }
    try #require(reports.count == 1)
    #expect((reports[0].error as? Counterexample)?.kind == .failure)
  }

  @Test func `may also be required, or recorded`() async throws {
    for body: @Sendable () throws -> Void in [
      { try #require(Self.loseAnUpdate() == 2) },
      { if try Self.loseAnUpdate() == 1 { Issue.record("lost") } },
    ] {
      let reports = try await reports(body)
      try #require(reports.count == 1)
      #expect((reports[0].error as? Counterexample)?.kind == .failure)
    }
  }

  @Test func `that holds is nothing to report`() throws {
    let coverage = exploreInTest {
      let sum = try Self.loseAnUpdate()
      #expect([1, 2].contains(sum))
    }
    #expect(coverage?.verdict == .proved)
  }

  @MainActor @Test func `is seen on the main thread, too`() async throws {
    let reports = try await reports { #expect(Bool(false)) }
    #expect(reports.count == 1)
  }

  @Test func `that is known to fail makes no execution fail`() async throws {
    let reports = try await reports {
      withKnownIssue { #expect(Bool(false)) }
      _ = try Self.loseAnUpdate()
    }
    #expect(reports.count == 1)
    #expect(reports.allSatisfy { !$0.isFailure })
  }

  @Test func `outside of a body is an issue of the test`() {
    withKnownIssue {
      var exploration = Exploration(executions: 1)
      exploration.strategy = .random(seed: 1)
      exploreInTest(exploration) {}
      #expect(Bool(false))
    } matching: { issue in
      issue.error == nil
    }
  }
}

/// Something that cannot be copied, for several threads.
private final class Box<Value: ~Copyable & Sendable>: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}
