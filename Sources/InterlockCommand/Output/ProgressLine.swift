import Glibc
import Interlock

/// A line on the terminal that says how far the work has come, and goes away when it is done.
///
/// It is on standard error, where it cannot get into a result. Ctrl-C takes it away too.
enum ProgressLine {
  private static let delay = Duration.milliseconds(200)
  private static let interval = Duration.milliseconds(100)

  /// Shows the line while work is done that takes its time.
  ///
  /// - Parameters:
  ///   - isWanted: Whether anybody wants to see it; if not, the work is done and that is all.
  ///   - text: What to show; asked ten times a second, on a thread of its own.
  ///   - work: What to do.
  /// - Returns: What `work` returns.
  /// - Throws: What `work` throws, or `ThreadError`.
  static func show<Result>(
    if isWanted: Bool,
    _ text: @escaping @Sendable () -> String,
    while work: () throws -> Result
  ) throws -> Result {
    guard isWanted else { return try work() }
    goAwayOnInterrupt()
    let alarm = try Alarm(after: delay, repeating: interval, name: "progress") {
      let line = text().prefix(Terminal.standardError.width - 1)
      try? Output.write(Terminal.clearLine + line, to: STDERR_FILENO)
    }
    defer {
      alarm.cancel()
      alarm.join()
      try? Output.write(Terminal.clearLine, to: STDERR_FILENO)
    }
    return try work()
  }

  /// Makes Ctrl-C take the line away before it ends the program, unless it is ignored.
  private static func goAwayOnInterrupt() {
    // SAFETY: the handler calls nothing but functions that a handler may call.
    let before = signal(SIGINT) { number in
      let clear: StaticString = "\r\u{1B}[K"
      unsafe _ = write(STDERR_FILENO, clear.utf8Start, clear.utf8CodeUnitCount)
      signal(number, SIG_DFL)
      raise(number)
    }
    if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(SIGINT, SIG_IGN)
    }
  }
}
