import Interlock

/// How far a run has come that multiplies matrices, for whoever watches it, and the switch that stops
/// it.
///
/// All threads may use it at any time.
///
///     let progress = MatrixProgress()
///     let display = Alarm(after: .milliseconds(100), repeating: .milliseconds(100)) {
///       print("\(progress.rounds) rounds so far")
///     }
///     let report = try MatrixMultiplier().multiplyAtRandom(size: 500, rounds: 1_000, progress: progress)
///     display.cancel()
public final class MatrixProgress: Sendable {
  // Ordering: these are single facts, and nothing else is read because of them; all is relaxed.
  private let roundCount = Atomic(0)
  private let stopFlag = Atomic(false)

  /// Nothing so far.
  public init() {}

  /// How many rounds are over.
  public var rounds: Int { roundCount.load(ordering: .relaxed) }

  /// Whether ``stop()`` was called.
  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// Ends the run after the round that is under way.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  func addRound() { roundCount.wrappingAdd(1, ordering: .relaxed) }
}
