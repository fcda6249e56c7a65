import Interlock
import Testing

@Suite struct `A thread that is cancelled` {
  @Test func `finds out when it asks, and stays cancelled`() throws {
    try withCrew { crew in
      let mayAsk = Event()
      let thread = try crew.spawn { () throws -> Bool in
        try CurrentThread.checkCancellation()
        guard !CurrentThread.isCancelled else { return false }
        mayAsk.wait()
        guard CurrentThread.isCancelled else { return false }
        do {
          try CurrentThread.checkCancellation()
          return false
        } catch {
          return CurrentThread.isCancelled
        }
      }
      try thread.waitUntilBlocked()
      #expect(!thread.isCancelled)
      thread.cancel()
      thread.cancel()
      #expect(thread.isCancelled)
      mayAsk.set()
      #expect(try thread.result())
      #expect(!CurrentThread.isCancelled)
    }
  }

  @Test func `is the only one`() throws {
    try withCrew { crew in
      let event = Event()
      let threads = try crew.spawn(count: 4) { _ in event.wait(until: .never) }
      try eventually { event.waiterCount == 4 }
      threads[2].cancel()
      #expect(try !threads[2].result())
      #expect(event.waiterCount == 3)
      event.set()
      for place in [0, 1, 3] { #expect(try threads[place].result()) }
    }
  }

  @Test func `sleeps no longer`() throws {
    try withCrew { crew in
      for deadline in [Deadline.never, .after(TestTime.long)] {
        let sleeper = try crew.spawn { CurrentThread.sleep(until: deadline) }
        try sleeper.waitUntilBlocked()
        #expect(sleeper.identity.wait == "CurrentThread.sleep()")
        sleeper.cancel()
        #expect(try !sleeper.result())
      }
    }
  }

  @Test func `does not even fall asleep`() throws {
    try withCrew { crew in
      let sleeper = try crew.spawn { () -> Bool in
        while !CurrentThread.isCancelled { CurrentThread.yield() }
        return CurrentThread.sleep(until: .never)
      }
      sleeper.cancel()
      #expect(try !sleeper.result())
    }
  }

  @Test func `has no effect when it has finished`() throws {
    let thread = try spawn { 1 }
    #expect(thread.join() == 1)
    thread.cancel()
    #expect(thread.isCancelled)
    #expect(thread.join() == 1)
  }

  @Test func `works on after a wait that it gave up`() throws {
    try withCrew { crew in
      let (event, other) = (Event(), Event())
      let thread = try crew.spawn { () -> Bool in
        let hasGivenUp = !event.wait(until: .never)
        // Its plain waits are as before.
        other.wait()
        return hasGivenUp
      }
      try thread.waitUntilBlocked()
      thread.cancel()
      try eventually { other.waiterCount == 1 }
      other.set()
      #expect(try thread.result())
    }
  }
}

@Suite struct `A thread that sleeps` {
  @Test func `sleeps as long as it was told to`() throws {
    try withCrew { crew in
      let sleeper = try crew.spawn { () -> (Bool, Duration) in
        let start = Deadline.now
        let isWhole = CurrentThread.sleep(for: TestTime.short)
        return (isWhole, Deadline.now - start)
      }
      let (isWhole, time) = try sleeper.result()
      #expect(isWhole)
      #expect(time >= TestTime.short)
      #expect(time < TestTime.short + TestTime.slack)
    }
  }

  @Test func `goes on at once when the time has come already`() throws {
    #expect(try spawn { CurrentThread.sleep(until: .now) }.join())
    #expect(try spawn { CurrentThread.sleep(for: .seconds(-1)) }.join())
  }
}
