import InterlockChecker
import InterlockScenarios
import Testing

@Suite struct `A scenario` {
  @Test(arguments: Scenario.all.map(\.name))
  func `has the verdict that is expected of it`(name: String) throws {
    let scenario = try #require(Scenario.named(name))
    let result = scenario.check(Exploration(executions: 1_000))
    #expect(result.isExpected, "\(result.outcome)")
  }

  @Test func `has a name of its own`() {
    #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
    #expect(Scenario.named("nobody") == nil)
  }
}
