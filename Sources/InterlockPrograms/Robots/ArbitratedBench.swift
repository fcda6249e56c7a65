import Interlock

/// A bench with an arbitrator, which gives a robot both tools or none.
///
/// Nobody holds one tool and waits for the other, so that no circle can begin.
public final class ArbitratedBench: Bench {
  private let arbitrator = Arbitrator<Tool>(name: "bench")

  /// Sets up a bench.
  public init() {}

  /// Takes both tools, works with them, and puts them back.
  ///
  /// - Parameters:
  ///   - first: One tool.
  ///   - second: The other one.
  ///   - work: What to do with them.
  public func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) {
    arbitrator.withResources([first, second]) {
      work()
    }
  }
}
