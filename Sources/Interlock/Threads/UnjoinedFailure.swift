import CInterlock
import Glibc

/// What happens to an error of a thread that nobody joins.
///
/// A thread's error is rethrown by `join()`. If the handle goes away and nobody has joined, the
/// error would be lost; it is given to the handler instead, which prints a line on standard error
/// unless the program sets another.
public enum UnjoinedFailure {
  /// Is given the error, and the thread that threw it, on some thread.
  public typealias Handler = @Sendable (_ error: any Error, _ thread: ThreadIdentity) -> Void

  private static let current = Guarded<Handler>(printLine, isQuiet: true)

  /// The handler for the whole process.
  public static var handler: Handler {
    get { current.withLock { $0 } }
    set {
      // What the old handler holds may be the last of its kind: it goes when the guard is free.
      let old = current.withLock { handler in
        defer { handler = newValue }
        return handler
      }
      withExtendedLifetime(old) {}
    }
  }

  static func report(_ error: any Error, of thread: ThreadIdentity) {
    handler(error, thread)
  }

  private static func printLine(_ error: any Error, _ thread: ThreadIdentity) {
    StandardError.write(
      "interlock: thread \"\(thread.name)\" ended with an error and nobody joined it: \(error)\n"
    )
  }
}
