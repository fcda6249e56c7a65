/// One way to change a schedule, in the hope that the failure remains and becomes simpler.
enum ScheduleChange: Hashable, Sendable {
  /// All labels become 0.
  case clearLabels
  /// The label of one step becomes 0.
  case clearLabel(block: Int, step: Int)
  /// Everything from a block on is left to the calm end.
  case cut(Int)
  /// All blocks of a thread are left out, so that it runs last.
  case dropThread(Int)
  /// A block is left out.
  case drop(Int)
  /// A block changes places with the next one.
  case swap(Int)
  /// A block gets so many steps more.
  case lengthen(Int, by: Int)
  /// A block gets a step less.
  case shorten(Int)

  /// All changes of a schedule, those first that could change most.
  static func all(for blocks: [Block]) -> [ScheduleChange] {
    var changes: [ScheduleChange] = []
    for block in blocks.indices {
      for step in blocks[block].labels.indices where blocks[block].labels[step] != 0 {
        changes.append(.clearLabel(block: block, step: step))
      }
    }
    if changes.count > 1 { changes.append(.clearLabels) }
    changes += blocks.indices.map { .cut($0) }
    changes += Set(blocks.map(\.thread)).sorted().map { .dropThread($0) }
    changes += blocks.indices.map { .drop($0) }
    changes += blocks.indices.dropLast().map { .swap($0) }
    for block in blocks.indices {
      let longest = blocks.reduce(0) { $0 + $1.labels.count }
      var more = 1
      while more <= longest {
        changes.append(.lengthen(block, by: more))
        more *= 2
      }
    }
    changes += blocks.indices.filter { blocks[$0].labels.count > 1 }.map { .shorten($0) }
    return changes
  }

  /// The schedule with this change; `nil` if it does not apply.
  func applied(to blocks: [Block]) -> [Block]? {
    var blocks = blocks
    switch self {
    case .clearLabels:
      for block in blocks.indices {
        blocks[block].labels = blocks[block].labels.map { _ in 0 }
      }
    case .clearLabel(let block, let step): blocks[block].labels[step] = 0
    case .cut(let block): blocks.removeSubrange(block...)
    case .dropThread(let thread): blocks.removeAll { $0.thread == thread }
    case .drop(let block): blocks.remove(at: block)
    case .swap(let block):
      guard block + 1 < blocks.count else { return nil }
      blocks.swapAt(block, block + 1)
    case .lengthen(let block, let more):
      blocks[block].labels += Array(repeating: 0, count: more)
    case .shorten(let block): blocks[block].labels.removeLast()
    }
    return blocks
  }
}
