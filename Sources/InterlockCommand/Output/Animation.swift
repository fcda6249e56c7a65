import Glibc
import InterlockPrograms

/// Lines on a terminal that are drawn again and again in the same place.
///
/// The cursor is hidden meanwhile. However the animation ends, by Ctrl-C too, it comes back.
struct Animation: ~Copyable {
  private let terminal: Terminal
  private var height = 0

  private init(on terminal: Terminal) {
    self.terminal = terminal
  }

  /// Lets `body` show lines.
  ///
  /// - Parameters:
  ///   - terminal: Where to show them; it can move its cursor.
  ///   - body: Calls ``show(_:)`` as often as it likes.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  static func show<Result>(
    on terminal: Terminal,
    _ body: (inout Animation) throws -> Result
  ) throws -> Result {
    restoreOnInterrupt()
    var animation = Animation(on: terminal)
    // If it cannot be written to any more there is nothing to restore.
    defer { try? Output.write(restoring, to: terminal.descriptor) }
    return try body(&animation)
  }

  /// Shows lines in the place of those that were shown before.
  ///
  /// - Throws: ``Failure`` if that is not possible.
  mutating func show(_ lines: [String]) throws(Failure) {
    // A terminal that has become smaller meanwhile shows the upper part.
    let lines = lines.prefix(max((terminal.height ?? .max) - 1, 1))
    do throws(SystemError) {
      try Output.write(Self.frame(Array(lines), over: height), to: terminal.descriptor)
    } catch {
      throw Failure("standard output: \(error)")
    }
    height = lines.count
  }

  /// What makes a terminal show `lines` in the place of the `height` lines above its cursor.
  static func frame(_ lines: [String], over height: Int) -> String {
    let hide = "\u{1B}[?25l"
    let up = height > 0 ? "\u{1B}[\(height)A" : ""
    // Each line is cleared behind its text and not before, so that nothing flickers.
    return "\(hide)\(up)\r" + lines.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
  }

  /// What brings the usual colours and the cursor back.
  static let restoring = "\u{1B}[0m\u{1B}[?25h"

  /// Brings the cursor back before a signal ends or stops the program, unless it is ignored.
  private static func restoreOnInterrupt() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      handle(number) { number in
        Animation.restoreInHandler()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
    handle(SIGTSTP) { _ in
      Animation.restoreInHandler()
      // When the program goes on, the next frame hides the cursor again.
      raise(SIGSTOP)
    }
  }

  // SAFETY: the handlers call nothing but functions that a handler may call.
  private static func handle(_ number: Int32, by handler: @escaping @convention(c) (Int32) -> Void)
  {
    let before = signal(number, handler)
    if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      signal(number, SIG_IGN)
    }
  }

  /// Writes ``restoring``, and goes to a new line.
  private static func restoreInHandler() {
    let restoring: StaticString = "\u{1B}[0m\u{1B}[?25h\r\n"
    unsafe _ = write(STDOUT_FILENO, restoring.utf8Start, restoring.utf8CodeUnitCount)
  }
}
