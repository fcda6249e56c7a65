/// The tasks of a bounded pool that wait to be run: how many there may be, and who waits to submit.
final class PoolBacklog: Sendable {
  private let rules: Guarded<PoolBacklogRules>

  init(limit: Int) {
    rules = Guarded(PoolBacklogRules(limit: limit))
  }

  /// Takes room for a task, and waits until there is some.
  ///
  /// - Returns: `false` if the pool was closed.
  func enter(_ operation: @autoclosure () -> Operation) -> Bool {
    rules.wait(
      for: operation(),
      until: nil,
      enter: { $0.enter($1) },
      leave: { ($0.leaveLine($1), []) }
    ) == .given
  }

  /// Takes room for a task if there is some.
  func enterAtOnce() -> Bool { rules.withLock { $0.enterAtOnce() } }

  /// Takes room for a task whether there is some or not.
  func enterAnyway() { rules.withLock { $0.count += 1 } }

  /// Gives the room of a task back.
  func leave() { rules.withLock { $0.leave() }?.parker.wake() }

  /// Sends away those who wait.
  func close() { rules.withLock { $0.close() }.wake() }

  /// How many threads wait to submit.
  var waiterCount: Int { rules.withLock { $0.line.count } }
}

/// The rules of a bounded backlog.
///
/// The invariant: nobody waits while there is room.
struct PoolBacklogRules {
  let limit: Int
  var count = 0
  private(set) var line = WaitLine()
  private var isClosed = false

  init(limit: Int) {
    self.limit = limit
  }

  mutating func enterAtOnce() -> Bool {
    guard count < limit, line.isEmpty else { return false }
    count += 1
    return true
  }

  mutating func enter(_ thread: ThreadRecord) -> Entry {
    if isClosed { return .refuse }
    if enterAtOnce() { return .pass }
    line.append(thread)
    return .wait
  }

  /// - Returns: Whom to wake: the room is that thread's.
  mutating func leave() -> ThreadRecord? {
    count -= 1
    guard count < limit, !line.isEmpty else { return nil }
    count += 1
    return line.signalFirst(.given)
  }

  mutating func leaveLine(_ thread: ThreadRecord) -> Bool { line.remove(thread) }

  mutating func close() -> [ThreadRecord] {
    isClosed = true
    return line.signalAll(.refused)
  }
}
