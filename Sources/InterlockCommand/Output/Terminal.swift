import Glibc

/// What is at the other end of a descriptor: a terminal, or something that keeps what it is sent.
struct Terminal: Sendable {
  let descriptor: Int32

  static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
  static let standardError = Terminal(descriptor: STDERR_FILENO)

  /// Goes to the beginning of the line and clears it.
  static let clearLine = "\r\u{1B}[K"

  /// Whether it is a terminal that can move its cursor.
  var isInteractive: Bool { isatty(descriptor) == 1 && Self.variable("TERM") != "dumb" }

  /// Whether colours are welcome; see no-color.org.
  var hasColours: Bool { isInteractive && (Self.variable("NO_COLOR") ?? "").isEmpty }

  /// How many characters fit a line.
  var width: Int { ownWidth ?? Self.usualWidth }

  /// How many characters a line of a table may have: as many as fit, if it is a terminal; else as many as the
  /// environment says, or else as can be read with ease.
  var tableWidth: Int {
    let wish = Self.variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    return ownWidth ?? wish ?? Self.widthOfTables
  }

  /// How many characters the terminal says that fit; `nil` if it does not, or is none.
  private var ownWidth: Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// How many lines it shows; `nil` if it does not say.
  var height: Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else {
      return nil
    }
    return Int(size.ws_row)
  }

  private static let usualWidth = 80
  private static let widthOfTables = 100

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
