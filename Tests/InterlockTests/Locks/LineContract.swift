import Interlock
import Testing

/// What all kinds of locks promise to threads that stand in line.
@Suite struct `Threads stand in line for a lock` {
  @Test(arguments: ExclusionKind.allCases)
  func `one release lets all of them through, one after the other`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    let count = PlainCount()
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      let waiters = try crew.spawn(count: 12) { _ in
        exclusion.withLock { count.increment(pausing: true) }
      }
      if kind != .spinLock { for waiter in waiters { try waiter.waitUntilBlocked() } }
      try holder.leave()
    }
    #expect(count.count == 12)
  }

  @Test(arguments: ExclusionKind.fair)
  func `a fair lock serves them in the order of arrival`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    let order = PlainList()
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      for number in 0..<10 {
        try crew.spawn { exclusion.withLock { order.append(number) } }
        try eventually { exclusion.line?.count == number + 1 }
      }
      try holder.leave()
    }
    #expect(order.list == Array(0..<10))
  }

  @Test(arguments: ExclusionKind.fair)
  func `nobody overtakes a fair lock's line`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    try withCrew { crew in
      let mayLeave = Event()
      let first = try exclusion.withLock {
        let first = try crew.spawn("first") { exclusion.withLock { mayLeave.wait() } }
        try eventually { exclusion.line?.count == 1 }
        return first
      }
      // The first in line has the lock from the moment of the release, awake or not.
      #expect(exclusion.owner == first.identity)
      #expect(exclusion.withLockIfAvailable { true } == nil)
      mayLeave.set()
    }
  }

  @Test(arguments: [ExclusionKind.lock, .recursiveLock, .mutex, .monitor])
  func `a thread that takes the lock again and again keeps nobody out`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    let isThrough = Event()
    try withCrew { crew in
      let waiter = try exclusion.withLock {
        let waiter = try crew.spawn("waiter") {
          exclusion.withLock { isThrough.set() }
        }
        try waiter.waitUntilBlocked()
        return waiter
      }
      // Each release is followed by an acquisition at once, by this thread, which is awake.
      try eventually { exclusion.withLock { isThrough.isSet } }
      try waiter.result()
    }
  }

  @Test(arguments: ExclusionKind.lined.filter { $0 != .monitor })
  func `the line shows who waits, as they come and go`(kind: ExclusionKind) throws {
    let exclusion = kind.make(name: "vault")
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      #expect(exclusion.line == [])
      var waiters: [ThreadHandle<Bool, any Error>] = []
      for number in 0..<4 {
        waiters += [
          try crew.spawn("waiter-\(number)") { () throws(any Error) in
            exclusion.withLock(until: .after(TestTime.long)) {} != nil
          }
        ]
        try eventually { exclusion.line?.count == waiters.count }
        #expect(exclusion.line == waiters.map(\.identity))
      }
      // From the middle, from the front, from the end.
      for place in [1, 0, 1] {
        let leaver = waiters.remove(at: place)
        leaver.cancel()
        #expect(try leaver.result() == false)
        #expect(exclusion.line == waiters.map(\.identity))
      }
      try holder.leave()
      #expect(try waiters[0].result())
      #expect(exclusion.line == [])
    }
  }

  @Test(arguments: ExclusionKind.allCases)
  func `those who gave up do not stop those who stay`(kind: ExclusionKind) throws {
    let exclusion = kind.make()
    try withCrew { crew in
      let holder = try Holder(crew, of: exclusion)
      let waiters = try crew.spawn(count: 9) { number in
        exclusion.withLock(until: .after(number % 3 == 1 ? TestTime.long : TestTime.short)) {}
          != nil
      }
      for number in 0..<9 where number % 3 != 1 { #expect(try !waiters[number].result()) }
      try holder.leave()
      for number in 0..<9 where number % 3 == 1 { #expect(try waiters[number].result()) }
    }
    #expect(exclusion.withLockIfAvailable { true } == true)
  }
}
