/// How far a run of a ``Pipeline`` is, for other threads to look at while it runs.
///
///     let progress = PipelineProgress()
///     let display = try Alarm(after: .seconds(1), repeating: .seconds(1)) {
///       for stage in progress.stages { print(stage) }
///     }
///     try winds.run(reportingTo: progress) { distribution.count($0) }
///     display.cancel()
///
/// Where elements pile up is the stage that is too slow: its `waiting` is close to the pipeline's
/// capacity, and that of the stages behind it close to zero. Give it more workers.
///
/// It tells of the run that was given it last, and keeps that run's final numbers.
///
/// ## Ordering
///
/// None: the numbers may be old when they arrive, and need not fit each other before the run is over.
///
/// ## Waiting
///
/// Nothing here waits.
///
/// ## Cost
///
/// Workers count for themselves, with an instruction or two. Whoever looks adds up.
public final class PipelineProgress: Sendable {
  /// How far one stage is.
  public struct Stage: Hashable, Sendable {
    /// What the stage is called; the source is `source`.
    public let name: String
    /// How many threads work in it.
    public let workers: Int
    /// How many elements its workers have taken.
    public let taken: Int
    /// How many results they have emitted.
    public let emitted: Int
    /// How many elements are there for it to take.
    public let waiting: Int
    /// Whether all its workers have ended.
    public let isFinished: Bool
  }

  private struct Numbers {
    var stages: [Stage] = []
    var resultCount = 0
    var failedStage: String?
  }

  private enum State {
    case following(PipelineRun)
    /// The run is not kept alive, and what its closures captured neither.
    case over(Numbers)
  }

  private let state = Guarded(State.over(Numbers()))

  /// Creates a view of a run that is still to come.
  public init() {}

  /// The stages, the source first; none before the first run.
  public var stages: [Stage] { numbers.stages }

  /// How many results the caller was given.
  public var resultCount: Int { numbers.resultCount }

  /// The stage whose error ended the run: its name, `source`, or `results` for the closure that is given
  /// the results; `nil` if there was no error, or it was not of a stage.
  public var failedStage: String? { numbers.failedStage }

  /// The run begins.
  func follow(_ run: PipelineRun) {
    replace { _ in .following(run) }
  }

  /// The run is over.
  func leave(_ run: PipelineRun) {
    let numbers = Self.numbers(of: run)
    replace { state in
      guard case .following(let followed) = state, followed === run else { return nil }
      return .over(numbers)
    }
  }
}

extension PipelineProgress {
  private var numbers: Numbers {
    switch state.withLock({ $0 }) {
    case .following(let run): Self.numbers(of: run)
    case .over(let numbers): numbers
    }
  }

  /// What was there before goes after the guard is released: a run has foreign closures.
  private func replace(_ change: (State) -> State?) {
    let old = state.withLock { state -> State in
      defer { if let new = change(state) { state = new } }
      return state
    }
    withExtendedLifetime(old) {}
  }

  private static func numbers(of run: PipelineRun) -> Numbers {
    let stages = zip(run.stages, run.tallies).map { stage, tally in
      Stage(
        name: tally.name,
        workers: tally.workers.count,
        taken: tally.workers.reduce(0) { $0 + $1.taken },
        emitted: tally.workers.reduce(0) { $0 + $1.emitted },
        waiting: stage.waiting,
        isFinished: tally.isFinished
      )
    }
    return Numbers(stages: stages, resultCount: run.results.taken, failedStage: run.failedStage)
  }
}

extension PipelineProgress.Stage: CustomStringConvertible {
  /// The numbers in one line.
  public var description: String {
    "\(name): \(taken) taken, \(emitted) emitted, \(waiting) waiting\(isFinished ? ", finished" : "")"
  }
}
