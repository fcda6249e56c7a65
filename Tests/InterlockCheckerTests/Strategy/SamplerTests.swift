import InterlockChecker
import Testing

@Suite struct SamplerTests {
  /// Ten times what the reference model needed at the most, and more.
  @Test(
    arguments: SamplerKind.allCases.filter { $0 != .priorityChange1 },
    KnownBug.shallow
  )
  func `a shallow bug is found`(_ kind: SamplerKind, _ bug: KnownBug) {
    for seed in UInt64(1)...3 {
      let failure = bug.firstFailure(kind, seed: seed, limit: 3_000)
      #expect(failure != nil, "seed \(seed)")
    }
  }

  @Test func `the uniform walk finds what is rare in a random walk`() {
    let bug = KnownBug.spawnedReorder(8)
    #expect(bug.firstFailure(.uniformWalk, seed: 1, limit: 2_000) != nil)
    #expect(bug.firstFailure(.selectiveUniformWalk, seed: 1, limit: 2_000) != nil)
  }

  @Test(arguments: SamplerKind.allCases)
  func `the same seed gives the same runs, and another one others`(_ kind: SamplerKind) {
    func runs(seed: UInt64) -> [[Choice]] {
      var search = SampledSearch(ModelProgram.reorder(5), kind, seed: seed)
      return (0..<30).map { _ in
        _ = search.next()
        return search.choices
      }
    }
    let first = runs(seed: 1)
    #expect(first == runs(seed: 1))
    #expect(first != runs(seed: 2))
    #expect(Set(first).count > 1)
  }

  /// What others learn from run to run they learn anew.
  @Test(arguments: [SamplerKind.randomWalk, .partialOrder])
  func `a search goes on in another one that leaves out the runs that were made`(
    _ kind: SamplerKind
  ) {
    func runs(_ count: Int, after first: Int) -> [[Choice]] {
      var search = SampledSearch(ModelProgram.reorder(5), kind, seed: 3, firstRun: first)
      return (0..<count).map { _ in
        _ = search.next()
        return search.choices
      }
    }
    #expect(runs(12, after: 0) + runs(18, after: 12) == runs(30, after: 0))
  }

  @Test(arguments: SamplerKind.allCases)
  func `only steps that are possible are drawn, and every run ends`(_ kind: SamplerKind) {
    for number in UInt64(1)...40 {
      var dice = SplitMix64(seed: 4, strategy: 0, run: number)
      let program = ModelProgram.random(&dice)
      var search = SampledSearch(program, kind, seed: number)
      for _ in 0..<10 {
        let ending = search.next()?.ending
        #expect(ending == .complete)
      }
    }
  }
}

@Suite struct PortfolioTests {
  @Test func `a small program is proved`() {
    var portfolio = Portfolio(ModelProgram.increments(threads: 2, each: 3), budget: 1_000, seed: 1)
    while portfolio.next() != nil {}
    let (isProof, runs) = (portfolio.isProof, portfolio.exhaustive.executions)
    #expect(isProof)
    #expect(runs == 20)
  }

  @Test func `a large program is sampled within the budget`() {
    var portfolio = Portfolio(ModelProgram.increments(threads: 4, each: 4), budget: 800, seed: 1)
    var phases: Set<Portfolio<ModelProgram>.Phase> = []
    var runs = 0
    while portfolio.next() != nil {
      phases.insert(portfolio.phase)
      runs += 1
    }
    let isProof = portfolio.isProof
    #expect(!isProof)
    #expect(runs == 800)
    #expect(phases == [.firstLook, .exhaustive, .bounded(1), .bounded(2), .sampled])
  }

  @Test func `samplers take turns with an exhaustive search that does not end soon`() {
    var portfolio = Portfolio(
      ModelProgram.increments(threads: 4, each: 4),
      budget: 100_000,
      seed: 1
    )
    var asides = 0
    for _ in 0..<3_000 where portfolio.next() != nil && portfolio.isAside { asides += 1 }
    let phase = portfolio.phase
    #expect(phase == .exhaustive)
    #expect((1_400...1_500).contains(asides))
  }

  @Test func `a proof counts the runs of the exhaustive search only`() {
    let program = ModelProgram.increments(threads: 3, each: 3)
    var search = ExhaustiveSearch(program)
    while search.next() != nil {}
    var portfolio = Portfolio(program, budget: 100_000, seed: 1)
    while portfolio.next() != nil {}
    let (isProof, runs, classes) = (
      portfolio.isProof, portfolio.exhaustive.executions, search.executions
    )
    #expect(isProof)
    #expect(runs == classes)
    #expect(runs > 1_000)
  }

  @Test(arguments: KnownBug.shallow + [.reorder(10), .spawnedReorder(8)])
  func `a bug is found`(_ bug: KnownBug) {
    var portfolio = Portfolio(bug.program, budget: 4_000, seed: 1)
    var isFound = false
    while !isFound, let execution = portfolio.next() { isFound = bug.isFailing(execution.machine) }
    #expect(isFound)
  }
}
