import Interlock

/// How a program ends in which threads may wait for each other in a circle.
public enum Ending: Hashable, Sendable {
  /// Everybody has done what they wanted to do.
  case finished
  /// Some waited for each other; all have been stopped.
  case deadlocked(WaitingCircle)

  /// The circle, if there was one.
  public var circle: WaitingCircle? {
    if case .deadlocked(let circle) = self { circle } else { nil }
  }

  /// Lets several threads work until all have finished, or until one of them is told of a deadlock.
  ///
  /// Then all are cancelled, and are expected to end when they notice; those that still wait go on when
  /// the one that was told has given back what it holds. When this returns, all have ended.
  ///
  /// - Parameters:
  ///   - names: What to call the threads; there are as many.
  ///   - work: What each of them does; it is given its place in `names`. When it throws a `Deadlock`,
  ///     or passes it to `stopAll` already before it gives anything back, the others are cancelled.
  ///   - meanwhile: What the calling thread does in the meantime.
  /// - Returns: How it ended.
  /// - Throws: `ThreadError` if the system gives the process no other thread, or what `work` or
  ///   `meanwhile` throws besides `Deadlock`.
  static func ofThreads(
    named names: [String],
    working work: @escaping @Sendable (_ place: Int, _ stopAll: (Deadlock) -> Void) throws -> Void,
    meanwhile: () throws -> Void = {}
  ) throws -> Ending {
    let deadlock = Mutex<Deadlock?>(nil, name: "deadlock")
    try withThreads { threads in
      for (place, name) in names.enumerated() {
        try threads.spawn(name: name) { @Sendable in
          let stopAll = { (found: Deadlock) in
            deadlock.withLock { $0 = found }
            threads.cancelAll()
          }
          do {
            try work(place, stopAll)
          } catch let deadlock as Deadlock {
            stopAll(deadlock)
          }
        }
      }
      try meanwhile()
    }
    return deadlock.withLock { $0 }.map { .deadlocked(WaitingCircle($0)) } ?? .finished
  }
}
