extension RailwayDrawing {
  /// How large the box of tracks is drawn: a line is about as high as two characters are wide.
  struct Size: Hashable, Sendable {
    let columns: Int
    let rows: Int

    static let small = Size(columns: 40, rows: 20)
    static let large = Size(columns: 60, rows: 30)

    /// How much is free between the box and the words beside it.
    static let gap = 3
    /// How wide those words are.
    private static let words = 17
    private static let usualHeight = 24

    var width: Int { columns + Self.gap + Self.words }
    var height: Int { rows }

    private init(columns: Int, rows: Int) {
      self.columns = columns
      self.rows = rows
    }

    /// The largest size for which a terminal has room; `nil` if it has none, or cannot move its cursor.
    init?(fitting terminal: Terminal) {
      guard terminal.isInteractive else { return nil }
      self.init(width: terminal.width, height: terminal.height ?? Self.usualHeight)
    }

    /// The largest size for so many characters in so many lines.
    init?(width: Int, height: Int) {
      // One line is left for the cursor.
      let fitting = [Self.large, .small].first { $0.width <= width && $0.height < height }
      guard let fitting else { return nil }
      self = fitting
    }
  }
}
