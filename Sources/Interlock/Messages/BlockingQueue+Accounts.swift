/// What a queue counts for those who want to know when all work is done.
final class QueueAccounts: Sendable {
  /// How many elements are done.
  private let done = Atomic(0)
  let isClosed = Atomic(false)
  /// Those who wait until all are.
  let joiners = WaitingSide()

  /// - Returns: How many are done now.
  @discardableResult
  func add(_ count: Int) -> Int {
    // Ordering: sequentially consistent, before `joiners` are looked at. Releasing, too, so that
    // those who join see what was done.
    done.wrappingAdd(count, ordering: .sequentiallyConsistent).newValue
  }

  var doneCount: Int { done.load(ordering: .sequentiallyConsistent) }
}

// Knowing when all work is done.
extension BlockingQueue {
  /// Says that elements that were taken are done with.
  ///
  ///     for order in orders {
  ///       prepare(order)
  ///       orders.taskDone()
  ///     }
  ///
  /// Only queues that somebody joins need this.
  ///
  /// - Parameter count: How many elements.
  /// - Precondition: Not more elements are done than were taken.
  public final func taskDone(_ count: Int = 1) {
    var call: String { "BlockingQueue.taskDone(\(count))\(name.map { " on \"\($0)\"" } ?? "")" }
    guard count > 0 else { misuse("\(call): a number of elements is 1 or more.") }
    Seam.perform(.done, on: subject) {
      let done = accounts.add(count)
      guard done <= counts.takes else {
        misuse(
          "\(call): \(done) elements "
            + "are done, but \(counts.takes) were taken. Call it once for each element that was "
            + "taken, and not for those that closeAtOnce() gave back."
        )
      }
      noteDone()
    }
  }

  /// Waits until all elements that were put are done with.
  ///
  /// That is when ``taskDone(_:)`` was called for each of them; elements that ``closeAtOnce()`` gave
  /// back count, too. Nobody has to have closed the queue.
  public final func join() {
    _ = joined(until: nil)
  }

  /// Waits until all elements that were put are done with, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether all are done; `false` if the deadline passed or the thread was cancelled.
  public final func join(until deadline: Deadline) -> Bool {
    joined(until: deadline)
  }

  /// Waits until all elements that were put are done with, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether all are done; `false` if the time was over or the thread was cancelled.
  public final func join(for duration: Duration) -> Bool {
    joined(until: .after(duration))
  }

  /// Waits until all elements that were put are done with, suspending the task.
  ///
  /// - Returns: Whether all are done; `false` if the task was cancelled.
  @discardableResult
  public final func join() async -> Bool {
    await JoinRequest(queue: self).perform() != nil
  }

  /// Wakes those who join, if everything is done.
  final func noteDone() {
    // Those who come while something is left again are not meant.
    if accounts.joiners.hasWaiters() { accounts.joiners.wakeAll(.given) { isAllDone } }
  }

  fileprivate var isAllDone: Bool {
    // The done first: they never overtake the puts.
    let done = accounts.doneCount
    return done == counts.puts
  }

  private var counts: (puts: Int, takes: Int) {
    switch keeping {
    case .core(let core): core.counts
    case .handOver(let rules): rules.withLock { ($0.exchanges, $0.exchanges) }
    }
  }

  private func joined(until deadline: Deadline?) -> Bool {
    Seam.attempt(.join, on: subject) {
      JoinRequest(queue: self).perform(until: deadline) != nil
    }
  }
}

/// Somebody wants to know when all elements are done.
private struct JoinRequest<Element: Sendable>: QueueRequest, Sendable {
  let queue: BlockingQueue<Element>

  var operation: Operation { Operation(.join, queue.subject) }

  var isWorthYielding: Bool { false }

  func attempt() -> Void? { queue.isAllDone ? () : nil }

  func enter(_ sleeper: Sleeper, isBack: Bool) -> QueueEntry<Void> {
    enter(sleeper, place: 0)
    guard queue.isAllDone else { return .waiting }
    _ = leave(sleeper, place: 0)
    return .done(())
  }

  func enter(_ sleeper: Sleeper, place: Int) { queue.accounts.joiners.enter(sleeper, place: place) }

  func isReady(besides sleeper: Sleeper) -> Bool { queue.isAllDone }

  func leave(_ sleeper: Sleeper, place: Int) -> Bool {
    queue.accounts.joiners.leave(sleeper, place: place)
  }

  func finish(_ reason: ThreadRecord.WakeReason) {}

  func passOn() {}
}
