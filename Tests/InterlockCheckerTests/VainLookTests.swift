import Interlock
import InterlockChecker
import Testing

/// Who asks again and again, without giving way, gets an answer as soon as all others wait for it.
@Suite struct `Asking until it is so` {
  private static let limited = Coverage.Verdict.limited(timeouts: 2)

  @Test func `a lock that somebody has`() throws {
    let coverage = try explore {
      let (lock, counter) = (Lock(), Counter())
      try together(2) {
        while !lock.tryAcquire() {}
        counter.increment()
        lock.release()
      }
      try require(counter.count == 2)
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `a queue that is empty`() throws {
    let coverage = try explore {
      let queue = BlockingQueue<Int>()
      try together({ try queue.put(1) }, { while try queue.tryTake() == nil {} })
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `two queues that are empty`() throws {
    let coverage = try explore {
      let (one, other) = (BlockingQueue<Int>(), BlockingQueue<Int>())
      try together(
        { try one.put(1) },
        { while trySelect(.take(from: one) { _ in }, .take(from: other) { _ in }) == nil {} }
      )
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `whether the thread is cancelled`() throws {
    let coverage = try explore {
      let thread = try spawn { while !CurrentThread.isCancelled {} }
      thread.cancel()
      thread.join()
    }
    #expect(coverage.verdict == Self.limited)
  }

  @Test func `for what never comes is a livelock`() {
    let found = #expect(throws: Counterexample.self) {
      try explore { while try BlockingQueue<Int>().tryTake() == nil {} }
    }
    #expect(found?.kind == .livelock)
  }
}
