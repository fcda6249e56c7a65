/// Gives out several resources at once: a thread gets all that it asks for, or waits and has none of it.
///
/// So no thread holds one thing while it waits for another, and nobody can wait in a circle. Resources are
/// whatever tells them apart: numbers, names, cases of an enum. They need not be made known before.
///
///     let forks = Arbitrator<Int>(name: "forks")
///     forks.withResources([0, 1]) { eat() }
///
/// It is fair: a thread waits while one of its resources is held, or wanted by a thread that came before it
/// and still waits. So nobody starves, however many it needs, and threads that want different things do not
/// wait for each other.
///
/// Only the thread that acquired resources may release them, all at once or one after the other. To wait
/// for more while holding some is what an arbitrator is there to prevent. Both are mistakes that end the
/// program with a message. ``tryAcquire(_:)`` does not wait, so it may ask for more.
///
/// ## Ordering
///
/// Everything a thread does before it releases a resource happens before everything another thread does
/// after it has acquired it.
///
/// ## Waiting
///
/// `acquire` blocks until the thread has everything. The forms with a deadline give up when it passes, or
/// when the calling thread is cancelled, and let those go ahead that waited behind. `tryAcquire(_:)` and
/// `release(_:)` never block.
///
/// ## Cost
///
/// An acquisition with its release is about a microsecond: a guard each, and some look-ups by hash of its
/// own resources and those of the threads that stand in line. Waiting and waking add one kernel call each.
/// `==` and `hash(into:)` of `Resource` run under the guard: they must not wait for anything.
public final class Arbitrator<Resource: Hashable & Sendable>: Sendable {
  /// What the arbitrator was called, for reports.
  public let name: String?

  private let rules = Guarded(ArbitratorRules<Resource>())

  /// Creates an arbitrator of whom nobody holds anything.
  ///
  /// - Parameter name: What to call it in reports.
  public init(name: String? = nil) {
    self.name = name
  }

  deinit {
    if let (_, holder) = rules.last.holders.first, Seam.watchingWorld == nil {
      misuse(
        "an Arbitrator\(quotedName) is destroyed while thread \"\(holder.name)\" holds something of it"
      )
    }
  }

  /// Waits until all of the resources are the calling thread's.
  ///
  /// - Parameter resources: In any order; what is given twice counts once. None are had at once.
  /// - Precondition: The calling thread holds nothing of the arbitrator.
  public func acquire(_ resources: some Sequence<Resource>) {
    _ = acquire(Set(resources), givingUpAt: nil)
  }

  /// Takes the resources if none of them is held, and nobody waits for any of them.
  ///
  /// - Parameter resources: In any order; what is given twice counts once. None are had at once.
  /// - Returns: Whether the calling thread has all of them now; otherwise it has got none.
  public func tryAcquire(_ resources: some Sequence<Resource>) -> Bool {
    let wanted = Set(resources)
    return Seam.attempt(.tryAcquire, on: subject) {
      rules.withLock { $0.acquireAtOnce(wanted, .current) }
    }
  }

  /// Waits until all of the resources are the calling thread's, or gives up.
  ///
  /// - Parameters:
  ///   - resources: In any order; what is given twice counts once. None are had at once.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the calling thread has all of them now; `false`, and it has none, if the deadline
  ///   passed or the thread was cancelled.
  /// - Precondition: The calling thread holds nothing of the arbitrator.
  public func acquire(_ resources: some Sequence<Resource>, until deadline: Deadline) -> Bool {
    acquire(Set(resources), givingUpAt: deadline)
  }

  /// Waits until all of the resources are the calling thread's, or gives up.
  ///
  /// - Parameters:
  ///   - resources: In any order; what is given twice counts once. None are had at once.
  ///   - duration: How long to wait at the most.
  /// - Returns: Whether the calling thread has all of them now; `false`, and it has none, if the time was
  ///   over or the thread was cancelled.
  /// - Precondition: The calling thread holds nothing of the arbitrator.
  public func acquire(_ resources: some Sequence<Resource>, for duration: Duration) -> Bool {
    acquire(Set(resources), givingUpAt: .after(duration))
  }

  /// Lets resources go.
  ///
  /// - Parameter resources: Some that the thread holds, or all; what is given twice counts once.
  /// - Precondition: The calling thread holds them.
  public func release(_ resources: some Sequence<Resource>) {
    let given = Set(resources)
    Seam.perform(.release, on: subject) {
      switch rules.withLock({ $0.release(given, .current) }) {
      case .done(let woken): woken.wake()
      case .notHeld(let resource): refuseRelease(of: resource)
      }
    }
  }

  /// Runs `body` while holding all of the resources.
  ///
  /// `body` may release some of them early.
  ///
  /// - Parameters:
  ///   - resources: In any order; what is given twice counts once.
  ///   - body: What to do meanwhile.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  /// - Precondition: The calling thread holds nothing of the arbitrator.
  public func withResources<Result: ~Copyable, Failure: Error>(
    _ resources: some Sequence<Resource>,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let wanted = Set(resources)
    _ = acquire(wanted, givingUpAt: nil)
    defer { releaseRest(of: wanted) }
    return try body()
  }

  /// Runs `body` while holding all of the resources, if they are there.
  ///
  /// - Parameters:
  ///   - resources: In any order; what is given twice counts once.
  ///   - body: What to do meanwhile.
  /// - Returns: What `body` returns, or `nil` if one of the resources is held, or waited for.
  /// - Throws: What `body` throws.
  public func withResourcesIfAvailable<Result: ~Copyable, Failure: Error>(
    _ resources: some Sequence<Resource>,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let wanted = Set(resources)
    guard tryAcquire(wanted) else { return nil }
    defer { releaseRest(of: wanted) }
    return try body()
  }

  /// Runs `body` while holding all of the resources, unless waiting for them takes too long.
  ///
  /// - Parameters:
  ///   - resources: In any order; what is given twice counts once.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - body: What to do meanwhile.
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  /// - Throws: What `body` throws.
  /// - Precondition: The calling thread holds nothing of the arbitrator.
  public func withResources<Result: ~Copyable, Failure: Error>(
    _ resources: some Sequence<Resource>,
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let wanted = Set(resources)
    guard acquire(wanted, givingUpAt: deadline) else { return nil }
    defer { releaseRest(of: wanted) }
    return try body()
  }
}

// What an arbitrator tells about itself. The answers may be old when they arrive.
extension Arbitrator {
  /// What is held, and by whom.
  public var holders: [Resource: ThreadIdentity] {
    rules.withLock { $0.holders }.mapValues(ThreadIdentity.init)
  }

  /// The thread that holds a resource.
  ///
  /// - Parameter resource: Whatever it is.
  /// - Returns: The thread; `nil` if nobody holds it.
  public func holder(of resource: Resource) -> ThreadIdentity? {
    rules.withLock { $0.holders[resource] }.map(ThreadIdentity.init)
  }

  /// The threads that wait, the one that came first in front.
  public var waiters: [ThreadIdentity] {
    rules.withLock { $0.line }.map { ThreadIdentity($0.thread) }
  }

  /// How many threads wait.
  public var waiterCount: Int { rules.withLock { $0.line.count } }
}

extension Arbitrator: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] {
    rules.withLock { $0.threadsBefore(waiter) }
  }
}

extension Arbitrator {
  private var subject: Subject { Subject("Arbitrator", self) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func acquire(_ wanted: Set<Resource>, givingUpAt deadline: Deadline?) -> Bool {
    // Nothing is had at once, whatever else the thread holds.
    if wanted.isEmpty { return true }
    return Seam.attempt(.acquire, on: subject) {
      let reason = rules.wait(
        for: Operation(.acquire, subject),
        until: deadline,
        heldBy: self,
        enter: { $0.acquire(wanted, $1) },
        leave: { $0.leave($1) }
      )
      if reason == .refused { refuseMore() }
      return reason == .given
    }
  }

  private func refuseMore() -> Never {
    misuse(
      "Arbitrator.acquire()\(quotedName) by a thread that holds something of it already: whoever waits "
        + "while it holds something may wait in a circle. Acquire everything at once, or release first."
    )
  }

  private func refuseRelease(of resource: Resource) -> Never {
    let holder = holder(of: resource).map { "thread \"\($0.name)\"" } ?? "nobody"
    misuse(
      "Arbitrator.release()\(quotedName) of \(resource) by \"\(ThreadRecord.current.name)\", but "
        + "\(holder) holds it. Only the thread that acquired a resource releases it, once."
    )
  }

  /// Releases what the body has not released early.
  private func releaseRest(of wanted: Set<Resource>) {
    let me = ThreadRecord.current
    let held = rules.peek { rules in wanted.filter { rules.holders[$0] === me } }
    if !held.isEmpty { release(held) }
  }
}

extension Arbitrator: Named {
  package var nameForReports: String? { name }
}
