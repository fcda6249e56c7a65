import Testing

@testable import Interlock

/// Threads that ask are refused when they wait in a circle.
@Suite struct `A deadlock` {
  /// Locks in a ring, each thread taking its own and then the next one's.
  private func runRing(of count: Int) throws -> [Deadlock] {
    let locks = (0..<count).map { Lock(name: "fork \($0)") }
    let barrier = Barrier(parties: count)
    let deadlocks = Mutex<[Deadlock]>([])
    try withCrew { @Sendable crew in
      _ = try crew.spawn(count: count, "seat") { seat in
        do {
          try locks[seat].withLockUnlessDeadlocked {
            try barrier.arriveAndWait()
            try locks[(seat + 1) % count].withLockUnlessDeadlocked {}
          }
        } catch let deadlock as Deadlock {
          deadlocks.withLock { $0.append(deadlock) }
        }
      }
    }
    for lock in locks { #expect(!lock.isHeld) }
    return deadlocks.withLock { $0 }
  }

  @Test(arguments: 2...9)
  func `has one victim, and the others go on`(count: Int) throws {
    for _ in 0..<20 {
      let deadlocks = try runRing(of: count)
      #expect(deadlocks.count == 1)
      let links = try #require(deadlocks.first?.links)
      #expect(links.count == count)
      for (place, link) in links.enumerated() {
        let next = links[(place + 1) % count]
        #expect(link.holder == next.thread)
        let seat = try #require(link.thread.name.split(separator: "-").last.flatMap { Int($0) })
        #expect(link.thread.name == "seat-\(seat)")
        #expect(link.resource == "Lock \"fork \((seat + 1) % count)\"")
        #expect(link.operation == "Lock.acquire() on \"fork \((seat + 1) % count)\"")
      }
    }
  }

  @Test func `says in a sentence who waits for what`() throws {
    let text = try #require(try runRing(of: 2).first?.description)
    #expect(text.contains("\"seat-0\" waits for Lock \"fork 1\""))
    #expect(text.contains("\"seat-1\" waits for Lock \"fork 0\""))
    #expect(text.contains("which \"seat-1\" holds"))
    #expect(text.contains("DeadlockTests.swift"))
  }

  @Test(arguments: [true, false])
  func `is ended by the one thread that asks, whoever closes the circle`(asksLast: Bool) throws {
    let left = Lock(name: "left")
    let right = Lock(name: "right")
    let hasBoth = Barrier(parties: 2)
    let mayGoOn = Event()
    try withCrew { @Sendable crew in
      let asking = try crew.spawn("asks") { () -> Bool in
        try left.withLockUnlessDeadlocked {
          try hasBoth.arriveAndWait()
          if asksLast { mayGoOn.wait() }
          do {
            try right.withLockUnlessDeadlocked {}
            return false
          } catch let deadlock as Deadlock {
            #expect(deadlock.threads.map(\.name).sorted() == ["asks", "does not"])
            return true
          }
        }
      }
      let other = try crew.spawn("does not") {
        try right.withLock {
          _ = try hasBoth.arriveAndWait()
          if !asksLast { mayGoOn.wait() }
          left.withLock {}
        }
      }
      try
        (asksLast
        ? eventually { other.identity.wait?.contains("left") ?? false }
        : eventually { asking.identity.wait?.contains("right") ?? false })
      mayGoOn.set()
      #expect(try asking.result())
    }
  }

  @Test func `is found across a join`() throws {
    let lock = Lock(name: "ledger")
    let deadlock = Mutex<Deadlock?>(nil)
    try withCrew { @Sendable crew in
      _ = try crew.spawn("parent") {
        try lock.withLock {
          let child = try spawn(name: "child") {
            do throws(Deadlock) {
              try lock.acquireUnlessDeadlocked()
            } catch {
              deadlock.withLock { $0 = error }
            }
          }
          child.join()
        }
      }
    }
    let found = try #require(deadlock.withLock { $0 })
    #expect(Set(found.links.map(\.resource)) == ["Lock \"ledger\"", "the end of thread \"child\""])
  }

  @Test func `is found across the join of a pool task`() throws {
    let pool = try ThreadPool(workers: 1)
    defer { pool.close() }
    let lock = Lock(name: "ledger")
    let isRefused = try lock.withLock {
      let task = try pool.submit(name: "audit") { () -> Bool in
        do throws(Deadlock) {
          try lock.acquireUnlessDeadlocked()
          lock.release()
          return false
        } catch {
          return error.links.contains { $0.resource == "the end of PoolTask \"audit\"" }
        }
      }
      return try task.join()
    }
    #expect(isRefused)
  }

  @Test func `is found across a reader, a writer and a value that is being made`() throws {
    let table = ReadWriteLock(0, name: "table")
    let lock = Lock(name: "ledger")
    let areInside = Barrier(parties: 3)
    let once = Once<Int>(name: "total") {
      _ = try? areInside.arriveAndWait()
      return table.withWriteLock { $0 }
    }
    try withCrew { @Sendable crew in
      try crew.spawn("maker") { _ = once.value }
      let reader = try crew.spawn("reader") { () -> Bool in
        try table.withReadLock { _ in
          _ = try areInside.arriveAndWait()
          do throws(Deadlock) {
            try lock.acquireUnlessDeadlocked()
            lock.release()
            return false
          } catch {
            return error.links.count == 3
          }
        }
      }
      try crew.spawn("keeper") {
        try lock.withLock {
          _ = try areInside.arriveAndWait()
          _ = once.value
        }
      }
      #expect(try reader.result())
    }
  }

  @Test func `is found across an arbitrator`() throws {
    let arbitrator = Arbitrator<String>(name: "bench")
    let lock = Lock(name: "ledger")
    let haveBoth = Barrier(parties: 2)
    try withCrew { @Sendable crew in
      try crew.spawn("holder") {
        try lock.withLock {
          _ = try haveBoth.arriveAndWait()
          arbitrator.withResources(["saw", "drill"]) {}
        }
      }
      let asking = try crew.spawn("asking") { () -> Bool in
        try arbitrator.withResources(["saw"]) {
          _ = try haveBoth.arriveAndWait()
          do throws(Deadlock) {
            try lock.acquireUnlessDeadlocked()
            lock.release()
            return false
          } catch {
            return error.links.contains { $0.resource == "Arbitrator \"bench\"" }
          }
        }
      }
      #expect(try asking.result())
    }
  }

  @Test func `is none while somebody gives up by itself`() throws {
    let left = Lock(name: "left")
    let right = Lock(name: "right")
    let hasBoth = Barrier(parties: 2)
    try withCrew { @Sendable crew in
      let patient = try crew.spawn("patient") {
        try left.withLockUnlessDeadlocked {
          try hasBoth.arriveAndWait()
          try right.withLockUnlessDeadlocked {}
        }
      }
      try crew.spawn("impatient") {
        try right.withLock {
          _ = try hasBoth.arriveAndWait()
          try eventually { patient.identity.wait != nil }
          #expect(!left.acquire(for: .milliseconds(5)))
        }
      }
    }
  }

  @Test func `is none where everybody keeps the order, however much they wait`() throws {
    let locks = (0..<4).map { Lock(name: "lock \($0)") }
    let total = Mutex(0)
    try withCrew { @Sendable crew in
      _ = try crew.spawn(count: 6) { number in
        var random = SplitMix(seed: UInt64(number))
        for _ in 0..<300 {
          let first = Int(random.next() % 3)
          let second = first + 1 + Int(random.next() % UInt64(3 - first))
          try locks[first].withLockUnlessDeadlocked {
            try locks[second].withLockUnlessDeadlocked { CurrentThread.yield() }
          }
          try total.withLockUnlessDeadlocked { $0 += 1 }
        }
      }
    }
    #expect(total.withLock { $0 } == 1800)
  }

  @Test func `is ended again and again while threads try again`() throws {
    let left = Lock(name: "left")
    let right = Lock(name: "right")
    let rounds = Mutex(0)
    try withCrew { @Sendable crew in
      _ = try crew.spawn(count: 4) { number in
        var done = 0
        while done < 200 {
          do {
            let (first, second) = number.isMultiple(of: 2) ? (left, right) : (right, left)
            try first.withLockUnlessDeadlocked {
              CurrentThread.yield()
              try second.withLockUnlessDeadlocked { done += 1 }
            }
          } catch is Deadlock {}
        }
        rounds.withLock { $0 += done }
      }
    }
    #expect(rounds.withLock { $0 } == 800)
  }
}
