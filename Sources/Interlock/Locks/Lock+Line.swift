import Synchronization

// Acquiring.
extension Lock {
  @inlinable @inline(__always)
  func isAcquiredAtOnce() -> Bool {
    // Ordering (L1): acquiring, pairs with the stores of `release` and `releaseSlowly`.
    !Seam.isWatched
      && state.rawCompareExchange(
        expected: Bits.free,
        desired: ThreadNumber.current,
        ordering: .acquiring
      )
  }

  @usableFromInline
  func acquireInLine() {
    Seam.perform(.acquire, on: subject) { _ = acquireSlowly(.acquire, until: nil) }
  }

  @usableFromInline
  func acquireInLine(until deadline: Deadline?) -> Bool {
    Seam.attempt(.acquire, on: subject, mayGiveUp: deadline != nil) {
      acquireSlowly(.acquire, until: deadline)
    }
  }

  @usableFromInline
  func tryAcquireWatched() -> Bool {
    guard Seam.isWatched else { return false }
    return Seam.attempt(.tryAcquire, on: subject) { take(as: ThreadNumber.current) }
  }

  /// Makes the word `word`, which says who owns the lock, if the lock is free.
  private func take(as word: UInt32) -> Bool {
    // Ordering (L1): acquiring, pairs with the stores of `release` and `releaseSlowly`.
    state.compareExchange(
      expected: Bits.free,
      desired: word,
      successOrdering: .acquiring,
      failureOrdering: .relaxed
    ).exchanged
  }

  /// Acquires the lock in the way that works always; gives up only with a deadline.
  private func acquireSlowly(_ kind: Operation.Kind, until deadline: Deadline?) -> Bool {
    let number = ThreadNumber.current
    if Bits.owner(of: state.load(ordering: .relaxed)) == number {
      misuse(
        "\(type).acquire()\(quotedName) by its own owner; this thread would wait for itself. "
          + "Acquire it once and pass the value down, or use a RecursiveLock."
      )
    }
    if take(as: number) { return true }
    let me = ThreadRecord.current
    unsafe me.wakes = 0
    return acquireLoop(me, kind, until: deadline)
  }

  func acquireLoop(
    _ me: ThreadRecord,
    _ kind: Operation.Kind,
    until deadline: Deadline?
  )
    -> Bool
  {
    // A thread that was woken answers for those that still sleep: it leaves `parked` behind.
    while !take(as: unsafe me.wakes == 0 ? me.number : me.number | Bits.parked) {
      guard enterLine(me) else { continue }
      switch me.waitForSignal(Operation(kind, subject), until: deadline, heldBy: self) {
      case .given: return true
      case .tryAgain, .refused: unsafe me.wakes += 1
      case .none:
        if leaveLine(me) { return false }
        // Whoever released the lock has chosen this thread meanwhile.
        return me.signalled == .given || takeOrPassOn(me)
      }
    }
    return true
  }

  /// Stands in line, in front if the thread stood there before.
  ///
  /// - Returns: `false`, and the thread does not stand in line, if the lock is free.
  private func enterLine(_ me: ThreadRecord) -> Bool {
    me.prepareToWait()
    let wasWoken = unsafe me.wakes > 0
    return lineGuard.withLock {
      guard markParked() else { return false }
      line.insert(me, at: wasWoken ? 0 : line.count)
      return true
    }
  }

  /// Makes the owner look at the line when it releases.
  ///
  /// The caller has `lineGuard`.
  ///
  /// - Returns: `false` if there is no owner.
  private func markParked() -> Bool {
    var seen = state.load(ordering: .relaxed)
    while seen != Bits.free {
      let (isDone, now) = state.weakCompareExchange(
        expected: seen,
        desired: seen | Bits.parked,
        ordering: .relaxed
      )
      if isDone { return true }
      seen = now
    }
    return false
  }

  /// Gives up waiting in line.
  ///
  /// - Returns: `false` if the thread stands there no more: it was chosen.
  private func leaveLine(_ me: ThreadRecord) -> Bool {
    lineGuard.withLock {
      guard let place = line.firstIndex(where: { $0 === me }) else { return false }
      line.remove(at: place)
      if line.isEmpty { state.bitwiseAnd(~Bits.parked, ordering: .relaxed) }
      return true
    }
  }

  /// A thread that was woken gives up unless the lock is free; others that sleep must not suffer.
  ///
  /// - Returns: Whether the thread has the lock now.
  private func takeOrPassOn(_ me: ThreadRecord) -> Bool {
    lineGuard.withLock {
      while !take(as: me.number | Bits.parked) {
        if line.isEmpty || markParked() { return false }
      }
      return true
    }
  }
}

// Releasing.
extension Lock {
  @usableFromInline
  func releaseToLine() {
    Seam.perform(.release, on: subject) { releaseSlowly() }
  }

  /// Releases the lock in the way that works always.
  func releaseSlowly() {
    let number = ThreadNumber.current
    let seen = state.load(ordering: .relaxed)
    guard Bits.owner(of: seen) == number else {
      // It went on without the lock.
      if Seam.isEnding { return }
      misuse(
        "\(type).release()\(quotedName) by \"\(ThreadRecord.current.name)\", but "
          + "\(describeOwner(seen)) holds it. Only the thread that acquired a lock releases it."
      )
    }
    // Ordering (L1): releasing, pairs with `isAcquiredAtOnce` and `take`.
    if !state.compareExchange(expected: number, desired: Bits.free, ordering: .releasing).exchanged
    {
      releaseToNext()
    }
  }

  /// Releases the lock while threads sleep for it: wakes the next one, or hands the lock to it.
  private func releaseToNext() {
    let next = lineGuard.withLock { () -> ThreadRecord? in
      // The word has an owner and `parked` is guarded, so that nobody else changes it now.
      guard !line.isEmpty else {
        state.store(Bits.free, ordering: .releasing)
        return nil
      }
      let next = line.removeFirst()
      // SAFETY: `next` sleeps, so nobody else touches its count.
      let isHandedOver = unsafe next.wakes >= patience
      let others = line.isEmpty ? 0 : Bits.parked
      // Ordering (L1): releasing, pairs with `isAcquiredAtOnce` and `take`, and W1 for the one that is
      // given the lock.
      state.store(isHandedOver ? next.number | others : Bits.free, ordering: .releasing)
      // Only now, for a thread that is given the lock may release it at once. Before `lineGuard` is
      // free, for a thread that gave up looks for the signal when it is not in line any more.
      next.signal(isHandedOver ? .given : .tryAgain)
      return next
    }
    next?.parker.wake()
  }
}
