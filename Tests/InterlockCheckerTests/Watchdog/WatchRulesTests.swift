import Interlock
import Testing

@testable import InterlockChecker

@Suite struct `The rules of watching` {
  private static let limits = WatchRules.Limits(asleep: .seconds(1), computing: .seconds(20))

  /// What the rules say at the end of what is seen: turn, seconds, CPU time in milliseconds, asleep or not.
  private func finding(
    _ looks: [(turn: UInt64, time: Double, cpu: Int, isAsleep: Bool)]
  ) -> WatchRules.Finding {
    var rules = WatchRules(Self.limits)
    var finding = WatchRules.Finding.nothing
    for look in looks {
      finding = rules.judge(
        WatchRules.Look(
          turn: look.turn,
          moment: Deadline(nanoseconds: UInt64(look.time * 1e9)),
          cpuTime: .milliseconds(look.cpu),
          isAsleep: look.isAsleep
        )
      )
    }
    return finding
  }

  @Test func `a thread that does nothing but sleep is blocked`() {
    #expect(finding([(1, 0, 5, true), (1, 0.5, 5, true)]) == .nothing)
    #expect(finding([(1, 0, 5, true), (1, 0.5, 5, true), (1, 1, 5, true)]) == .blocked)
  }

  @Test func `a thread that was awake in between is not`() {
    #expect(finding([(1, 0, 5, true), (1, 0.9, 6, true), (1, 1.8, 6, true)]) == .nothing)
    #expect(finding([(1, 0, 5, true), (1, 0.9, 5, false), (1, 1.8, 5, true)]) == .nothing)
  }

  @Test func `a thread that cannot run, for hours, is not`() {
    #expect(finding([(1, 0, 5, false), (1, 9000, 5, false), (1, 18000, 5, false)]) == .nothing)
  }

  @Test func `a new turn is a new beginning`() {
    #expect(finding([(1, 0, 5, true), (3, 1, 5, true), (5, 2, 5, true)]) == .nothing)
    #expect(finding([(1, 0, 0, false), (3, 30, 30_000, false)]) == .nothing)
  }

  @Test func `between two turns nothing is looked for`() {
    #expect(finding([(2, 0, 5, true), (2, 10, 5, true)]) == .nothing)
    #expect(finding([(1, 0, 5, true), (2, 1, 5, true), (1, 2, 5, true)]) == .nothing)
  }

  @Test func `a thread computes without end when its turn has used up its time, and not before`() {
    #expect(finding([(1, 0, 5000, false), (1, 20, 24_999, false)]) == .nothing)
    #expect(finding([(1, 0, 5000, false), (1, 20, 25_000, false)]) == .endless)
    #expect(finding([(1, 0, 5000, false), (1, 900, 24_000, false)]) == .nothing)
  }
}
