import Interlock
import Testing

@Suite struct `An event` {
  @Test func `is set from the first set to the next clear`() {
    let event = Event(name: "ready")
    #expect(!event.isSet)
    #expect(!event.wait(until: .now))
    event.set()
    event.set()
    #expect(event.isSet)
    event.wait()
    #expect(event.wait(for: .zero))
    event.clear()
    event.clear()
    #expect(!event.isSet)
    #expect(!event.wait(for: .zero))
    #expect(event.name == "ready")
    #expect(Event(isSet: true).wait(until: .now))
  }

  @Test func `wakes everybody who waits`() throws {
    let event = Event()
    try withCrew { crew in
      let threads = try crew.spawn(count: 10) { _ in event.wait() }
      try eventually { event.waiterCount == 10 }
      #expect(Set(event.waiters) == Set(threads.map(\.identity)))
      event.set()
    }
    #expect(event.waiterCount == 0)
  }

  @Test func `lets everybody go who waited, although it is cleared at once`() throws {
    let event = Event()
    for _ in 0..<20 {
      try withCrew { crew in
        let threads = try crew.spawn(count: 4) { number in
          if number % 2 == 0 { return event.wait(until: .never) }
          event.wait()
          return true
        }
        try eventually { event.waiterCount == 4 }
        event.set()
        event.clear()
        for thread in threads { #expect(try thread.result()) }
      }
    }
  }

  @Test func `shows what was done before it was set`() throws {
    let (ping, pong) = (Event(), Event())
    let value = PlainCount()
    try withCrew { crew in
      let other = try crew.spawn { () -> Bool in
        for round in 1...500 {
          ping.wait()
          ping.clear()
          guard value.count == 2 * round - 1 else { return false }
          value.increment()
          pong.set()
        }
        return true
      }
      for _ in 1...500 {
        value.increment()
        ping.set()
        pong.wait()
        pong.clear()
      }
      #expect(try other.result())
    }
    #expect(value.count == 1000)
  }
}

@Suite struct `A wait group` {
  @Test func `is waited for until nothing is to be done`() throws {
    let group = WaitGroup(name: "downloads")
    #expect(group.wait(until: .now))
    group.wait()
    group.add(3)
    group.add(0)
    try withCrew { crew in
      let waiters = try crew.spawn(count: 4) { _ in group.wait() }
      try eventually { group.waiterCount == 4 }
      #expect(Set(group.waiters) == Set(waiters.map(\.identity)))
      for left in [2, 1] {
        group.done()
        #expect(group.count == left)
        #expect(group.waiterCount == 4)
      }
      group.done()
    }
    #expect(group.count == 0)
    #expect(group.name == "downloads")
  }

  @Test func `is as new when it is done`() throws {
    let group = WaitGroup(count: 1)
    for _ in 0..<20 {
      try withCrew { crew in
        let waiter = try crew.spawn { group.wait(until: .never) }
        try eventually { group.waiterCount == 1 }
        group.done()
        group.add()
        #expect(!group.wait(until: .now))
        #expect(try waiter.result())
      }
    }
  }

  @Test func `shows what was done before`() throws {
    let group = WaitGroup()
    let parts = (0..<8).map { _ in PlainCount() }
    try withCrew { crew in
      for part in parts {
        group.add()
        try crew.spawn {
          for _ in 0..<100 { part.increment() }
          group.done()
        }
      }
      group.wait()
      #expect(parts.map(\.count) == Array(repeating: 100, count: 8))
    }
  }
}
