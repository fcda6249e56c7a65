/// Runs `body` with the values of two mutexes, alone.
///
/// It does not matter in which order they are given: they are entered in one canonical order, so threads
/// that enter several mutexes only in this way never wait for each other in a circle.
///
///     let from = Mutex(100)
///     let to = Mutex(0)
///     withAllLocked(from, to) { from, to in
///       from -= 10
///       to += 10
///     }
///
/// - Parameters:
///   - first: One mutex.
///   - second: Another one.
///   - body: What to do with their values.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; the values stay as `body` left them.
/// - Precondition: They are two, and the calling thread is in neither.
public func withAllLocked<
  First: ~Copyable,
  Second: ~Copyable,
  Result: ~Copyable,
  Failure: Error
>(
  _ first: borrowing Mutex<First>,
  _ second: borrowing Mutex<Second>,
  _ body: (inout sending First, inout sending Second) throws(Failure) -> sending Result
) throws(Failure) -> sending Result {
  requireDifferent(first.lock, second.lock)
  let locks: [any ExclusiveLock] = [first.lock, second.lock]
  acquireAll(locks)
  defer { releaseAll(locks) }
  // SAFETY: the calling thread holds the locks of both values, which are two.
  return try unsafe body(&first.pointer.pointee, &second.pointer.pointee)
}

/// Runs `body` with the values of three mutexes, alone.
///
/// It does not matter in which order they are given; see the form for two.
///
/// - Parameters:
///   - first: One mutex.
///   - second: Another one.
///   - third: And another one.
///   - body: What to do with their values.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; the values stay as `body` left them.
/// - Precondition: They are three, and the calling thread is in none of them.
public func withAllLocked<
  First: ~Copyable,
  Second: ~Copyable,
  Third: ~Copyable,
  Result: ~Copyable,
  Failure: Error
>(
  _ first: borrowing Mutex<First>,
  _ second: borrowing Mutex<Second>,
  _ third: borrowing Mutex<Third>,
  _ body: (inout sending First, inout sending Second, inout sending Third) throws(Failure) ->
    sending Result
) throws(Failure) -> sending Result {
  requireDifferent(first.lock, second.lock)
  requireDifferent(first.lock, third.lock)
  requireDifferent(second.lock, third.lock)
  let locks: [any ExclusiveLock] = [first.lock, second.lock, third.lock]
  acquireAll(locks)
  defer { releaseAll(locks) }
  // SAFETY: the calling thread holds the locks of all values, which are three.
  return try unsafe body(&first.pointer.pointee, &second.pointer.pointee, &third.pointer.pointee)
}

private func requireDifferent(_ first: Lock, _ second: Lock) {
  guard first !== second else {
    misuse(
      "withAllLocked()\(first.quotedName) with the same Mutex twice: its value would be in two "
        + "places at once. Ask whether both are the same first."
    )
  }
}
