import Interlock

/// A bench where every robot takes the left tool first, whichever it reaches for.
///
/// A circle would need a robot that holds the right tool and waits for the left one. There is none.
public final class OrderedBench: Bench {
  private let left = Lock(name: "left")
  private let right = Lock(name: "right")

  /// Sets up a bench.
  public init() {}

  /// Takes both tools, works with them, and puts them back.
  ///
  /// - Parameters:
  ///   - first: One tool.
  ///   - second: The other one.
  ///   - work: What to do with them.
  public func withTools(_ first: Tool, _ second: Tool, _ work: () -> Void) {
    let tools = [first, second].sorted { $0.rawValue < $1.rawValue }
    lock(of: tools[0]).withLock {
      lock(of: tools[1]).withLock {
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
