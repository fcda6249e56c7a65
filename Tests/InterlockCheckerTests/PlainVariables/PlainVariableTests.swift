import Interlock
import InterlockChecker
import Testing

/// What the checker sees of variables that nobody has told it about.
@Suite(.enabled(if: Exploration.seesPlainVariables)) struct `Plain variables` {
  @Test(arguments: VariableProgram.racy)
  func `race`(_ program: VariableProgram) throws {
    let found = try #require(program.counterexample(), "\(program.name): nothing was found")
    #expect(found.kind == .race, "\(found)")
    #expect(found.summary.hasPrefix("a data race on a variable: "), "\(found)")
    let again = try #require(
      program.counterexample(Exploration(strategy: .replay(found.schedule)))
    )
    #expect(again.summary == found.summary)
  }

  @Test(arguments: VariableProgram.racy)
  func `race without being reported`(_ program: VariableProgram) throws {
    var exploration = Exploration()
    exploration.reportsRaces = false
    let found = program.counterexample(exploration)
    #expect(found == nil, "\(String(describing: found))")
  }

  @Test(arguments: VariableProgram.ordered)
  func `do not race`(_ program: VariableProgram) throws {
    let found = program.counterexample()
    #expect(found == nil, "\(String(describing: found))")
  }

  @Test func `race in many explorations at the same time`() throws {
    let all = try (0..<4).map { number in
      try spawn {
        let programs = number.isMultiple(of: 2) ? VariableProgram.racy : VariableProgram.ordered
        return programs.allSatisfy { ($0.counterexample() == nil) != number.isMultiple(of: 2) }
      }
    }
    for one in all { #expect(one.join()) }
  }

  @Test func `have both places in the report`() throws {
    let line = #line
    let program = VariableProgram("two places") {
      let counter = Counter()
      try together(
        { counter.count += 1 },
        { if counter.count == 1 { throw Mishap() } }
      )
    }
    let summary = try #require(program.counterexample()).summary
    let places = [4, 5].map { " at PlainVariableTests.swift:\(line + $0), and " }
    #expect(summary.contains("\"thread-2\" writes it in `Plain"), "\(summary)")
    #expect(summary.contains(places[0] + "\"thread-3\" reads it in `Plain"), "\(summary)")
    #expect(summary.contains(places[1] + "nothing orders the two"), "\(summary)")
  }

  @Test func `are of nobody outside of an exploration`() throws {
    let counter = Counter()
    try explore { try together(2) { Lock().withLock {} } }
    let thread = try spawn { for _ in 0..<100 { _ = counter.word } }
    for _ in 0..<100 { counter.increment() }
    thread.join()
    #expect(counter.count == 100)
  }
}
