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
  private static let entrance = Guarded(())
  private static let interest = Atomic<Int>(0)

  /// From now on threads that begin to wait look for circles.
  static func beginInterest() {
    _ = interest.rawWrappingAdd(1)
  }

  /// The opposite of ``beginInterest()``.
  static func endInterest() {
    _ = interest.rawWrappingAdd(-1)
  }

  /// Writes down what a thread is about to wait for, and looks whether that closes a circle.
  ///
  /// A victim of the circle is told; if there is none, whoever has turned detection on.
  static func enter(_ thread: ThreadRecord, _ wait: ThreadWait) {
    thread.setWait(wait)
    // Ordering: sequentially consistent, pairs with the addition in `beginInterest`, which another of
    // these follows.
    interlock_fence(UpdateOrdering.sequentiallyConsistent.rawValue)
    guard interest.rawLoad(ordering: .relaxed) > 0 else { return }
    var wait = wait
    wait.stack = .capture()
    let (edges, victim, seen) = entrance.withLock { _ in
      thread.setWait(wait)
      var search = CircleSearch(from: thread)
      let edges = search.circle()
      // The one that closes the circle, if it may be: it has not slept yet.
      let victim = edges?.first { $0.wait.acceptsRefusal }
      // Of two that come at once the second one does not find the circle again.
      if edges != nil { (victim?.thread ?? thread).settleWait() }
      return (edges, victim, search.seen)
    }
    // What was seen may go away with the last reference, which must not happen under the guard.
    withExtendedLifetime(seen) {}
    guard let edges else { return }
    let deadlock = Deadlock(links: edges.map(\.link))
    if let victim {
      victim.thread.refuseWait(deadlock)
      victim.thread.parker.wake()
    } else {
      LockWatch.shared.tell(.deadlock(deadlock))
    }
  }

  /// A thread that waits for what another one has.
  struct Edge {
    let thread: ThreadRecord
    let wait: ThreadWait
    let holder: ThreadRecord

    var link: Deadlock.Link {
      let subject = wait.operation.subject
      return Deadlock.Link(
        thread: ThreadIdentity(thread),
        operation: wait.operation.description,
        resource: wait.operation.awaited,
        holder: ThreadIdentity(holder),
        waitStack: wait.stack,
        holdStack: holder.holds.withLock { $0.stack(of: subject.identity) }
      )
    }
  }
}

/// A search for a circle through one thread.
private struct CircleSearch {
  private let start: ThreadRecord
  private var visited: Set<UInt32> = []
  /// All waits that were looked at.
  private(set) var seen: [ThreadWait] = []

  init(from start: ThreadRecord) {
    self.start = start
  }

  /// The circle, if there is one and it stays.
  mutating func circle() -> [WaitForGraph.Edge]? {
    guard let edges = path(from: start), edges.allSatisfy(isStill) else { return nil }
    return edges
  }

  private mutating func path(from thread: ThreadRecord) -> [WaitForGraph.Edge]? {
    guard let wait = thread.pendingWait else { return nil }
    seen.append(wait)
    guard wait.isEndless, let held = wait.held else { return nil }
    for holder in held.holdingThreads(for: thread) where holder !== thread {
      let edge = WaitForGraph.Edge(thread: thread, wait: wait, holder: holder)
      if holder === start { return [edge] }
      guard visited.insert(holder.number).inserted else { continue }
      if let rest = path(from: holder) { return [edge] + rest }
    }
    return nil
  }

  private func isStill(_ edge: WaitForGraph.Edge) -> Bool {
    guard edge.thread.pendingWait?.number == edge.wait.number else { return false }
    return edge.wait.held?.holdingThreads(for: edge.thread).contains { $0 === edge.holder } ?? false
  }
}

extension Operation {
  /// What whoever does this waits for.
  fileprivate var awaited: String {
    switch (kind, subject.name) {
    case (.join, let name?) where subject.type.description == "ThreadHandle":
      "the end of thread \"\(name)\""
    case (.join, _): "the end of \(subject)"
    default: subject.description
    }
  }
}
