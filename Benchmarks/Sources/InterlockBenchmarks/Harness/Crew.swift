import CPeers
import Glibc
import Interlock

/// Threads that start together.
///
/// There is one crew at a time.
struct Crew {
  private let handles: [ThreadHandle<Int, Never>]

  /// Starts the threads and lets them wait at the start line.
  ///
  /// - Parameters:
  ///   - threads: How many.
  ///   - body: What each does; it is given the thread's place, and returns how much it has done.
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  init(_ threads: Int, body: @escaping @Sendable (_ thread: Int) -> Int) throws {
    crew_prepare(Int32(threads + 1))
    handles = try (0..<threads).map { thread in
      try spawn {
        crew_arrive()
        return body(thread)
      }
    }
  }

  /// Lets them go.
  func start() -> Stopwatch {
    let stopwatch = Stopwatch()
    crew_arrive()
    return stopwatch
  }

  /// Ends the time of threads that look at ``isStopped``.
  func stop(after seconds: Double) {
    usleep(UInt32(seconds * 1e6))
    crew_stop()
  }

  /// Whether the crew's time is over.
  @inline(__always)
  static var isStopped: Bool { crew_is_stopped() }

  /// Waits until they have finished.
  ///
  /// - Returns: How much they have done, all together.
  @discardableResult
  func join() -> Int {
    handles.reduce(0) { $0 + $1.join() }
  }
}
