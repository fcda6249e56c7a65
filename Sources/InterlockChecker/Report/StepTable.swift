import Interlock

/// The steps of an execution as a table: a column for each thread, a row for each step.
struct StepTable: CustomStringConvertible {
  private static let greatestWidth = 34
  /// A column that is narrower is not worth it.
  private static let leastWidth = 18
  private static let separator = "  "

  private let header: [String]
  private let rows: [[String]]

  /// - Parameters:
  ///   - example: What happened.
  ///   - width: How long a line may be.
  init(_ example: Counterexample, width: Int?) {
    let count = example.threads.count
    let numberWidth = max(4, String(example.steps.count).count)
    let columnWidth =
      width.map { ($0 - numberWidth) / max(1, count) - Self.separator.count } ?? Self.greatestWidth
    let isList = columnWidth < Self.leastWidth
    let listWidth = max(Self.leastWidth, (width ?? 0) - numberWidth - Self.separator.count)
    let cell = Cell(
      width: isList ? listWidth : min(Self.greatestWidth, columnWidth),
      namesThread: isList
    )
    header =
      ["step"] + (isList ? ["what happens"] : example.threads.map { cell.shortened($0) })
    rows = Self.entries(example, cell).flatMap { entry in
      entry.lines.enumerated().map { line, text in
        var row = [String](repeating: "", count: isList ? 2 : count + 1)
        if line == 0 { row[0] = entry.title }
        row[isList ? 1 : entry.column + 1] = text
        return row
      }
    }
  }

  /// Something that happens, with its number, in the column of its thread.
  private struct Entry {
    var title = ""
    let lines: [String]
    let column: Int
  }

  private static func entries(_ example: Counterexample, _ cell: Cell) -> [Entry] {
    var entries: [Entry] = []
    var folds = example.folds[...]
    var place = 0
    func column(of thread: Int) -> Int { example.numbers.firstIndex(of: thread) ?? 0 }
    while place < example.steps.count {
      let step = example.steps[place]
      let column = column(of: step.number)
      if let fold = folds.first, fold.steps.lowerBound == place {
        entries.append(Entry(lines: cell.wrapped(fold.words), column: column))
        place = fold.steps.upperBound
        folds.removeFirst()
      } else {
        entries.append(Entry(title: "\(place + 1)", lines: cell.lines(of: step), column: column))
        place += 1
      }
    }
    // Those that sleep have a step that says so.
    return entries
      + example.waits.filter { !$0.isAsleep }.map { wait in
        Entry(lines: cell.lines(of: wait), column: column(of: wait.number))
      }
  }

  /// The table, a line for each row.
  var description: String {
    let widths = header.indices.map { column in
      (rows.map { $0[column].count } + [header[column].count]).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      var text = ""
      for (cell, width) in zip(cells, widths) {
        text += cell + String(repeating: " ", count: width - cell.count) + Self.separator
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.separator)
    return ([line(header), rule] + rows.map(line)).joined(separator: "\n")
  }
}

/// How a step is written into a column.
private struct Cell {
  let width: Int
  /// Whether the step says who does it, for want of columns.
  let namesThread: Bool

  /// What was done and what came of it, and where.
  func lines(of step: Counterexample.Step) -> [String] {
    let words = step.result.isEmpty ? step.action : "\(step.action): \(step.result)"
    return lines(words, by: step.thread, at: step.place)
  }

  /// What a thread waits for, and where.
  func lines(of wait: Counterexample.Wait) -> [String] {
    lines("\(wait.action): waits", by: wait.thread, at: wait.place)
  }

  private func lines(_ words: String, by thread: String, at place: CodePlace?) -> [String] {
    let first = wrapped(namesThread ? "\"\(thread)\" \(words)" : words)
    guard let file = place?.file?.split(separator: "/").last, let line = place?.line else {
      return first
    }
    let end = ":\(line)"
    return first + ["  " + shortened(String(file), to: width - 2 - end.count) + end]
  }

  /// The text, without its middle if it is too long: what tells texts apart is at their ends.
  func shortened(_ text: String) -> String { shortened(text, to: width) }

  private func shortened(_ text: String, to width: Int) -> String {
    guard text.count > width else { return text }
    return text.prefix(width / 2) + "…" + text.suffix((width - 1) / 2)
  }

  func wrapped(_ text: String) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ").map({ shortened(String($0), to: width - 2) }) {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = word
      } else if last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append("  " + word)
      }
    }
    return lines
  }
}
