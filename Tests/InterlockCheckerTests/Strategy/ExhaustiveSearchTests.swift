import InterlockChecker
import Testing

@Suite struct ExhaustiveSearchTests {
  @Test(arguments: Classic.all)
  func `of a known program every class is run, and once`(_ classic: Classic) {
    let tally = Tally(classic.program)
    #expect(tally.classes.count == classic.classes)
    #expect(tally.executions == classic.classes)
    #expect(tally.deadlocks == classic.deadlocks)
    #expect(tally.outcomes.count == classic.outcomes)
    #expect(tally.asleep == 0)
    #expect(tally.isExact)
  }
}
