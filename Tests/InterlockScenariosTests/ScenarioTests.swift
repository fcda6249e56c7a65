import Glibc
import Interlock
import InterlockChecker
import Testing

@testable import InterlockScenarios

@Suite struct `A scenario` {
  @Test(arguments: Scenario.all.map(\.name))
  func `has the verdict that is expected of it`(name: String) throws {
    let scenario = try #require(Scenario.named(name))
    let result = scenario.check(Exploration(executions: 1_000))
    #expect(result.isExpected, "\(result.outcome)")
  }

  /// Those that take long without optimisation.
  private static let slow = ["matrix-threads", "example-red-blue"]

  @Test(
    arguments: Scenario.all
      .filter { !$0.isLarge && $0.expectation == .correct && !slow.contains($0.name) }
      .map(\.name)
  )
  func `is proved in seconds, unless it is said to be large`(name: String) throws {
    let scenario = try #require(Scenario.named(name))
    let result = scenario.check(Exploration(executions: 20_000, duration: .seconds(60)))
    guard case .covered(let coverage) = result.outcome else {
      Issue.record("\(result.outcome)")
      return
    }
    #expect(coverage.verdict != .sampled, "\(coverage)")
  }

  @Test func `leaves no folder behind that it has made`() throws {
    let path = Mutex("")
    let look = Scenario("look", "it has what it reads", .correct, files: ["a/b"]) { folder in
      path.withLock { $0 = folder }
      try require(unsafe access("\(folder)/a/b", F_OK) == 0, "there is no file")
    }
    #expect(look.check(Exploration(executions: 1)).isExpected)
    let made = path.withLock { $0 }
    #expect(made.contains("interlock-scenario"))
    #expect(unsafe access(made, F_OK) != 0)
  }

  @Test func `has a name of its own`() {
    #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
    #expect(Scenario.named("nobody") == nil)
  }
}
