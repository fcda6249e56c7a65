/// A number of permits: whoever takes one may go on, the others wait.
///
/// Use it to limit how many threads do something at once, or to count what is there to take. A
/// permit belongs to nobody: any thread may release one. Threads are served strictly in the order in
/// which they came, so one that needs many permits is not passed over for ever.
///
///     let connections = Semaphore(permits: 4, name: "connections")
///     connections.withPermit { download(page) }
///
/// With a `limit` the semaphore is bounded: releasing more permits than that is a mistake that ends
/// the program with a message.
///
/// ## Ordering
///
/// Everything a thread does before `release()` happens before everything another thread does after
/// an `acquire()` that takes the permit.
///
/// ## Waiting
///
/// `acquire()` blocks until its permits are there and nobody who came earlier waits. The forms with a
/// deadline give up when it passes, or when the calling thread is cancelled. `tryAcquire()` and
/// `release()` never block.
///
/// ## Cost
///
/// Two atomic instructions a call. Waiting and waking add one kernel call each.
public final class Semaphore: Sendable {
  /// What the semaphore was called, for reports.
  public let name: String?

  /// How many permits there can be at the most; `nil` for any number.
  public let limit: Int?

  // How many permits there are while nobody waits; `inRules` while somebody does, and while the
  // rules are at work.
  private let word: Atomic<Int>
  private static let inRules = -1
  // Lock order: `word` becomes and ceases to be `inRules` only under this guard.
  private let rules = Guarded(SemaphoreRules(permits: 0))

  /// Creates a semaphore.
  ///
  /// - Parameters:
  ///   - permits: How many permits there are to begin with.
  ///   - limit: How many there can be at the most; `nil` for any number.
  ///   - name: What to call the semaphore in reports.
  /// - Precondition: `permits` is not negative, and not more than `limit`.
  public init(permits: Int, limit: Int? = nil, name: String? = nil) {
    guard permits >= 0, permits <= limit ?? .max else {
      misuse(
        "Semaphore(permits: \(permits), limit: \(limit.map(String.init) ?? "nil")): permits are "
          + "0 or more, and not more than the limit."
      )
    }
    self.name = name
    self.limit = limit
    word = Atomic(permits)
  }

  /// Takes permits, waiting until they are there.
  ///
  /// - Precondition: `count` is at least 1, and not more than the limit.
  public func acquire(_ count: Int = 1) {
    _ = acquire(count, givingUpAt: nil)
  }

  /// Takes permits if they are there and nobody waits.
  ///
  /// - Returns: Whether they were taken.
  /// - Precondition: `count` is at least 1, and not more than the limit.
  public func tryAcquire(_ count: Int = 1) -> Bool {
    require(count, "tryAcquire")
    return Seam.attempt(.tryAcquire, on: subject) {
      isAcquiredAtOnce(count) || withRules { $0.acquireAtOnce(count) }
    }
  }

  /// Takes permits, waiting until they are there, or gives up.
  ///
  /// - Parameters:
  ///   - count: How many permits.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether they were taken; `false` if the deadline passed or the thread was cancelled.
  /// - Precondition: `count` is at least 1, and not more than the limit.
  public func acquire(_ count: Int = 1, until deadline: Deadline) -> Bool {
    acquire(count, givingUpAt: deadline)
  }

  /// Takes permits, waiting until they are there, or gives up.
  ///
  /// - Parameters:
  ///   - count: How many permits.
  ///   - duration: How long to wait at the most.
  /// - Returns: Whether they were taken; `false` if the time was over or the thread was cancelled.
  /// - Precondition: `count` is at least 1, and not more than the limit.
  public func acquire(_ count: Int = 1, for duration: Duration) -> Bool {
    acquire(count, givingUpAt: .after(duration))
  }

  /// Puts permits back, or adds new ones.
  ///
  /// - Precondition: `count` is at least 1, and there are not more permits than the limit afterwards.
  public func release(_ count: Int = 1) {
    guard count > 0 else {
      misuse("Semaphore.release(\(count))\(quotedName): a number of permits is 1 or more.")
    }
    Seam.perform(.release, on: subject) {
      if isReleasedAtOnce(count) { return }
      guard let woken = withRules({ $0.release(count, limit: limit ?? .max) }) else {
        misuse(
          "Semaphore.release(\(count))\(quotedName) makes more permits than its limit of "
            + "\(limit ?? .max). Release each permit once, and only after acquiring it."
        )
      }
      woken.wake()
    }
  }

  /// Runs `body` with a permit and puts it back.
  public func withPermit<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    return try body()
  }

  /// Runs `body` with a permit and puts it back, unless waiting for it takes too long.
  ///
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  public func withPermit<Result: ~Copyable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard acquire(until: deadline) else { return nil }
    defer { release() }
    return try body()
  }
}

// What a semaphore tells about itself. The answers may be old when they arrive.
extension Semaphore {
  /// How many permits are there to take.
  public var availablePermits: Int { withRules { $0.permits } }

  /// How many permits there are, if that can be told without keeping anybody out.
  package var restingPermits: Int? {
    let permits = word.rawLoad(ordering: .relaxed)
    return permits == Self.inRules ? nil : permits
  }

  /// How many threads wait for permits.
  public var waiterCount: Int { rules.withLock { $0.line.count } }

  /// The threads that wait for permits, the next one first.
  public var waiters: [ThreadIdentity] {
    rules.withLock { $0.line }.map { ThreadIdentity($0.thread) }
  }
}

extension Semaphore {
  private var subject: Subject { Subject("Semaphore", self) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func require(_ count: Int, _ call: String) {
    guard count > 0, count <= limit ?? .max else {
      misuse(
        "Semaphore.\(call)(\(count))\(quotedName) can never succeed: a number of permits is 1 or "
          + "more, and not more than the limit."
      )
    }
  }

  private func acquire(_ count: Int, givingUpAt deadline: Deadline?) -> Bool {
    require(count, "acquire")
    return Seam.attempt(.acquire, on: subject) {
      if isAcquiredAtOnce(count) { return true }
      return rules.wait(
        for: Operation(.acquire, subject),
        until: deadline,
        enter: { rules, thread in withPermits(&rules) { $0.acquire(count, thread) } },
        leave: { rules, thread in withPermits(&rules) { $0.leave(thread) } }
      ) == .given
    }
  }

  private func isAcquiredAtOnce(_ count: Int) -> Bool {
    change(from: count, by: -count)
  }

  private func isReleasedAtOnce(_ count: Int) -> Bool {
    change(from: 0, upTo: (limit ?? .max) - count, by: count)
  }

  /// Changes the number of permits if it is in a range, and nobody waits.
  private func change(from least: Int, upTo greatest: Int = .max, by change: Int) -> Bool {
    var seen = word.load(ordering: .relaxed)
    while seen != Self.inRules, seen >= least, seen <= greatest {
      let (isDone, now) = word.weakCompareExchange(
        expected: seen,
        desired: seen + change,
        // Ordering (M1): releasing for who releases, acquiring for who acquires.
        successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed
      )
      if isDone { return true }
      seen = now
    }
    return false
  }

  private func withRules<Result>(_ body: (inout SemaphoreRules) -> Result) -> Result {
    rules.withLock { withPermits(&$0, body) }
  }

  /// Runs `body` while the permits are in the rules; gives them back if nobody waits afterwards.
  private func withPermits<Result>(
    _ rules: inout SemaphoreRules,
    _ body: (inout SemaphoreRules) -> Result
  ) -> Result {
    // Ordering (M1): acquiring, pairs with `change`.
    let permits = word.exchange(Self.inRules, ordering: .acquiringAndReleasing)
    if permits != Self.inRules { rules.permits = permits }
    let result = body(&rules)
    // Ordering (M1): releasing, pairs with `change`.
    if rules.line.isEmpty { word.store(rules.permits, ordering: .releasing) }
    return result
  }
}

extension Semaphore: Named {
  package var nameForReports: String? { name }
}
