import Glibc
import Interlock
import Testing

/// A way to tell another thread that something was done, by the shortest path there is.
///
/// The other thread does not sleep and is not woken: only the ordering of the object itself makes
/// visible what was done before. Where it does not, the Thread Sanitizer has a chance to notice.
enum Channel: String, CaseIterable, Sendable {
  case lock, fairLock, recursiveLock, spinLock, mutex, monitor, writer, reader
  case event, eventPolled, semaphore, waitGroup, once, barrier

  /// The two ends.
  struct Ends: Sendable {
    /// Comes before everything, on the thread that tells.
    var prepare: @Sendable () -> Void = {}
    /// What was done is done.
    let tell: @Sendable () -> Void
    /// Looks, and never waits; `true` once it was told.
    let isTold: @Sendable () -> Bool
  }

  func make() -> Ends {
    switch self {
    case .lock: handLock(Lock())
    case .fairLock: handLock(Lock(fairness: .fair))
    case .recursiveLock: handLock(RecursiveLock())
    case .spinLock: handLock(SpinLock())
    case .mutex: exclusion(.mutex)
    case .monitor: exclusion(.monitor)
    case .writer: exclusion(.writersFirst)
    case .reader: readers()
    case .event: event { $0.isSet }
    case .eventPolled: event { $0.wait(until: .now) }
    case .semaphore: semaphore()
    case .waitGroup: waitGroup()
    case .once: once()
    case .barrier: barrier()
    }
  }

  private func handLock(_ lock: some HandLock) -> Ends {
    Ends(
      prepare: { lock.acquire() },
      tell: { lock.release() },
      isTold: {
        guard lock.tryAcquire() else { return false }
        lock.release()
        return true
      }
    )
  }

  /// Locks that cannot be held from one call to the other: what was done is done inside.
  private func exclusion(_ kind: ExclusionKind) -> Ends {
    let exclusion = kind.make()
    let count = PlainCount()
    return Ends(
      tell: { exclusion.withLock { count.increment() } },
      isTold: { exclusion.withLockIfAvailable { count.count > 0 } ?? false }
    )
  }

  private func readers() -> Ends {
    let lock = Shared(ReadWriteLock(false))
    return Ends(
      tell: { lock.value.withWriteLock { $0 = true } },
      isTold: { lock.value.withReadLockIfAvailable { $0 } ?? false }
    )
  }

  private func event(_ look: @escaping @Sendable (Event) -> Bool) -> Ends {
    let event = Event()
    return Ends(tell: { event.set() }, isTold: { look(event) })
  }

  private func semaphore() -> Ends {
    let semaphore = Semaphore(permits: 0)
    return Ends(tell: { semaphore.release() }, isTold: { semaphore.tryAcquire() })
  }

  private func waitGroup() -> Ends {
    let group = WaitGroup(count: 1)
    return Ends(tell: { group.done() }, isTold: { group.wait(until: .now) })
  }

  private func once() -> Ends {
    let once = Once { true }
    return Ends(tell: { _ = once.value }, isTold: { once.valueIfReady ?? false })
  }

  private func barrier() -> Ends {
    let barrier = Barrier(parties: 2)
    let arrive: @Sendable () -> Bool = { (try? barrier.arriveAndWait()) != nil }
    return Ends(tell: { _ = arrive() }, isTold: arrive)
  }
}

// The sanitizer remembers only for a short time what a thread did: so the one that tells stays until
// the other has seen, and the other looks without a pause. Even so it misses many.
@Suite struct `What a thread did before it told another` {
  @Test(arguments: Channel.allCases)
  func `is there when the other knows`(channel: Channel) throws {
    for _ in 0..<100 {
      let ends = channel.make()
      let done = PlainCount()
      let mayEnd = Event()
      // Relaxed, so that they bring nothing with them.
      let (isReady, isPrepared) = (Shared(Atomic(false)), Shared(Atomic(false)))
      try withCrew { crew in
        let other = try crew.spawn { () -> Int in
          while !isPrepared.value.load(ordering: .relaxed) { sched_yield() }
          isReady.value.store(true, ordering: .relaxed)
          while !ends.isTold() {}
          return done.count
        }
        try crew.spawn {
          ends.prepare()
          isPrepared.value.store(true, ordering: .relaxed)
          while !isReady.value.load(ordering: .relaxed) { sched_yield() }
          done.increment()
          ends.tell()
          _ = mayEnd.wait(until: .never)
        }
        #expect(try other.result() == 1)
        mayEnd.set()
      }
    }
  }
}
