import Foundation
import Testing

@testable import Interlock

@Suite struct `A parker` {
  @Test func `holds at most one permit`() {
    let parker = Parker()
    let isPermitted = parker.park(until: .now)
    #expect(!isPermitted)
    parker.wake()
    parker.wake()
    let isOnce = parker.park(until: .never)
    #expect(isOnce)
    let isTwice = parker.park(until: .after(TestTime.short))
    #expect(!isTwice)
  }

  @Test func `loses no permit of two threads that wake each other`() throws {
    let (ping, pong) = (Shared(Parker()), Shared(Parker()))
    let rounds = 2000
    try withCrew { crew in
      let other = try crew.spawn { () -> Bool in
        for _ in 0..<rounds {
          guard ping.value.park(until: .after(TestTime.long)) else { return false }
          pong.value.wake()
        }
        return true
      }
      let me = try crew.spawn { () -> Bool in
        for _ in 0..<rounds {
          ping.value.wake()
          guard pong.value.park(until: .after(TestTime.long)) else { return false }
        }
        return true
      }
      #expect(try me.result())
      #expect(try other.result())
    }
  }

  @Test func `lets its owner see the signal of every waker, also of a second one`() throws {
    // A permit that nobody needs lies here while the signal comes: the owner may take both for one,
    // but must see the signal then.
    let parker = Shared(Parker())
    let (start, signal, answer) = (Shared(Atomic(0)), Shared(Atomic(0)), Shared(Atomic(0)))
    let rounds = 20_000
    try withCrew { crew in
      let owner = try crew.spawn { () -> Bool in
        for round in 1...rounds {
          parker.value.wake()
          start.value.store(round, ordering: .relaxed)
          // The other side needs some time to notice; how long, nobody knows.
          for _ in 0..<round % 64 { _ = start.value.load(ordering: .relaxed) }
          while signal.value.load(ordering: .relaxed) < round {
            guard parker.value.park(until: .after(TestTime.limit / 2)) else { return false }
          }
          answer.value.store(round, ordering: .relaxed)
        }
        return true
      }
      _ = try crew.spawn {
        for round in 1...rounds {
          meet(start.value, round)
          signal.value.store(round, ordering: .relaxed)
          parker.value.wake()
          meet(answer.value, round)
        }
      }
      #expect(try owner.result())
    }
  }

  /// Looks again and again, first without letting others run: both sides are to meet in the middle.
  private func meet(_ number: borrowing Atomic<Int>, _ round: Int) {
    var looks = 0
    while number.load(ordering: .relaxed) < round && !CurrentThread.isCancelled {
      looks += 1
      if looks > 200 { CurrentThread.yield() }
    }
  }
}

@Suite struct `The lock under the locks` {
  @Test func `loses no update`() throws {
    let (threads, rounds) = (8, 3000)
    let guarded = Guarded(0)
    let lock = Shared(GuardLock())
    let count = PlainCount()
    try withCrew { crew in
      _ = try crew.spawn(count: threads) { _ in
        for _ in 0..<rounds {
          guarded.withLock { $0 += 1 }
          lock.value.withLock { count.increment() }
        }
      }
    }
    #expect(guarded.withLock { $0 } == threads * rounds)
    #expect(count.count == threads * rounds)
  }
}

@Suite struct `A call that blocks the cooperative pool` {
  @Test func `is warned of, once in a process`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      let event = Event(name: "door")
      for _ in 0..<2 {
        let setter = try spawn {
          try eventually { event.waiterCount == 1 }
          event.set()
        }
        event.wait()
        event.clear()
        try setter.join()
      }
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    let warning = "Event.wait() on \"door\" is about to block a thread of Swift's cooperative pool"
    #expect(text.components(separatedBy: warning).count == 2)
    #expect(text.components(separatedBy: "interlock: warning:").count == 2)
  }

  @Test func `is not warned of when it need not wait, or in a thread of its own`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      let (event, isSet) = (Event(), Event(isSet: true))
      isSet.wait()
      let waiter = try spawn { event.wait() }
      try eventually { event.waiterCount == 1 }
      event.set()
      await waiter.value
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(!text.contains("cooperative pool"))
  }
}
