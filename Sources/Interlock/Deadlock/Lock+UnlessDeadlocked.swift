extension Lock {
  /// Waits until the lock is free and takes it, or fails because that can never be.
  ///
  /// If threads wait for each other in a circle, one of those that wait in this way is the victim, and
  /// the others go on when it has released what they wait for. Nothing needs to be turned on for that.
  ///
  /// - Throws: ``Deadlock`` if this thread is the victim. It does not have the lock.
  /// - Precondition: The calling thread does not hold the lock.
  public func acquireUnlessDeadlocked() throws(Deadlock) {
    if isAcquiredAtOnce() { return }
    let me = ThreadRecord.current
    WaitForGraph.beginInterest()
    // SAFETY: touched only by the thread itself.
    unsafe me.acceptsRefusal = true
    defer {
      unsafe me.acceptsRefusal = false
      unsafe me.refusal = nil
      WaitForGraph.endInterest()
    }
    guard !acquireInLine(until: nil), let deadlock = unsafe me.refusal else { return }
    throw deadlock
  }

  /// Runs `body` while holding the lock, or fails because the lock can never be had.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: ``Deadlock`` if the thread is chosen to end one, as in ``acquireUnlessDeadlocked()``; else
  ///   what `body` throws.
  /// - Precondition: The calling thread does not hold the lock.
  public func withLockUnlessDeadlocked<Result: ~Copyable>(
    _ body: () throws -> Result
  ) throws -> Result {
    try acquireUnlessDeadlocked()
    defer { release() }
    return try body()
  }
}

extension Mutex where Value: ~Copyable {
  /// Runs `body` with the value, alone, or fails because that can never be.
  ///
  /// - Returns: What `body` returns.
  /// - Throws: ``Deadlock`` if the thread is chosen to end one, as in ``Lock/acquireUnlessDeadlocked()``;
  ///   else what `body` throws; the value stays as `body` left it.
  /// - Precondition: The calling thread is not inside already.
  public borrowing func withLockUnlessDeadlocked<Result: ~Copyable>(
    _ body: (inout sending Value) throws -> sending Result
  ) throws -> sending Result {
    try lock.acquireUnlessDeadlocked()
    defer { lock.release() }
    return try unsafe body(&pointer.pointee)
  }
}
