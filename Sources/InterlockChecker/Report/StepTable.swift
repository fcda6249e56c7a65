import Interlock

/// The steps of an execution as a table: a column for each thread, a row for each step.
struct StepTable: CustomStringConvertible {
  private static let greatestWidth = 34
  private static let separator = "  "

  private let header: [String]
  private let rows: [[String]]

  /// - Parameter trace: What happened.
  init(_ trace: ExecutionTrace) {
    let threads = Set(trace.steps.map(\.thread)).sorted()
    header = ["step"] + threads.map { Self.shortened(trace.names[$0] ?? "thread \($0)") }
    rows = trace.steps.enumerated().flatMap { number, step in
      let cell = Self.lines(of: step)
      let column = (threads.firstIndex(of: step.thread) ?? 0) + 1
      return cell.enumerated().map { line, text in
        var row = [String](repeating: "", count: threads.count + 1)
        if line == 0 { row[0] = String(number + 1) }
        row[column] = text
        return row
      }
    }
  }

  /// What was done and what came of it, and where.
  private static func lines(of step: ExecutionTrace.Step) -> [String] {
    let action = step.action.isEmpty ? "ends" : step.action
    let first = step.result.isEmpty ? action : "\(action): \(step.result)"
    guard let place = step.stack?.place, let file = place.file?.split(separator: "/").last,
      let line = place.line
    else { return wrapped(first) }
    let end = ":\(line)"
    return wrapped(first) + [
      "  " + shortened(String(file), to: greatestWidth - 2 - end.count) + end
    ]
  }

  /// The text, without its middle if it is too long: what tells texts apart is at their ends.
  private static func shortened(_ text: String, to width: Int = greatestWidth) -> String {
    guard text.count > width else { return text }
    return text.prefix(width / 2) + "…" + text.suffix((width - 1) / 2)
  }

  private static func wrapped(_ text: String) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ").map({ shortened(String($0), to: greatestWidth - 2) }) {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] = word
      } else if last.count + 1 + word.count <= greatestWidth {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append("  " + word)
      }
    }
    return lines
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
