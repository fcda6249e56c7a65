/// Characters in rows and columns, each with a style.
struct Canvas {
  /// A place: column and row, from 0 on, from the left and from the top.
  struct Cell: Hashable, Sendable {
    let column: Int
    let row: Int
  }

  /// How a character looks.
  struct Style: Hashable, Sendable {
    /// The terminal's number of the colour; `nil` for the usual one.
    var colour: Int?
    var isBold = false
    /// Whether the colour is behind the character, which then has that of the background.
    var isReversed = false

    static let plain = Style()

    /// The same, with the colour behind the character.
    var reversed: Style { Style(colour: colour, isBold: isBold, isReversed: true) }

    /// What makes a terminal write in this style.
    fileprivate var code: String {
      let codes = [0] + (isBold ? [1] : []) + (isReversed ? [7] : []) + (colour.map { [$0] } ?? [])
      return "\u{1B}[" + codes.map(String.init).joined(separator: ";") + "m"
    }
  }

  private var rows: [[(character: Character, style: Style)]]

  /// An empty canvas.
  init(width: Int, height: Int) {
    rows = Array(repeating: Array(repeating: (" ", .plain), count: width), count: height)
  }

  /// Puts a character into a cell; outside of the canvas nothing happens.
  mutating func put(_ character: Character, at cell: Cell, _ style: Style = .plain) {
    guard rows.indices ~= cell.row, rows[cell.row].indices ~= cell.column else { return }
    rows[cell.row][cell.column] = (character, style)
  }

  /// Writes a text from a cell on to the right; what does not fit is left out.
  mutating func write(_ text: String, at cell: Cell, _ style: Style = .plain) {
    for (offset, character) in text.enumerated() {
      put(character, at: Cell(column: cell.column + offset, row: cell.row), style)
    }
  }

  /// The lines as text, without spaces at the ends.
  ///
  /// - Parameter hasColours: Whether to add what makes a terminal show the styles.
  /// - Returns: A text for each row.
  func lines(hasColours: Bool) -> [String] {
    rows.map { row in
      var row = row[...]
      while let last = row.last, last.character == " ", last.style == .plain { row.removeLast() }
      guard hasColours else { return String(row.map(\.character)) }
      var line = ""
      var style = Style.plain
      for cell in row {
        if cell.style != style { line += cell.style.code }
        style = cell.style
        line.append(cell.character)
      }
      return style == .plain ? line : line + Style.plain.code
    }
  }
}
