/// The outcomes of a run, as one table.
struct Table {
  private static let heading = [
    "", "cpu: ours", "peer", "ratio (min–max)", "wall: ours", "peer", "ratio (min–max)",
    "bar", "measured (min–max)", "",
  ]

  private enum Line {
    case title(String)
    case cells([String])
  }

  private var lines: [Line] = [.cells(Table.heading)]

  init(_ outcomes: [Outcome]) {
    for outcome in outcomes {
      lines.append(.title(""))
      lines.append(.title("\(outcome.benchmark.name): \(outcome.benchmark.operation)"))
      if let failure = outcome.failure { lines.append(.title("  NOT MEASURED: \(failure)")) }
      for comparison in outcome.comparisons { add(comparison) }
      for absent in outcome.benchmark.absent {
        lines.append(.title("  NOT COMPARED with \(absent.name): \(absent.reason)"))
      }
    }
  }

  private mutating func add(_ comparison: Comparison) {
    var cells = [
      "  \(comparison.ours.name) / \(comparison.peer.name)",
      Figures.time(comparison.ours.cpu.median),
      Figures.time(comparison.peer.cpu.median),
      Figures.spread(comparison.cpuRatio, Figures.ratio),
      Figures.time(comparison.ours.wall.median),
      Figures.time(comparison.peer.wall.median),
      Figures.spread(comparison.wallRatio, Figures.ratio),
    ]
    if comparison.verdicts.isEmpty { lines.append(.cells(cells)) }
    for verdict in comparison.verdicts {
      let measured = Figures.spread(verdict.value, verdict.bar.figure)
      lines.append(
        .cells(cells + ["\(verdict.bar)", measured, verdict.isMet ? "met" : "MISSED"])
      )
      cells = cells.map { _ in "" }
    }
  }

  /// The text, every column as wide as its widest cell.
  var text: String {
    var widths = Table.heading.map { _ in 0 }
    for case .cells(let cells) in lines {
      for (column, cell) in cells.enumerated() {
        widths[column] = max(widths[column], cell.count)
      }
    }
    return lines.map { line in
      switch line {
      case .title(let title): return title
      case .cells(let cells):
        let padded = zip(cells, widths).map { cell, width in
          cell + String(repeating: " ", count: width - cell.count)
        }
        return String(padded.joined(separator: "  ").trimmingSuffix(while: \.isWhitespace))
      }
    }.joined(separator: "\n")
  }
}

extension String {
  fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
    self[..<(lastIndex { !isTrimmed($0) }.map(index(after:)) ?? startIndex)]
  }
}
