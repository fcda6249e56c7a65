import InterlockChecker
import Testing

@Suite struct SearchTests {
  @Test func `a search that is interrupted and taken up again makes the same runs`() {
    var whole: [[Choice]] = []
    var search = ExhaustiveSearch(ModelProgram.loadStore(threads: 3))
    while search.next() != nil { whole.append(search.choices) }
    var parts: [[Choice]] = []
    var first = ExhaustiveSearch(ModelProgram.loadStore(threads: 3))
    for _ in 0..<10 {
      _ = first.next()
      parts.append(first.choices)
    }
    var second = first
    _ = first.next()
    while second.next() != nil { parts.append(second.choices) }
    #expect(parts == whole)
  }

  @Test func `the estimate comes to the number of runs`() {
    var search = ExhaustiveSearch(ModelProgram.increments(threads: 3, each: 2))
    for _ in 0..<45 { _ = search.next() }
    let halfway = search.estimatedExecutions
    while search.next() != nil {}
    let atEnd = search.estimatedExecutions
    #expect(halfway > 20 && halfway < 500)
    #expect(atEnd == 90)
  }

  @Test func `a run that does not end is cut short, and the search proves nothing`() {
    let program = ModelProgram("endless", [[.read(0), .jump(to: 0, if: .equals(0))]])
    var search = ExhaustiveSearch(program, stepLimit: 50)
    let ending = search.next()?.ending
    #expect(ending == .cutShort)
    let isExact = search.isExact
    #expect(!isExact)
  }

  @Test func `after a failure what was pending is tried first, and the search is not exact`() {
    let program = ModelProgram("fails", [[.read(0), .fail(if: .equals(0))], [.write(0, 1)]])
    let tally = Tally(program)
    #expect(Set(tally.outcomes.map(\.kind)) == [.failed, .finished])
    #expect(tally.executions == 2)
    // What a thread would have done later, had it not been stopped, is not known.
    let hidden = ModelProgram(
      "fails",
      [[.read(0), .fail(if: .equals(0))], [.write(1, 1), .write(0, 1)]]
    )
    #expect(Tally(hidden).outcomes.map(\.kind) == [.failed])
    #expect(!tally.isExact)
    #expect(!Tally(hidden).isExact)
  }

  @Test func `threads that let others go first do not keep a third one waiting`() {
    let spin: [Instruction] = [
      .read(0), .jump(to: 4, if: .differs(0)), .yield, .jump(to: 0, if: .equals(0)),
    ]
    let program = ModelProgram("spin", [spin, spin, [.write(0, 1)]])
    var search = ExhaustiveSearch(program, stepLimit: 100)
    let ending = search.next()?.ending
    #expect(ending == .complete)
    for kind in SamplerKind.allCases {
      var sampled = SampledSearch(program, kind, seed: 1, stepLimit: 1_000)
      for _ in 0..<20 {
        let ending = sampled.next()?.ending
        #expect(ending == .complete)
      }
    }
  }

  @Test func `a program that does something else under the same schedule is told of`() {
    var search = ExhaustiveSearch(Fickle(), stepLimit: 50)
    var divergence: Divergence?
    while divergence == nil, let execution = search.next() {
      if case .diverged(let found) = execution.ending { divergence = found }
    }
    #expect(divergence?.reason == .differentEvent)
    #expect(divergence?.step == 0)
    let isExact = search.isExact
    #expect(!isExact)
  }

  /// Its first thread uses another object in every run.
  private final class Fickle: Explorable {
    private var runs = 0

    func begin() -> any Machine {
      runs += 1
      let program = ModelProgram(
        "fickle",
        [[.write(runs, 1), .write(0, 1)], [.write(0, 2)]]
      )
      return ModelMachine(program)
    }
  }
}
