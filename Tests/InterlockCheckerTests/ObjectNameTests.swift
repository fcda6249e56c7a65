import Interlock
import InterlockChecker
import Testing

/// Bodies in which the same operation touches now one object and now another one.
@Suite struct `Objects that depend on what a thread has seen` {
  @Test func `are locks of which one is free and the other is held`() throws {
    let coverage = try explore {
      let choice = Atomic(0)
      let locks = [Lock(name: "one"), Lock(name: "two")]
      let sum = Box(Mutex(0))
      try together(
        { locks[choice.load(ordering: .acquiring)].withLock { sum.value.withLock { $0 += 1 } } },
        {
          locks[1 - choice.load(ordering: .acquiring)].withLock { sum.value.withLock { $0 += 1 } }
        },
        {
          choice.store(1, ordering: .releasing)
          locks[0].withLock { locks[1].withLock {} }
        }
      )
      try require(sum.value.withLock { $0 } == 2)
    }
    #expect(coverage.verdict == .proved)
  }

  @Test func `are a condition and what its lock guards`() throws {
    let coverage = try explore {
      let lock = Lock()
      let ready = Condition(lock)
      let isReady = PlainCell(false)
      try together(
        { lock.withLock { while !isReady.value { ready.wait() } } },
        { lock.withLock { while !isReady.value { ready.wait() } } },
        {
          lock.withLock {
            isReady.value = true
            ready.notify(1)
            ready.notify(1)
          }
        }
      )
    }
    #expect(coverage.verdict == .proved)
  }
}
