import Interlock
import InterlockChecker
import Testing

/// To ask an object of the toolkit how it is comes before or after what others do to it.
@Suite struct `Asking` {
  /// Whether both answers are seen, when one thread acts and another asks.
  private func seesBoth(
    _ make: @escaping @Sendable () -> (act: @Sendable () -> Void, ask: @Sendable () -> Bool)
  ) -> Bool {
    [true, false].allSatisfy { answer in
      do throws(Counterexample) {
        try explore(strategy: .exhaustive) {
          let (act, ask) = make()
          let other = try spawn { act() }
          let seen = ask()
          other.join()
          try require(seen != answer)
        }
        return false
      } catch {
        return error.kind == .failure
      }
    }
  }

  @Test func `a queue whether it is closed`() {
    #expect(
      seesBoth {
        let queue = BlockingQueue<Int>()
        return ({ queue.close() }, { queue.isClosed })
      }
    )
  }

  @Test func `a lock whether it is held, before anybody had it`() {
    #expect(
      seesBoth {
        let lock = Lock()
        return ({ lock.withLock {} }, { lock.isHeld })
      }
    )
  }

  @Test func `a thread whether it was cancelled`() {
    #expect(
      [true, false].allSatisfy { answer in
        do throws(Counterexample) {
          try explore(strategy: .exhaustive) {
            let other = try spawn { CurrentThread.isCancelled }
            other.cancel()
            let seen = other.join()
            try require(seen != answer)
          }
          return false
        } catch {
          return error.kind == .failure
        }
      }
    )
  }

  @Test func `a sleeper whether it was cancelled`() {
    #expect(
      [true, false].allSatisfy { answer in
        do throws(Counterexample) {
          try explore(strategy: .exhaustive) {
            let other = try spawn { CurrentThread.sleep(until: .now) }
            other.cancel()
            try require(other.join() != answer)
          }
          return false
        } catch {
          return error.kind == .failure
        }
      }
    )
  }

  @Test func `a queue how much is in it`() {
    #expect(
      seesBoth {
        let queue = BlockingQueue<Int>()
        return ({ try? queue.put(1) }, { queue.count == 1 })
      }
    )
  }

  @Test func `a semaphore for its permits`() {
    #expect(
      seesBoth {
        let semaphore = Semaphore(permits: 0)
        return ({ semaphore.release() }, { semaphore.availablePermits == 1 })
      }
    )
  }

  @Test func `an event whether it is set`() {
    #expect(
      seesBoth {
        let event = Event()
        return ({ event.set() }, { event.isSet })
      }
    )
  }

  @Test func `a thread whether it has finished`() {
    #expect(throws: Counterexample.self) {
      try explore {
        let other = try spawn {}
        let seen = other.isFinished
        other.join()
        try require(!seen)
      }
    }
    #expect(throws: Counterexample.self) {
      try explore {
        let other = try spawn {}
        let seen = other.isFinished
        other.join()
        try require(seen)
      }
    }
  }
}
