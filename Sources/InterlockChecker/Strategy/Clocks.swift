/// Clocks of events, one row for each, in one buffer.
///
/// A cell says how many events of a thread are the row's event or come before it, so "f is before e" is
/// one comparison. Rows are added and removed at the end only.
struct Clocks {
  /// How many threads a row has cells for.
  private var width = 4
  private var cells: [UInt32] = []

  var count: Int { cells.count / width }

  /// How many events of `thread` the row knows of.
  subscript(row: Int, thread: Int) -> Int {
    thread < width ? Int(cells[row &* width &+ thread]) : 0
  }

  /// Adds a row that is like another one, or knows of nothing.
  mutating func append(like row: Int?) {
    guard let row else { return cells.append(contentsOf: repeatElement(0, count: width)) }
    let start = row &* width
    for cell in start..<start &+ width { cells.append(cells[cell]) }
  }

  /// Lets a row know of all that another one knows of.
  mutating func join(_ row: Int, with other: Int) {
    let mine = row &* width
    let theirs = other &* width
    for cell in 0..<width where cells[theirs &+ cell] > cells[mine &+ cell] {
      cells[mine &+ cell] = cells[theirs &+ cell]
    }
  }

  mutating func set(_ row: Int, _ thread: Int, to value: Int) {
    cells[row &* width &+ thread] = UInt32(truncatingIfNeeded: value)
  }

  /// Whether one row knows of nothing that another does not, apart from events of one thread.
  func isWithin(_ row: Int, _ other: Int, of clocks: Clocks, except thread: Int) -> Bool {
    for cell in 0..<Swift.max(width, clocks.width) where cell != thread {
      if self[row, cell] > clocks[other, cell] { return false }
    }
    return true
  }

  mutating func removeRows(from row: Int) {
    cells.removeLast(cells.count &- row &* width)
  }

  /// Makes room for threads with higher numbers.
  mutating func widen(for thread: Int) {
    guard thread >= width else { return }
    let rows = count
    let wider = Swift.max(2 * width, thread + 1)
    var widened = [UInt32](repeating: 0, count: rows * wider)
    for row in 0..<rows {
      for cell in 0..<width { widened[row * wider + cell] = cells[row * width + cell] }
    }
    cells = widened
    width = wider
  }

  /// A hash of a row that does not depend on its width.
  func hash(of row: Int, seed: UInt64) -> UInt64 {
    var hash = seed
    for cell in 0..<width {
      let value = UInt64(cells[row &* width &+ cell])
      if value > 0 { hash = SplitMix64.mix(hash ^ (value << 32 | UInt64(cell)) &+ seed) }
    }
    return hash
  }
}
