/// Vector clocks, one row for each, in one buffer.
///
/// A row says of each thread how many of its events are known: to an event, which counts itself, to a thread, or
/// where threads meet. "f is before e" is one comparison. Rows are added and removed at the end only.
///
/// Most programs that are checked have few threads, so that a row is one vector of the machine.
struct Clocks {
  private typealias Block = SIMD8<Int32>

  /// How many blocks a row has.
  private var width = 1
  private var blocks: [Block] = []

  var count: Int { width == 1 ? blocks.count : blocks.count / width }

  /// How many events of `thread` the row knows of.
  subscript(row: Int, thread: Int) -> Int {
    let (block, lane) = Self.place(of: thread)
    return block < width ? Int(blocks[row &* width &+ block][lane]) : 0
  }

  /// Adds a row that is like another one, or knows of nothing.
  mutating func append(like row: Int? = nil) {
    let start = row.map { $0 &* width }
    for block in 0..<width {
      blocks.append(start.map { blocks[$0 &+ block] } ?? Block())
    }
  }

  /// Lets a row know of all that another one knows of.
  mutating func join(_ row: Int, with other: Int) {
    for block in 0..<width {
      learn(blocks[other &* width &+ block], at: row &* width &+ block)
    }
  }

  /// Lets a row know of all that a row of other clocks knows of.
  mutating func join(_ row: Int, with other: Int, of clocks: borrowing Clocks) {
    if clocks.width == 1, width == 1 { return learn(clocks.blocks[other], at: row) }
    if clocks.width > width { widen(toBlocks: clocks.width) }
    for block in 0..<clocks.width {
      learn(clocks.blocks[other &* clocks.width &+ block], at: row &* width &+ block)
    }
  }

  @inline(__always)
  private mutating func learn(_ known: Block, at place: Int) {
    let mine = blocks[place]
    blocks[place] = mine.replacing(with: known, where: known .> mine)
  }

  /// Lets a row forget all that it knows of.
  mutating func clear(_ row: Int) {
    for block in 0..<width { blocks[row &* width &+ block] = Block() }
  }

  mutating func set(_ row: Int, _ thread: Int, to value: Int) {
    let (block, lane) = Self.place(of: thread)
    blocks[row &* width &+ block][lane] = Int32(truncatingIfNeeded: value)
  }

  /// Lets a row know of one more event of a thread.
  mutating func advance(_ row: Int, _ thread: Int) {
    let (block, lane) = Self.place(of: thread)
    blocks[row &* width &+ block][lane] &+= 1
  }

  /// The block of a row that has a thread's count, and where in it.
  private static func place(of thread: Int) -> (block: Int, lane: Int) {
    (thread &>> 3, thread & 7)
  }

  /// Whether one row knows of nothing that another does not, apart from events of one thread.
  func isWithin(_ row: Int, _ other: Int, of clocks: Clocks, except thread: Int) -> Bool {
    for block in 0..<Swift.max(width, clocks.width) {
      var mine = block < width ? blocks[row &* width &+ block] : Block()
      if Self.place(of: thread).block == block { mine[Self.place(of: thread).lane] = 0 }
      let theirs =
        block < clocks.width ? clocks.blocks[other &* clocks.width &+ block] : Block()
      if any(mine .> theirs) { return false }
    }
    return true
  }

  mutating func removeRows(from row: Int) {
    blocks.removeLast(blocks.count &- row &* width)
  }

  /// Makes room for threads with higher numbers.
  mutating func widen(for thread: Int) {
    guard thread >= width &* Block.scalarCount else { return }
    widen(toBlocks: Swift.max(2 * width, thread / Block.scalarCount + 1))
  }

  private mutating func widen(toBlocks wider: Int) {
    var widened = [Block](repeating: Block(), count: count * wider)
    for row in 0..<count {
      for block in 0..<width { widened[row * wider + block] = blocks[row * width + block] }
    }
    blocks = widened
    width = wider
  }

  /// A hash of a row that does not depend on its width.
  func hash(of row: Int, seed: UInt64) -> UInt64 {
    var hash = seed
    for block in 0..<width {
      let values = blocks[row &* width &+ block]
      for lane in 0..<Block.scalarCount where values[lane] > 0 {
        let thread = block &* Block.scalarCount &+ lane
        hash = SplitMix64.mix(
          hash ^ (UInt64(UInt32(bitPattern: values[lane])) << 32 | UInt64(thread)) &+ seed
        )
      }
    }
    return hash
  }
}
