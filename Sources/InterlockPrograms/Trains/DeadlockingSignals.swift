import Interlock

/// Signals that let a train onto the next crossing as soon as it is free: broken on purpose.
///
/// A train that stops before its second crossing still stands on its first one, and another train
/// stops before that.
public final class DeadlockingSignals: SignalBox {
  private let locks: [Lock]
  private let moment: UnluckyMoment?

  /// Sets up signals for so many crossings.
  ///
  /// - Parameters:
  ///   - crossings: How many there are, and as many trains.
  ///   - isUnlucky: Whether all trains enter their first crossing at the same time, for sure;
  ///     otherwise that depends on how punctual they are.
  public init(crossings: Int, isUnlucky: Bool = true) {
    locks = (1...crossings).map { Lock(name: "crossing \($0)") }
    moment = isUnlucky ? UnluckyMoment(threads: crossings) : nil
  }

  /// Waits until the next crossing is free, and reserves it.
  ///
  /// - Parameter row: The crossing that the train is about to enter; the others do not matter here.
  /// - Returns: That crossing.
  /// - Throws: `Deadlock` if the train would wait for ever.
  public func reserve(_ row: [Int]) throws -> [Int] {
    let crossing = row[0]
    try locks[crossing - 1].acquireUnlessDeadlocked()
    moment?.wait()
    return [crossing]
  }

  /// Gives a crossing back.
  public func release(_ crossing: Int) {
    locks[crossing - 1].release()
  }
}
