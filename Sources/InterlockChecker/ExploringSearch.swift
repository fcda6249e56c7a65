import Interlock

/// A search that an exploration can make, with what it has to say beside its runs.
protocol ExploringSearch: Search {
  /// What is known if none of the runs so far went wrong.
  var verdict: Coverage.Verdict { get }
  /// What it does now.
  var progressPhase: Exploration.Progress.Phase { get }
  /// How many runs there may be in all, as far as that can be said.
  var estimatedRuns: Double? { get }
  /// Whether the run made last was a first look: a search for a proof repeats it, later or before.
  var isFirstLook: Bool { get }
}

extension ExploringSearch {
  var estimatedRuns: Double? { nil }
  var isFirstLook: Bool { false }
}

extension Portfolio: ExploringSearch {
  var verdict: Coverage.Verdict { isProof ? .proved : .sampled }
  var isFirstLook: Bool { phase == .firstLook || isAside }
  var estimatedRuns: Double? {
    phase == .exhaustive ? exhaustive.estimatedExecutions : nil
  }
  var progressPhase: Exploration.Progress.Phase {
    switch phase {
    case .firstLook, .exhaustive: .exhaustive
    case .bounded(let preemptions): .bounded(preemptions: preemptions)
    case .sampled, .finished: .sampled
    }
  }
}

extension ExhaustiveSearch: ExploringSearch {
  var verdict: Coverage.Verdict { isFinished && isExact ? .proved : .sampled }
  var progressPhase: Exploration.Progress.Phase { .exhaustive }
  var estimatedRuns: Double? { estimatedExecutions }
}

extension BoundedSearch: ExploringSearch {
  var verdict: Coverage.Verdict {
    isFinished && isExact ? .bounded(preemptions: bound) : .sampled
  }
  var progressPhase: Exploration.Progress.Phase { .bounded(preemptions: bound) }
}

extension SampledSearch: ExploringSearch {
  var verdict: Coverage.Verdict { .sampled }
  var progressPhase: Exploration.Progress.Phase { .sampled }
}

/// A search, and how to begin it anew.
final class Restartable<Runs: ExploringSearch> {
  // SAFETY: one explorer has it, and calls it from one place.
  @safe @exclusivity(unchecked)
  var search: Runs
  private let make: () -> Runs

  init(_ make: @escaping () -> Runs) {
    self.make = make
    search = make()
  }

  /// Begins anew.
  func restart() { search = make() }
}

/// The search that a strategy means.
///
/// An enumeration, and not a value of any type that is a search: so the compiler makes code of its own for
/// each, which a search with millions of steps needs.
enum Course {
  case automatic(Restartable<Portfolio<CheckedProgram>>)
  case exhaustive(Restartable<ExhaustiveSearch<CheckedProgram>>)
  case bounded(Restartable<BoundedSearch<CheckedProgram>>)
  case sampled(Restartable<SampledSearch<CheckedProgram>>)
  /// One run, as a text says.
  case replay(String)

  init(_ options: Exploration, _ program: CheckedProgram) {
    let (budget, stepLimit) = (options.executions, options.stepLimit)
    let skipped = options.skippedExecutions
    guard skipped >= 0 else {
      misuse("Exploration.skippedExecutions is \(skipped); leave out as many as were made, or 0.")
    }
    func sampled(_ kind: SamplerKind, _ seed: UInt64) -> Course {
      .sampled(
        Restartable {
          SampledSearch(program, kind, seed: seed, firstRun: skipped, stepLimit: stepLimit)
        }
      )
    }
    switch options.strategy {
    case .automatic(let seed):
      self = .automatic(
        Restartable { Portfolio(program, budget: budget, seed: seed, stepLimit: stepLimit) }
      )
    case .exhaustive:
      self = .exhaustive(Restartable { ExhaustiveSearch(program, stepLimit: stepLimit) })
    case .bounded(let preemptions):
      self = .bounded(
        Restartable { BoundedSearch(program, bound: preemptions, stepLimit: stepLimit) }
      )
    case .random(let seed): self = sampled(.randomWalk, seed)
    case .priorityChange(let depth, let seed): self = sampled(.priorityChange(depth), seed)
    case .partialOrder(let seed): self = sampled(.partialOrder, seed)
    case .uniform(let seed): self = sampled(.uniformWalk, seed)
    case .selectivelyUniform(let seed): self = sampled(.selectiveUniformWalk, seed)
    case .replay(let text): self = .replay(text)
    }
  }
}

extension SamplerKind {
  /// The one that changes priorities, for bugs of a depth.
  fileprivate static func priorityChange(_ depth: Int) -> SamplerKind {
    switch depth {
    case 1: return .priorityChange1
    case 2: return .priorityChange2
    case 3: return .priorityChange3
    default:
      misuse(
        "Strategy.priorityChange(depth: \(depth)): the depth is 1, 2 or 3; use .random or .automatic."
      )
    }
  }
}
