/// Elements of which the first one is at hand: a binary heap in an array.
///
/// Invariant: no element goes before its parent, the one at half its index.
struct Heap<Element> {
  /// Says whether the left one of two elements that were put as the tickets say goes before the right.
  typealias Comparison =
    @Sendable (
      _ left: (element: Element, ticket: Int),
      _ right: (element: Element, ticket: Int)
    ) -> Bool

  private var items: [(element: Element, ticket: Int)] = []
  private let goesFirst: Comparison

  init(goesFirst: @escaping Comparison) {
    self.goesFirst = goesFirst
  }

  var count: Int { items.count }

  mutating func insert(_ element: Element, ticket: Int) {
    items.append((element, ticket))
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard goesFirst(items[child], items[parent]) else { return }
      items.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() -> Element? {
    guard !items.isEmpty else { return nil }
    items.swapAt(0, items.count - 1)
    let first = items.removeLast()
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < items.count else { break }
      let right = left + 1
      let child = right < items.count && goesFirst(items[right], items[left]) ? right : left
      guard goesFirst(items[child], items[parent]) else { break }
      items.swapAt(parent, child)
      parent = child
    }
    return first.element
  }
}
