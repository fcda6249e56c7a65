import Interlock

/// A bench where each robot takes the tool that it reaches for first: broken on purpose.
///
/// Red takes the left tool, blue takes the right one, and now each waits for what the other holds.
public final class DeadlockingBench: Bench {
  private let left = Lock(name: "left")
  private let right = Lock(name: "right")
  private let moment: UnluckyMoment?

  /// Sets up a bench.
  ///
  /// - Parameter isUnlucky: Whether both robots have their first tool at the same time in the first
  ///   round, for sure; otherwise that is left to the scheduler.
  public init(isUnlucky: Bool = true) {
    moment = isUnlucky ? UnluckyMoment(threads: 2) : nil
  }

  /// Takes both tools, works with them, and puts them back.
  ///
  /// - Parameters:
  ///   - first: The tool to take first.
  ///   - second: The tool to take then.
  ///   - work: What to do with them.
  /// - Throws: `Deadlock` if the robot would wait for ever.
  public func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) throws {
    try lock(of: first).withLockUnlessDeadlocked {
      moment?.wait()
      try lock(of: second).withLockUnlessDeadlocked {
        work()
      }
    }
  }

  private func lock(of tool: Tool) -> Lock {
    switch tool {
    case .left: left
    case .right: right
    }
  }
}
