import CInterlock

/// Which thread waits for which, without an end in sight.
///
/// An edge leads from a thread that waits to each thread that has what it waits for. Nothing is kept:
/// the edges are read from the waits of the threads and from the locks themselves when somebody looks.
///
/// # No circle is missed
///
/// Only a thread that begins to wait closes a circle. It writes its wait down first and then looks,
/// both under the graph's guard; so of the threads of a circle the last one sees all others. While
/// nobody is interested threads write without the guard and do not look. A thread that finds nobody
/// interested has written its wait before the interest was announced, and whoever announced it looks
/// afterwards.
///
/// # No circle is made up
///
/// The edges are read one after the other, and change meanwhile. A circle counts only if it is there
/// when it is read a second time, with the same waits. Then each of its threads has been in its wait
/// from the first reading to the second: between them all were, and nobody who waits gives anything back.
enum WaitForGraph {
  // Guarded by it: the entering of waits while somebody is interested.
  private static let entrance = GuardLock()
  private static let interest = Atomic<Int>(0)

  /// From now on threads that begin to wait look for circles.
  static func beginInterest() {
    _ = interest.rawWrappingAdd(1)
  }

  /// The opposite of ``beginInterest()``.
  static func endInterest() {
    _ = interest.rawWrappingAdd(-1)
  }

  /// Writes down what a thread is about to wait for, and looks whether that closes circles.
  ///
  /// A victim of each circle is told; if there is none, whoever has turned detection on.
  static func enter(_ thread: ThreadRecord, _ wait: ThreadWait) {
    thread.setWait(wait)
    // Ordering: sequentially consistent, pairs with the addition in `beginInterest`, which another of
    // these follows.
    interlock_fence(UpdateOrdering.sequentiallyConsistent.rawValue)
    guard interest.rawLoad(ordering: .relaxed) > 0 else { return }
    let stack = CallStack.capture()
    let (circles, seen) = entrance.withLock {
      // Nothing else: others may have seen the wait, and dealt with it.
      thread.changeWait(wait.number) { $0.stack = stack }
      return settleCircles(through: thread)
    }
    // What was seen may go away with the last reference, which must not happen under the guard.
    withExtendedLifetime(seen) {}
    for circle in circles {
      if let victim = circle.victim {
        victim.thread.refuseWait(victim.wait.number, circle.deadlock)
        victim.thread.parker.wake()
      } else {
        LockWatch.shared.tell(.deadlock(circle.deadlock))
      }
    }
  }

  /// Looks for circles until there is none that has to be dealt with: who waits for several threads may
  /// close several.
  ///
  /// The caller has `entrance`.
  ///
  /// - Returns: The circles, and all waits that were looked at.
  private static func settleCircles(
    through thread: ThreadRecord
  ) -> (circles: [Circle], seen: [ThreadWait]) {
    var circles: [Circle] = []
    var seen: [ThreadWait] = []
    while true {
      var search = CircleSearch(from: thread)
      let edges = search.circle()
      seen += search.seen
      guard let edges else { return (circles, seen) }
      let circle = Circle(edges: edges)
      circles.append(circle)
      // Of two that come at once the second one does not find the circle again.
      if let victim = circle.victim {
        victim.thread.changeWait(victim.wait.number) { $0.isSettled = true }
      } else {
        for edge in edges { edge.thread.changeWait(edge.wait.number) { $0.isTold = true } }
      }
    }
  }

  /// Threads each of which waits for the next one, and the last one for the first one.
  private struct Circle {
    let edges: [Edge]

    /// The one that closes the circle, if it may be: it has not slept yet.
    var victim: Edge? { edges.first { $0.wait.acceptsRefusal } }

    var deadlock: Deadlock {
      let next = edges.dropFirst() + edges.prefix(1)
      return Deadlock(links: zip(edges, next).map { $0.link(before: $1) })
    }
  }

  /// A thread that waits for what another one has.
  struct Edge {
    let thread: ThreadRecord
    let wait: ThreadWait
    let holder: ThreadRecord

    /// What the thread waits for; after a condition, its lock.
    private var subject: Subject { (wait.held as? Lock)?.subject ?? wait.operation.subject }

    func link(before next: Edge) -> Deadlock.Link {
      Deadlock.Link(
        thread: ThreadIdentity(thread),
        operation: thread.words(ofWait: wait.number) ?? wait.operation.call,
        resource: wait.operation.kind.awaited(subject),
        holder: ThreadIdentity(holder),
        isBehind: subject.isLock && subject.identity == next.subject.identity,
        waitStack: wait.stack,
        holdStack: LockWatch.shared.stack(of: subject, in: holder)
      )
    }
  }
}

/// A search for a circle through one thread.
private struct CircleSearch {
  /// A thread, and whether the way to it has a wait of which nobody was told.
  private struct Visit: Hashable {
    let number: UInt32
    let isNew: Bool
  }

  private let start: ThreadRecord
  private var visited: Set<Visit> = []
  /// All waits that were looked at.
  private(set) var seen: [ThreadWait] = []

  init(from start: ThreadRecord) {
    self.start = start
  }

  /// A circle of which nobody was told, if there is one and it stays.
  mutating func circle() -> [WaitForGraph.Edge]? {
    while let edges = path(from: start, isNew: false) {
      if stays(edges) { return edges }
    }
    return nil
  }

  private mutating func path(from thread: ThreadRecord, isNew: Bool) -> [WaitForGraph.Edge]? {
    guard let wait = pendingWait(of: thread), wait.isEndless, let held = wait.held else {
      return nil
    }
    let isNew = isNew || !wait.isTold
    for holder in held.holdingThreads(against: thread) where holder !== thread {
      let edge = WaitForGraph.Edge(thread: thread, wait: wait, holder: holder)
      if holder === start {
        if isNew { return [edge] }
      } else if visited.insert(Visit(number: holder.number, isNew: isNew)).inserted {
        if let rest = path(from: holder, isNew: isNew) { return [edge] + rest }
      }
    }
    return nil
  }

  /// The wait that a thread is in, unless that ends.
  private mutating func pendingWait(of thread: ThreadRecord) -> ThreadWait? {
    guard let wait = thread.lastWait else { return nil }
    seen.append(wait)
    return wait.isSettled || thread.signalled != .none ? nil : wait
  }

  private mutating func stays(_ edges: [WaitForGraph.Edge]) -> Bool {
    for edge in edges {
      guard pendingWait(of: edge.thread)?.number == edge.wait.number,
        let holders = edge.wait.held?.holdingThreads(against: edge.thread),
        holders.contains(where: { $0 === edge.holder })
      else { return false }
    }
    return true
  }
}

extension Operation.Kind {
  /// What whoever does this to something waits for.
  fileprivate func awaited(_ subject: Subject) -> String {
    switch (self, subject.name) {
    case (.join, let name?) where subject.type.description == "ThreadHandle":
      "the end of thread \"\(name)\""
    case (.join, _): "the end of \(subject)"
    default: subject.description
    }
  }
}
