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

  private let rules: Guarded<SemaphoreRules>

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
    rules = Guarded(SemaphoreRules(permits: permits))
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
      rules.withLock { $0.acquireAtOnce(count) }
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
      guard let woken = rules.withLock({ $0.release(count, limit: limit ?? .max) }) else {
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
  public var availablePermits: Int { rules.withLock { $0.permits } }

  /// How many threads wait for permits.
  public var waiterCount: Int { rules.withLock { $0.line.count } }

  /// The threads that wait for permits, the next one first.
  public var waiters: [ThreadIdentity] {
    rules.withLock { $0.line }.map { ThreadIdentity($0.thread) }
  }
}

extension Semaphore {
  private var subject: Subject { Subject("Semaphore", self, name: name) }
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
      rules.wait(
        for: Operation(.acquire, subject),
        until: deadline,
        enter: { $0.acquire(count, $1) },
        leave: { $0.leave($1) }
      ) == .given
    }
  }
}

/// The rules of a semaphore: permits, and a line of threads with the number that each needs.
///
/// The invariant: the first in line needs more permits than there are.
struct SemaphoreRules {
  struct Request {
    let thread: ThreadRecord
    let count: Int
  }

  private(set) var permits: Int
  private(set) var line: [Request] = []

  init(permits: Int) {
    self.permits = permits
  }

  mutating func acquireAtOnce(_ count: Int) -> Bool {
    guard line.isEmpty, permits >= count else { return false }
    permits -= count
    return true
  }

  mutating func acquire(_ count: Int, _ thread: ThreadRecord) -> Entry {
    if acquireAtOnce(count) { return .pass }
    line.append(Request(thread: thread, count: count))
    return .wait
  }

  /// - Returns: Whom to wake, or `nil` if there would be more permits than `limit`.
  mutating func release(_ count: Int, limit: Int) -> [ThreadRecord]? {
    let (sum, overflow) = permits.addingReportingOverflow(count)
    guard !overflow, sum <= limit else { return nil }
    permits = sum
    return serve()
  }

  mutating func leave(_ thread: ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord]) {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return (false, []) }
    line.remove(at: place)
    // It may have stood in front of others that need less.
    return (true, serve())
  }

  private mutating func serve() -> [ThreadRecord] {
    var woken: [ThreadRecord] = []
    while let first = line.first, first.count <= permits {
      permits -= first.count
      first.thread.signal(.given)
      woken.append(first.thread)
      line.removeFirst()
    }
    return woken
  }
}
