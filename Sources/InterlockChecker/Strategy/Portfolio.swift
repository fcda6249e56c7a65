/// Runs a program in the ways that together find most: small programs in all ways, larger ones by a mix.
///
/// 1. One run for each thread, in which that thread goes first and nobody is interrupted.
/// 2. An exhaustive search for a quarter of the runs. If it comes to its end, that is a proof, and the
///    portfolio is done. If it does not soon, every other run is a sampler's: the time of most explorations
///    is over long before so many runs, and what was tried by then differs in the last steps only.
/// 3. Searches with at most one and at most two preemptions, for an eighth of the runs each.
/// 4. Samplers, in rounds: those that still come to classes that were not seen before run more often.
///
/// What it does depends on the seed and on the program only.
package struct Portfolio<Program: Explorable>: Search {
  /// What it is doing.
  package enum Phase: Hashable, Sendable {
    /// Each thread goes first once.
    case firstLook
    /// All ways.
    case exhaustive
    /// All ways with so few preemptions.
    case bounded(Int)
    /// Drawing.
    case sampled
    /// All runs were made, or as many as it may.
    case finished
  }

  /// What it is doing, or did when it made the last run.
  package private(set) var phase = Phase.firstLook
  /// How many runs were made.
  package private(set) var executions = 0
  /// The schedule of the run made last.
  package private(set) var choices: [Choice] = []
  /// The search that tries all ways: whether it has finished, and how far it has come.
  package private(set) var exhaustive: ExhaustiveSearch<Program>

  private let program: Program
  private let budget: Int
  private let stepLimit: Int
  private var bounded: BoundedSearch<Program>
  private var samplers: [WeightedSampler<Program>] = []
  private var seen: Set<ClassHash> = []
  private var round: [Int] = []
  private var random: SplitMix64
  private var runsInPhase = 0
  private var leadLimit = 1

  /// Runs that a first exhaustive search never exceeds.
  private static var exhaustiveLimit: Int { 50_000 }
  /// Runs of that search before samplers take turns with it.
  private static var undisturbedRuns: Int { 100 }

  /// Whether the run made last is none of the exhaustive search, though it goes on.
  package private(set) var isAside = false

  /// A portfolio that has made no run.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - budget: How many runs to make at the most.
  ///   - seed: Where random numbers begin.
  ///   - stepLimit: How many steps a run may have; one that has more is cut short.
  package init(
    _ program: Program,
    budget: Int,
    seed: UInt64,
    stepLimit: Int = StepLimit.standard
  ) {
    self.program = program
    self.budget = budget
    self.stepLimit = stepLimit
    random = SplitMix64(seed: seed, strategy: 0, run: 0)
    exhaustive = ExhaustiveSearch(program, stepLimit: stepLimit)
    bounded = BoundedSearch(program, bound: 1, stepLimit: stepLimit)
    samplers = WeightedSampler.all(program, seed: seed, stepLimit: stepLimit)
  }

  /// Whether all classes were run, none of them cut short.
  package var isProof: Bool { exhaustive.isFinished && exhaustive.isExact }

  /// Makes the next run.
  ///
  /// - Returns: The run, or `nil` if all were made or the budget is used up.
  package mutating func next() -> Execution? {
    while phase != .finished {
      guard executions < budget else {
        phase = .finished
        return nil
      }
      if let execution = makeRun() {
        executions += 1
        runsInPhase += 1
        return execution
      }
      enterNextPhase()
    }
    return nil
  }

  private mutating func makeRun() -> Execution? {
    isAside = false
    switch phase {
    case .firstLook: return lead()
    case .exhaustive:
      guard runsInPhase < min(budget / 4, Self.exhaustiveLimit) else { return nil }
      isAside = runsInPhase >= Self.undisturbedRuns && !runsInPhase.isMultiple(of: 2)
      return isAside ? sample() : Self.run(&exhaustive, &choices)
    case .bounded: return runsInPhase < budget / 8 ? Self.run(&bounded, &choices) : nil
    case .sampled: return sample()
    case .finished: return nil
    }
  }

  private static func run(_ search: inout some Search, _ choices: inout [Choice]) -> Execution? {
    let execution = search.next()
    choices = search.choices
    return execution
  }

  private mutating func enterNextPhase() {
    runsInPhase = 0
    switch phase {
    case .firstLook: phase = .exhaustive
    case .exhaustive: phase = isProof ? .finished : .bounded(1)
    case .bounded(1):
      phase = .bounded(2)
      bounded = BoundedSearch(program, bound: 2, stepLimit: stepLimit)
    case .bounded: phase = .sampled
    case .sampled, .finished: phase = .finished
    }
  }

  /// Lets one thread after the other go first.
  private mutating func lead() -> Execution? {
    guard runsInPhase < leadLimit else { return nil }
    let blocks = [Block(thread: runsInPhase, labels: Array(repeating: 0, count: stepLimit))]
    let run = Replay.follow(leniently: blocks, program, stepLimit: stepLimit)
    choices = run.choices
    leadLimit = min(run.machine.threadCount, budget / 8)
    let isOver = !run.machine.canGoOn
    return Execution(machine: run.machine, ending: isOver ? .complete : .cutShort)
  }

  private mutating func sample() -> Execution? {
    if round.isEmpty { beginRound() }
    guard let place = round.popLast() else { return nil }
    let execution = Self.run(&samplers[place].search, &choices)
    if let hash = samplers[place].search.classHash, seen.insert(hash).inserted {
      samplers[place].found += 1
    }
    samplers[place].runs += 1
    return execution
  }

  /// Draws which sampler makes which of the next runs.
  private mutating func beginRound() {
    let weights = samplers.map(\.weight)
    let total = weights.reduce(0, +)
    for _ in 0..<64 {
      var ticket = random.fraction() * total
      let place = weights.firstIndex { weight in
        ticket -= weight
        return ticket < 0
      }
      round.append(place ?? 0)
    }
    for place in samplers.indices { samplers[place].forgetHalf() }
  }
}

/// A sampler of a portfolio, with how much it is worth.
private struct WeightedSampler<Program: Explorable> {
  var search: SampledSearch<Program>
  let share: Double
  var runs = 0.0
  var found = 0.0

  /// Its share, more if most of its runs are of new classes, and less if few are; never under one in
  /// twenty.
  var weight: Double {
    guard runs > 0 else { return share }
    return max(0.05, share * (0.2 + found / runs))
  }

  /// What was long ago counts less.
  mutating func forgetHalf() {
    runs /= 2
    found /= 2
  }

  static func all(_ program: Program, seed: UInt64, stepLimit: Int) -> [WeightedSampler] {
    let shares: [(SamplerKind, Double)] = [
      (.selectiveUniformWalk, 0.35), (.uniformWalk, 0.2), (.partialOrder, 0.2),
      (.priorityChange1, 0.05), (.priorityChange2, 0.05), (.priorityChange3, 0.05),
      (.randomWalk, 0.1),
    ]
    return shares.map { kind, share in
      WeightedSampler(
        search: SampledSearch(
          program,
          kind,
          seed: seed,
          stepLimit: stepLimit,
          keepsClasses: true
        ),
        share: share
      )
    }
  }
}
