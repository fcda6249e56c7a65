import InterlockPrograms

/// From where the wind blows: a compass whose arms are as long as the winds are frequent, and a list with
/// the numbers.
///
/// The compass is plain text. It is left out where it has no room.
struct WindRose {
  let distribution: WindDistribution
  /// How many characters fit a line; `nil` leaves the compass and the bars out.
  let width: Int?

  /// The lines.
  var lines: [String] {
    guard let width, width >= Self.compassWidth else { return list }
    return compass + [""] + list
  }

  private func share(_ sector: Int) -> Double {
    Double(distribution.sectors[sector]) / Double(max(distribution.total, 1))
  }

  /// How long a bar is: the longest has `longest` characters, and no wind none.
  private func length(_ sector: Int, longest: Int) -> Int {
    let greatest = max(distribution.sectors.max() ?? 0, 1)
    let part = Double(distribution.sectors[sector]) / Double(greatest)
    return Int((part * Double(longest)).rounded())
  }

  private func percent(_ sector: Int) -> String {
    Quantity.decimal(share(sector) * 100, places: 1) + "%"
  }
}

// The list.
extension WindRose {
  private static let longestBar = 50
  private static let margin = 3

  private var list: [String] {
    let names = WindDistribution.sectorNames
    let numbers = distribution.sectors.map { Quantity.count($0) }
    let column = numbers.map(\.count).max() ?? 0
    return names.indices.map { sector in
      let name = names[sector] + (names[sector].count == 1 ? " " : "")
      let line =
        "\(name)  \(padded(numbers[sector], to: column))  \(padded(percent(sector), to: 6))"
      guard let width else { return line }
      let room = min(max(width - line.count - Self.margin, 0), Self.longestBar)
      let bar = length(sector, longest: room)
      return bar > 0 ? line + "  " + String(repeating: "█", count: bar) : line
    }
  }

  private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }
}

// The compass.
extension WindRose {
  /// How many lines an arm is long that points up, at the most.
  private static let radius = 8
  /// A character is about twice as high as wide.
  private static let columnsPerLine = 2
  /// What a name and a percentage take beside an arm.
  private static let labelWidth = 11
  /// How wide the compass is with its names.
  static let compassWidth = 2 * (radius * columnsPerLine + labelWidth) + 1

  /// Which way an arm points, and what it is drawn with.
  private static let arms: [(columns: Int, lines: Int, stroke: Character)] = [
    (0, -1, "|"), (1, -1, "/"), (1, 0, "-"), (1, 1, "\\"),
    (0, 1, "|"), (-1, 1, "/"), (-1, 0, "-"), (-1, -1, "\\"),
  ]

  private var compass: [String] {
    // A line more at each end, for the names of north and south.
    let (middle, center) = (Self.radius + 1, Self.compassWidth / 2)
    let blank = [Character](repeating: " ", count: Self.compassWidth)
    var grid = [[Character]](repeating: blank, count: 2 * middle + 1)
    grid[middle][center] = "+"
    for (sector, arm) in Self.arms.enumerated() {
      let steps = armLength(sector)
      func place(_ step: Int) -> (line: Int, column: Int) {
        (middle + arm.lines * step, center + arm.columns * Self.columnsPerLine * step)
      }
      for step in 1..<steps + 1 {
        let (line, column) = place(step)
        grid[line][column] = arm.stroke
        // An arm that points to the side has no gaps.
        if arm.lines == 0 { grid[line][column - arm.columns] = arm.stroke }
      }
      // The name ends, has its middle, or begins where the arm points.
      let name = "\(WindDistribution.sectorNames[sector]) \(percent(sector))"
      let (line, column) = place(steps + 1)
      let start = column - (1 - arm.columns) * (name.count - 1) / 2
      grid[line].replaceSubrange(start..<start + name.count, with: name)
    }
    let lines = grid.map { String($0).trimmingEnd }
    return Array(lines.drop(while: \.isEmpty).reversed().drop(while: \.isEmpty).reversed())
  }

  private func armLength(_ sector: Int) -> Int {
    // Arms of the same length should look as if they were: a step along a diagonal is longer.
    let isDiagonal = !sector.isMultiple(of: 2)
    return length(sector, longest: isDiagonal ? Self.radius * 5 / 7 : Self.radius)
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    guard let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...last])
  }
}
