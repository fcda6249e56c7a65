/// Prose on standard output: wrapped, with headings, plain text unless a terminal reads it.
struct Page {
  private let width: Int
  private let hasColours: Bool

  private static let greatestWidth = 78

  /// A page as wide as the terminal, but not so wide that lines are hard to read.
  init(_ terminal: Terminal = .standardOutput) {
    width = min(terminal.width - 2, Self.greatestWidth)
    hasColours = terminal.hasColours
  }

  /// Begins a part.
  func heading(_ text: String) throws {
    let line = hasColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    try Output.print("\n\(line)")
    try Output.print(String(repeating: "-", count: text.count))
  }

  /// Prints a text, wrapped at spaces.
  func paragraph(_ text: String) throws {
    var line = ""
    try Output.print()
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        try Output.print(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    try Output.print(line)
  }

  /// Prints lines that are not wrapped.
  func block(_ lines: [String]) throws {
    try Output.print()
    for line in lines { try Output.print(line.isEmpty ? "" : "    \(line)") }
  }

  /// Prints one line of a list of results.
  func result(_ label: String, _ value: String) throws {
    let gap = String(repeating: " ", count: max(Self.labelColumn - label.count, 1))
    try Output.print("    \(label)\(gap)\(value)")
  }

  private static let labelColumn = 24
}
