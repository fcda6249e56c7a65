/// A value that one thread at a time can reach, when it is as that thread needs it.
///
/// A monitor is a mutex and a condition variable that nobody can misuse: `withLock(when:)` waits
/// until its predicate holds, and whoever changes the value wakes those who can go on. Nothing has
/// to be notified, nothing looked at twice.
///
///     let balance = Monitor(0)
///     // The spender waits until there is enough …
///     balance.withLock(when: { $0 >= 20 }) { $0 -= 20 }
///     // … and the saver just saves.
///     balance.withLock { $0 += 10 }
///
/// Predicates look at the value and nothing else that changes; any thread may run them, which is why
/// they are `@Sendable`.
///
/// ## Ordering
///
/// Everything a thread does in `withLock` happens before everything another thread does in a later
/// `withLock`.
///
/// ## Waiting
///
/// `withLock` blocks until no other thread is inside, `withLock(when:)` until moreover its predicate
/// holds. With a deadline it gives up when that passes, or when the calling thread is cancelled.
/// ``withLockIfAvailable(when:_:)`` never waits. Of several threads whose predicates hold, the one
/// that has waited longest goes first.
///
/// ## Cost
///
/// That of ``Mutex``, and for each call one predicate for each thread that waits.
@safe
public struct Monitor<Value: ~Copyable>: ~Copyable {
  private let lock: Lock
  private let waiting = MonitorLine()
  // SAFETY: allocated and initialised in `init`, freed in `deinit`, reached only by the thread that
  // holds `lock`.
  private let pointer: UnsafeMutablePointer<Value>

  /// Creates a monitor that holds `initialValue`.
  ///
  /// - Parameters:
  ///   - initialValue: The value to guard.
  ///   - name: What to call the monitor in reports.
  public init(_ initialValue: consuming sending Value, name: String? = nil) {
    lock = Lock(as: "Monitor", name: name)
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: initialValue)
  }

  deinit {
    unsafe pointer.deinitialize(count: 1)
    unsafe pointer.deallocate()
  }

  /// Runs `body` with the value, alone.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.acquire()
    defer { leave() }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, alone, when `predicate` holds.
  ///
  /// - Parameters:
  ///   - predicate: Whether the value is as `body` needs it.
  ///   - body: What to do with the value.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    when predicate: @Sendable (borrowing Value) -> Bool,
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.acquire()
    defer { leave() }
    _ = wait(for: predicate, until: nil)
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, alone, when `predicate` holds, unless that takes too long.
  ///
  /// - Parameters:
  ///   - predicate: Whether the value is as `body` needs it.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  ///   - body: What to do with the value.
  /// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    when predicate: @Sendable (borrowing Value) -> Bool,
    until deadline: Deadline,
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard lock.acquire(until: deadline) else { return nil }
    defer { leave() }
    guard wait(for: predicate, until: deadline) else { return nil }
    return try unsafe body(&pointer.pointee)
  }

  /// Runs `body` with the value, alone, when `predicate` holds, unless that takes too long.
  ///
  /// - Parameters:
  ///   - predicate: Whether the value is as `body` needs it.
  ///   - duration: How long to wait at the most.
  ///   - body: What to do with the value.
  /// - Returns: What `body` returns, or `nil` if the time was over or the thread was cancelled.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withLock<Result: ~Copyable, Failure: Error>(
    when predicate: @Sendable (borrowing Value) -> Bool,
    for duration: Duration,
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    try withLock(when: predicate, until: .after(duration), body)
  }

  /// Runs `body` with the value if no other thread is inside and `predicate` holds.
  ///
  /// - Returns: What `body` returns, or `nil` if it did not run.
  /// - Throws: What `body` throws; the value stays as `body` left it.
  public borrowing func withLockIfAvailable<Result: ~Copyable, Failure: Error>(
    when predicate: @Sendable (borrowing Value) -> Bool = { _ in true },
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard lock.tryAcquire() else { return nil }
    defer { leave() }
    guard unsafe predicate(pointer.pointee) else { return nil }
    return try unsafe body(&pointer.pointee)
  }
}

// SAFETY: values go in and out as `sending`, and in between only one thread reaches them. Predicates
// run while their own thread waits, by a thread that holds the lock.
extension Monitor: @unchecked Sendable where Value: ~Copyable {}

// What a monitor tells about itself. The answers may be old when they arrive.
extension Monitor where Value: ~Copyable {
  /// What the monitor was called, for reports.
  public var name: String? { lock.name }

  /// The thread that is inside.
  public var owner: ThreadIdentity? { lock.owner }

  /// The threads that sleep until their predicates hold, the one that came first in front.
  public var waiters: [ThreadIdentity] {
    lock.lineGuard.withLock { waiting.entries.map { ThreadIdentity($0.thread) } }
  }
}

extension Monitor where Value: ~Copyable {
  /// Sleeps until `predicate` holds.
  ///
  /// The calling thread has the lock, before and after.
  ///
  /// - Returns: Whether it holds.
  private borrowing func wait(
    for predicate: (borrowing Value) -> Bool,
    until deadline: Deadline?
  )
    -> Bool
  {
    let pointer = unsafe pointer
    if unsafe predicate(pointer.pointee) { return true }
    let subject = Subject("Monitor", lock)
    let lock = lock
    let waiting = waiting
    let isSatisfied = { unsafe predicate(pointer.pointee) }
    return withoutActuallyEscaping(isSatisfied) { isReady in
      let entry = MonitorEntry(
        thread: .current,
        ticket: waiting.takeTicket(),
        isReady: isReady
      )
      defer { entry.isReady = nil }
      return Seam.attempt(.wait, on: subject) {
        while true {
          // Whoever is inside next may be the one that this thread waits for.
          waiting.moveFirstReady(of: lock)
          let wasMoved = lock.waitOutside(
            .wait,
            on: subject,
            until: deadline,
            enter: { _ in waiting.enter(entry) },
            leave: { _ in waiting.leave(entry) }
          )
          if Seam.runForeign(isReady) { return true }
          if !wasMoved { return false }
        }
      }
    }
  }

  /// Lets the lock go, and lets the first thread that can go on do so.
  private borrowing func leave() {
    guard Seam.isWatched else {
      waiting.moveFirstReady(of: lock)
      return lock.release()
    }
    let (lock, waiting) = (lock, waiting)
    // To those who watch it is one step: to look who goes on is part of leaving.
    Seam.perform(.release, on: lock.subject) {
      waiting.moveFirstReady(of: lock)
      lock.releaseSlowly()
    }
  }
}

/// A thread that waits, and what for.
private final class MonitorEntry {
  let thread: ThreadRecord
  /// Its place in the order of arrival, which it keeps when it is moved to the lock's line and
  /// overtaken there.
  let ticket: Int
  /// Looks at the value; for holders of the lock, while the thread waits.
  var isReady: (() -> Bool)?

  init(thread: ThreadRecord, ticket: Int, isReady: @escaping () -> Bool) {
    self.thread = thread
    self.ticket = ticket
    self.isReady = isReady
  }
}

/// The threads that wait for a monitor's value to change.
///
/// The invariant: when nobody is inside, no thread stands here whose predicate holds, unless another
/// was moved to the lock's line and will look for the next when it leaves. So every leave moves at
/// most one, and none is forgotten.
private final class MonitorLine: @unchecked Sendable {
  // Guarded by: the lock's `lineGuard`. They are in the order of their tickets.
  private(set) var entries: [MonitorEntry] = []
  // Guarded by: the lock.
  private var arrivals = 0
  // How many there are. It grows only while its thread holds the lock, so that holders who read 0
  // can believe it.
  private let count = Atomic(0)

  func takeTicket() -> Int {
    defer { arrivals += 1 }
    return arrivals
  }

  func enter(_ entry: MonitorEntry) {
    let place = entries.firstIndex { $0.ticket > entry.ticket } ?? entries.count
    entries.insert(entry, at: place)
    count.store(entries.count, ordering: .relaxed)
  }

  func leave(_ entry: MonitorEntry) -> Bool {
    guard let place = entries.firstIndex(where: { $0 === entry }) else { return false }
    entries.remove(at: place)
    count.store(entries.count, ordering: .relaxed)
    return true
  }

  /// Moves the first thread whose predicate holds to the lock's line.
  ///
  /// The caller holds the lock.
  ///
  /// Predicates are foreign code and run without the guard. A thread that gives up meanwhile needs
  /// the lock before it goes on, so its predicate stays alive while the caller looks.
  func moveFirstReady(of lock: Lock) {
    guard count.load(ordering: .relaxed) > 0 else { return }
    let candidates = lock.lineGuard.withLock { entries }
    for entry in candidates where entry.isReady.map({ Seam.runForeign($0) }) == true {
      let isMoved = lock.lineGuard.withLock {
        guard leave(entry) else { return false }
        lock.moveToLine(CollectionOfOne(entry.thread))
        return true
      }
      if isMoved { return }
    }
  }
}
