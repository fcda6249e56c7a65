/// Waits until all the locks are the calling thread's.
///
/// They are acquired one after the other in one canonical order, whatever order they are given in, so
/// threads that take several locks only in this way never wait for each other in a circle. A lock that
/// is given twice is acquired once.
///
///     acquireAll([from.lock, to.lock])
///     defer { releaseAll([from.lock, to.lock]) }
///
/// - Parameter locks: Of any kinds; none is had at once.
/// - Precondition: The calling thread holds none of them, except recursive ones.
/// - Warning: A thread that holds other locks, or takes more of them meanwhile, can still be part of a
///   circle.
public func acquireAll(_ locks: [any ExclusiveLock]) {
  for lock in canonical(locks) { lock.acquire() }
}

/// Acquires all the locks if all are free.
///
/// - Parameter locks: Of any kinds; one that is given twice is acquired once.
/// - Returns: Whether the calling thread has all of them now; if not, it has none that it did not have.
public func tryAcquireAll(_ locks: [any ExclusiveLock]) -> Bool {
  acquireEach(canonical(locks)) { $0.tryAcquire() }
}

/// Waits until all the locks are the calling thread's, or gives up.
///
/// - Parameters:
///   - locks: Of any kinds; one that is given twice is acquired once.
///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
/// - Returns: Whether the calling thread has all of them now; if not, it has none that it did not have.
/// - Precondition: The calling thread holds none of them, except recursive ones.
public func acquireAll(_ locks: [any ExclusiveLock], until deadline: Deadline) -> Bool {
  acquireEach(canonical(locks)) { $0.acquire(until: deadline) }
}

/// Waits until all the locks are the calling thread's, or gives up.
///
/// - Parameters:
///   - locks: Of any kinds; one that is given twice is acquired once.
///   - duration: How long to wait at the most, for all of them together.
/// - Returns: Whether the calling thread has all of them now; if not, it has none that it did not have.
/// - Precondition: The calling thread holds none of them, except recursive ones.
public func acquireAll(_ locks: [any ExclusiveLock], for duration: Duration) -> Bool {
  acquireAll(locks, until: .after(duration))
}

/// Lets all the locks go.
///
/// - Parameter locks: Of any kinds; one that is given twice is released once.
/// - Precondition: The calling thread holds them.
public func releaseAll(_ locks: [any ExclusiveLock]) {
  for lock in canonical(locks).reversed() { lock.release() }
}

/// Runs `body` while holding all the locks.
///
/// - Parameters:
///   - locks: Of any kinds, in any order; see ``acquireAll(_:)``.
///   - body: What to do meanwhile.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws.
/// - Precondition: The calling thread holds none of them, except recursive ones.
public func withAllLocked<Result: ~Copyable, Failure: Error>(
  _ locks: [any ExclusiveLock],
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let locks = canonical(locks)
  for lock in locks { lock.acquire() }
  defer { releaseInTurn(locks) }
  return try body()
}

/// Runs `body` while holding all the locks, if all are free.
///
/// - Parameters:
///   - locks: Of any kinds, in any order.
///   - body: What to do meanwhile.
/// - Returns: What `body` returns, or `nil` if one of the locks was taken.
/// - Throws: What `body` throws.
public func withAllLockedIfAvailable<Result: ~Copyable, Failure: Error>(
  _ locks: [any ExclusiveLock],
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result? {
  let locks = canonical(locks)
  guard acquireEach(locks, { $0.tryAcquire() }) else { return nil }
  defer { releaseInTurn(locks) }
  return try body()
}

/// Runs `body` while holding all the locks, unless waiting for them takes too long.
///
/// - Parameters:
///   - locks: Of any kinds, in any order; see ``acquireAll(_:)``.
///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
///   - body: What to do meanwhile.
/// - Returns: What `body` returns, or `nil` if the deadline passed or the thread was cancelled.
/// - Throws: What `body` throws.
/// - Precondition: The calling thread holds none of them, except recursive ones.
public func withAllLocked<Result: ~Copyable, Failure: Error>(
  _ locks: [any ExclusiveLock],
  until deadline: Deadline,
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result? {
  let locks = canonical(locks)
  guard acquireEach(locks, { $0.acquire(until: deadline) }) else { return nil }
  defer { releaseInTurn(locks) }
  return try body()
}

/// The locks in the order in which they are acquired, each once.
private func canonical(_ locks: [any ExclusiveLock]) -> [any ExclusiveLock] {
  let placed = locks.map { (order: $0.acquisitionOrder, lock: $0) }.sorted { $0.order < $1.order }
  return placed.indices.compactMap { index in
    index > 0 && placed[index].order == placed[index - 1].order ? nil : placed[index].lock
  }
}

/// Acquires one lock after the other; if one is not had, gives the others back.
private func acquireEach(
  _ locks: [any ExclusiveLock],
  _ isAcquired: (any ExclusiveLock) -> Bool
) -> Bool {
  for (count, lock) in locks.enumerated() where !isAcquired(lock) {
    releaseInTurn(locks.prefix(count))
    return false
  }
  return true
}

private func releaseInTurn(_ locks: some BidirectionalCollection<any ExclusiveLock>) {
  for lock in locks.reversed() { lock.release() }
}
