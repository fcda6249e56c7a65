import InterlockPrograms

/// The letters and how often each occurs, a line each, with bars if there is room.
struct LetterTable {
  let count: LetterCount
  /// How many characters fit a line; `nil` leaves the bars out.
  let width: Int?

  /// The lines.
  var lines: [String] {
    let numbers = count.counts.map { Quantity.count($0) }
    let column = numbers.map(\.count).max() ?? 0
    let greatest = max(count.counts.max() ?? 0, 1)
    return zip(LetterCount.alphabet, zip(count.counts, numbers)).map { letter, entry in
      let (number, text) = entry
      let share = Double(number) / Double(max(count.total, 1)) * 100
      let percent = Quantity.decimal(share, places: 2)
      let line =
        "\(letter)  \(padded(text, to: column))  \(padded(percent, to: Self.percentColumn))%"
      guard let width else { return line }
      let room = min(max(width - line.count - Self.margin, 0), Self.longestBar)
      let bar = Int((Double(number) / Double(greatest) * Double(room)).rounded())
      return bar > 0 ? line + "  " + String(repeating: "█", count: bar) : line
    }
  }

  private static let percentColumn = 5
  private static let margin = 3
  private static let longestBar = 50

  private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }
}
