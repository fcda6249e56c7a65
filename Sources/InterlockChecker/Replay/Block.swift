/// Steps of one thread without another one in between.
struct Block: Hashable, Sendable {
  let thread: Int
  /// The label of each step.
  var labels: [Int]
}

extension [Choice] {
  /// The same steps, by the threads that make them.
  var blocks: [Block] {
    var blocks: [Block] = []
    for choice in self {
      if let last = blocks.indices.last, blocks[last].thread == choice.thread {
        blocks[last].labels.append(choice.label)
      } else {
        blocks.append(Block(thread: choice.thread, labels: [choice.label]))
      }
    }
    return blocks
  }
}
