/// In which orders threads acquire locks, and which orders contradict each other.
///
/// An edge leads from a lock that a thread had to one that it acquired then. Threads that follow the
/// edges of a circle at the same time deadlock, so a circle is the deadlock that has not happened yet.
/// It cannot happen if the edges are of one thread, if two of its threads have a lock in common (a gate,
/// which only one of them passes at a time), or if the lock where two edges meet is shared by both.
///
/// A value of rules: it is touched under the guard of ``LockWatch`` only.
struct LockOrder {
  /// A thread acquired a lock while it had others.
  struct Step {
    let thread: ThreadIdentity
    /// What the thread had: the one that the edge begins with, and all.
    let held: HeldLocks.Hold
    let allHeld: [HeldLocks.Hold]
    /// What it acquired.
    let wanted: NamedSubject
    let wantsShared: Bool
    let stack: CallStack

    /// Whether the two can be done at the same time, each thread having what it has.
    fileprivate func excludes(_ other: Step) -> Bool {
      thread == other.thread
        || allHeld.contains { mine in
          other.allHeld.contains {
            mine.subject.identity == $0.subject.identity && !(mine.isShared && $0.isShared)
          }
        }
    }

    /// Whether a thread that does `next` is in this one's way: it has what this one wants.
    fileprivate func waits(for next: Step) -> Bool {
      wanted.identity == next.held.subject.identity && !(wantsShared && next.held.isShared)
    }

    fileprivate func isLike(_ other: Step) -> Bool {
      thread == other.thread && wantsShared == other.wantsShared
        && held.isShared == other.held.isShared
        && allHeld.map(\.subject.identity) == other.allHeld.map(\.subject.identity)
    }
  }

  /// How many steps are kept for two locks; each of another thread or with other locks held.
  private static let limit = 8
  /// How many steps a search tries at the most.
  private static let patience = 2_000

  /// For each lock, and each lock that was acquired while a thread had it, how that was.
  private var edges: [UInt: [UInt: [Step]]] = [:]
  /// For each lock that was acquired then, the locks that the threads had.
  private var sources: [UInt: Set<UInt>] = [:]
  /// The circles that were told of.
  private var told: Set<Set<UInt>> = []

  /// Notes that a thread acquires a lock.
  ///
  /// - Returns: The shortest circle that this closes, if it was not told of before.
  mutating func note(_ step: Step) -> [Step]? {
    let from = step.held.subject.identity
    let to = step.wanted.identity
    var known = edges[from]?[to] ?? []
    guard known.count < Self.limit, !known.contains(where: step.isLike) else { return nil }
    known.append(step)
    edges[from, default: [:]][to] = known
    sources[to, default: []].insert(from)
    guard let circle = shortestCircle(with: step) else { return nil }
    let locks = Set(circle.map(\.wanted.identity))
    return told.insert(locks).inserted ? circle : nil
  }

  /// A lock is gone; another one may come to its place in memory.
  ///
  /// - Returns: Whether anything was known of it.
  mutating func forget(_ identity: UInt) -> Bool {
    let before = sources.removeValue(forKey: identity)
    let after = edges.removeValue(forKey: identity)
    guard before != nil || after != nil else { return false }
    for from in before ?? [] { edges[from]?[identity] = nil }
    for to in (after ?? [:]).keys { sources[to]?.remove(identity) }
    told = told.filter { !$0.contains(identity) }
    return true
  }

  private func shortestCircle(with step: Step) -> [Step]? {
    let distances = distances(to: step.held.subject.identity)
    guard let least = distances[step.wanted.identity] else { return nil }
    var budget = Self.patience
    // A thread and a lock for each step: no circle is longer than there are locks.
    for length in least + 1...max(least + 1, distances.count) {
      var path = [step]
      if extend(&path, to: length, distances, &budget) { return path }
      if budget == 0 { return nil }
    }
    return nil
  }

  /// How many steps each lock is away from one lock, of those from which it can be reached.
  private func distances(to target: UInt) -> [UInt: Int] {
    var distances = [target: 0]
    var line = [target]
    var next = 0
    while next < line.count {
      let lock = line[next]
      next += 1
      for source in sources[lock] ?? [] where distances[source] == nil {
        distances[source] = distances[lock, default: 0] + 1
        line.append(source)
      }
    }
    return distances
  }

  /// Makes a path of steps longer until it is a circle of a certain length.
  private func extend(
    _ path: inout [Step],
    to length: Int,
    _ distances: [UInt: Int],
    _ budget: inout Int
  ) -> Bool {
    guard let last = path.last, let first = path.first else { return false }
    for (lock, steps) in edges[last.wanted.identity] ?? [:] {
      guard let rest = distances[lock], path.count + 1 + rest <= length else { continue }
      for step in steps where last.waits(for: step) {
        guard budget > 0 else { return false }
        budget -= 1
        guard !path.contains(where: step.excludes) else { continue }
        path.append(step)
        let isDone =
          path.count == length
          ? step.waits(for: first) : extend(&path, to: length, distances, &budget)
        if isDone { return true }
        path.removeLast()
      }
    }
    return false
  }
}
