import Interlock
import InterlockChecker

// Structures without locks.
extension BugPair {
  static let lockFree: [BugPair] = [
    stackABA, lostPush, stolenTwice, lateCount, sharedTicket,
  ]

  /// A stack of numbered nodes (Treiber, 1986); node 0 is its end, and nodes 1 and 2 are on it.
  private final class Stack: Sendable {
    private let next = [Box(Atomic<UInt64>(0)), Box(Atomic<UInt64>(2)), Box(Atomic<UInt64>(0))]
    private let head = Atomic<UInt64>(1)
    /// Whether the head says how often it was changed.
    private let isTagged: Bool

    init(isTagged: Bool) {
      self.isTagged = isTagged
    }

    func pop() -> UInt64 {
      while true {
        let seen = head.load(ordering: .acquiring)
        let node = seen & 0xFF
        guard node != 0 else { return 0 }
        let rest = next[Int(node)].value.load(ordering: .acquiring)
        if replace(seen, by: rest) { return node }
      }
    }

    func push(_ node: UInt64) {
      while true {
        let seen = head.load(ordering: .acquiring)
        next[Int(node)].value.store(seen & 0xFF, ordering: .releasing)
        if replace(seen, by: node) { return }
      }
    }

    private func replace(_ seen: UInt64, by node: UInt64) -> Bool {
      let tag = isTagged ? (seen >> 8 + 1) << 8 : 0
      return head.compareExchange(
        expected: seen,
        desired: tag | node,
        ordering: .acquiringAndReleasing
      ).exchanged
    }

    /// One thread takes a node; the other one takes both and gives the first back.
    func takeAndGiveBack() throws {
      let mine = Atomic<UInt64>(0)
      let others = Atomic<UInt64>(0)
      try together(
        { mine.store(self.pop(), ordering: .relaxed) },
        {
          let (first, second) = (self.pop(), self.pop())
          others.store(second, ordering: .relaxed)
          if first != 0 { self.push(first) }
        }
      )
      let owned = [mine.load(ordering: .relaxed), others.load(ordering: .relaxed), pop(), pop()]
      let nodes = owned.filter { $0 != 0 }
      try require(Set(nodes).count == nodes.count, "a node has two owners")
    }
  }

  private static let stackABA = BugPair(
    "ABA: a stack whose head comes back",
    .failure,
    "two owners",
    bug: { try Stack(isTagged: false).takeAndGiveBack() },
    twin: { try Stack(isTagged: true).takeAndGiveBack() }
  )

  private static let lostPush = BugPair(
    "a list whose head is loaded and then stored",
    .failure,
    "lost",
    bug: {
      let head = Atomic(0)
      let next = [Box(Atomic(0)), Box(Atomic(0)), Box(Atomic(0))]
      @Sendable func push(_ node: Int) {
        next[node].value.store(head.load(ordering: .acquiring), ordering: .relaxed)
        head.store(node, ordering: .releasing)
      }
      try together({ push(1) }, { push(2) })
      let first = head.load(ordering: .acquiring)
      try require(next[first].value.load(ordering: .relaxed) != 0, "a node is lost")
    },
    twin: {
      let head = Atomic(0)
      let next = [Box(Atomic(0)), Box(Atomic(0)), Box(Atomic(0))]
      @Sendable func push(_ node: Int) {
        var seen = head.load(ordering: .acquiring)
        while true {
          next[node].value.store(seen, ordering: .relaxed)
          let attempt = head.compareExchange(
            expected: seen,
            desired: node,
            ordering: .acquiringAndReleasing
          )
          if attempt.exchanged { return }
          seen = attempt.original
        }
      }
      try together({ push(1) }, { push(2) })
      let first = head.load(ordering: .acquiring)
      try require(next[first].value.load(ordering: .relaxed) != 0)
    }
  )

  /// A deque of which the owner takes from the bottom and thieves from the top (Chase and Lev, 2005).
  ///
  /// It has two elements, which are called after their places.
  private final class Deque: Sendable {
    private let top = Atomic(0)
    private let bottom = Atomic(2)
    /// Whether the owner asks for the last element as thieves do.
    private let isCareful: Bool

    init(isCareful: Bool) {
      self.isCareful = isCareful
    }

    func take() -> Int? {
      let last = bottom.load(ordering: .relaxed) - 1
      bottom.store(last, ordering: .sequentiallyConsistent)
      let first = top.load(ordering: .sequentiallyConsistent)
      if first < last { return last }
      let isMine = first == last && (!isCareful || claim(first))
      bottom.store(last + 1, ordering: .releasing)
      return isMine ? last : nil
    }

    func steal() -> Int? {
      let first = top.load(ordering: .sequentiallyConsistent)
      guard first < bottom.load(ordering: .sequentiallyConsistent) else { return nil }
      return claim(first) ? first : nil
    }

    private func claim(_ place: Int) -> Bool {
      top.compareExchange(
        expected: place,
        desired: place + 1,
        ordering: .sequentiallyConsistent
      ).exchanged
    }

    /// The owner takes twice, and a thief steals once or twice.
    func empty() throws {
      let taken = Mutex<[Int]>([])
      @Sendable func note(_ element: Int?) {
        if let element { taken.withLock { $0.append(element) } }
      }
      try together(
        {
          let elements = [self.take(), self.take()]
          for element in elements { note(element) }
        },
        { note(self.steal()) }
      )
      let elements = taken.withLock { $0.sorted() }
      try require(elements == [0, 1], "an element was taken twice or never")
    }
  }

  private static let stolenTwice = BugPair(
    "a work-stealing deque that hands out its last element twice",
    .failure,
    "taken twice",
    bug: { try Deque(isCareful: false).empty() },
    twin: { try Deque(isCareful: true).empty() }
  )

  private static let lateCount = BugPair(
    "references that are counted down and then compared",
    .failure,
    "freed",
    bug: {
      let references = Atomic(2)
      let freed = Atomic(0)
      try together(2) {
        references.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        if references.load(ordering: .acquiring) == 0 { freed.wrappingAdd(1, ordering: .relaxed) }
      }
      try require(freed.load(ordering: .relaxed) == 1, "it was freed twice")
    },
    twin: {
      let references = Atomic(2)
      let freed = Atomic(0)
      try together(2) {
        let left = references.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == 0 { freed.wrappingAdd(1, ordering: .relaxed) }
      }
      try require(freed.load(ordering: .relaxed) == 1)
    }
  )

  private static let sharedTicket = BugPair(
    "tickets that are read and then counted up",
    .failure,
    "same ticket",
    bug: {
      let next = Atomic(0)
      let drawn = Mutex<[Int]>([])
      try together(2) {
        let ticket = next.load(ordering: .relaxed)
        next.wrappingAdd(1, ordering: .relaxed)
        drawn.withLock { $0.append(ticket) }
      }
      try require(Set(drawn.withLock { $0 }).count == 2, "two threads have the same ticket")
    },
    twin: {
      let next = Atomic(0)
      let drawn = Mutex<[Int]>([])
      try together(2) {
        let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
        drawn.withLock { $0.append(ticket) }
      }
      try require(Set(drawn.withLock { $0 }).count == 2)
    }
  )
}
