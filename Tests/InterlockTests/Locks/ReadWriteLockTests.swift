import Interlock
import Testing

@Suite struct `A read-write lock` {
  private struct Failure: Error {}
  private static let preferences: [ReadWritePreference] = [.writers, .fair]

  @Test(arguments: preferences)
  func `lets readers in together`(preference: ReadWritePreference) throws {
    let lock = Shared(ReadWriteLock(7, preference: preference, name: "prices"))
    let barrier = Barrier(parties: 5)
    try withCrew { crew in
      let readers = try crew.spawn(count: 5) { _ in
        try lock.value.withReadLock { value in
          // All five are inside, or nobody ever leaves.
          try barrier.arriveAndWait(for: TestTime.long)
          return value
        }
      }
      for reader in readers { #expect(try reader.result() == 7) }
    }
    #expect(lock.value.name == "prices")
  }

  @Test(arguments: preferences)
  func `shows who is inside and who waits`(preference: ReadWritePreference) throws {
    let lock = Shared(ReadWriteLock(0, preference: preference))
    try withCrew { crew in
      let first = try Holder(crew) { inside in lock.value.withReadLock { _ in inside() } }
      let second = try Holder(crew) { inside in lock.value.withReadLock { _ in inside() } }
      #expect(lock.value.readers == [first.identity, second.identity])
      #expect(lock.value.writer == nil)
      let writer = try crew.spawn { lock.value.withWriteLock { $0 += 1 } }
      try eventually { lock.value.waiters == [writer.identity] }
      try first.leave()
      #expect(lock.value.readers == [second.identity])
      #expect(lock.value.waiters == [writer.identity])
      try second.leave()
      try writer.result()
      let holder = try Holder(crew) { inside in lock.value.withWriteLock { _ in inside() } }
      #expect(lock.value.writer == holder.identity)
      #expect(lock.value.readers == [])
      try holder.leave()
    }
    #expect(lock.value.writer == nil)
  }

  @Test(arguments: preferences)
  func `lets a waiting writer go before readers that come later`(
    preference: ReadWritePreference
  ) throws {
    let lock = Shared(ReadWriteLock<[Int]>([], preference: preference))
    try withCrew { crew in
      let reader = try Holder(crew) { inside in lock.value.withReadLock { _ in inside() } }
      let writer = try crew.spawn { lock.value.withWriteLock { $0.append(1) } }
      try eventually { lock.value.waiters.count == 1 }
      // Reading would be possible, but then readers could keep the writer out for ever.
      #expect(lock.value.withReadLockIfAvailable { $0.count } == nil)
      #expect(lock.value.withReadLock(until: .now) { $0.count } == nil)
      let late = try crew.spawn { lock.value.withReadLock { $0 } }
      try eventually { lock.value.waiters.count == 2 }
      try reader.leave()
      try writer.result()
      #expect(try late.result() == [1])
    }
  }

  @Test func `that is fair keeps the order of readers and writers`() throws {
    let lock = Shared(ReadWriteLock<[Int]>([], preference: .fair))
    try withCrew { crew in
      let holder = try Holder(crew) { inside in lock.value.withWriteLock { _ in inside() } }
      var readers: [ThreadHandle<Int, Never>] = []
      for (number, isWriter) in [false, true, false, false, true, false].enumerated() {
        if isWriter {
          try crew.spawn { lock.value.withWriteLock { $0.append(number) } }
        } else {
          readers.append(try crew.spawn { lock.value.withReadLock { $0.count } })
        }
        try eventually { lock.value.waiters.count == number + 1 }
      }
      try holder.leave()
      #expect(try readers.map { try $0.result() } == [0, 1, 1, 2])
    }
    #expect(lock.value.withReadLock { $0 } == [1, 4])
  }

  @Test func `that prefers writers lets all of them go before readers`() throws {
    let lock = Shared(ReadWriteLock<[Int]>([], preference: .writers))
    try withCrew { crew in
      let holder = try Holder(crew) { inside in lock.value.withWriteLock { _ in inside() } }
      var readers: [ThreadHandle<Int, Never>] = []
      for (number, isWriter) in [false, true, false, true, false].enumerated() {
        if isWriter {
          try crew.spawn { lock.value.withWriteLock { $0.append(number) } }
        } else {
          readers.append(try crew.spawn { lock.value.withReadLock { $0.count } })
        }
        try eventually { lock.value.waiters.count == number + 1 }
      }
      try holder.leave()
      for reader in readers { #expect(try reader.result() == 2) }
    }
    #expect(lock.value.withReadLock { $0 } == [1, 3])
  }

  @Test(arguments: preferences)
  func `lets readers in when the writer before them gives up`(
    preference: ReadWritePreference
  ) throws {
    let lock = Shared(ReadWriteLock(0, preference: preference))
    try withCrew { crew in
      let reader = try Holder(crew) { inside in lock.value.withReadLock { _ in inside() } }
      let writer = try crew.spawn { lock.value.withWriteLock(until: .never) { $0 = 1 } }
      try eventually { lock.value.waiters.count == 1 }
      let late = try crew.spawn(count: 2) { _ in lock.value.withReadLock { $0 } }
      try eventually { lock.value.waiters.count == 3 }
      writer.cancel()
      #expect(try writer.result() == nil)
      for thread in late { #expect(try thread.result() == 0) }
      try reader.leave()
    }
  }

  @Test(arguments: preferences)
  func `lets a writer read on with no other writer in between`(
    preference: ReadWritePreference
  ) throws {
    let lock = Shared(ReadWriteLock(0, preference: preference))
    let (isReading, mayLeave) = (Event(), Event())
    try withCrew { crew in
      let first = try crew.spawn {
        lock.value.withWriteLock({ $0 = 1 }) { value in
          isReading.set()
          mayLeave.wait()
          return value
        }
      }
      isReading.wait()
      #expect(lock.value.readers == [first.identity])
      #expect(lock.value.withReadLockIfAvailable { $0 } == 1)
      let second = try crew.spawn { lock.value.withWriteLock { $0 = 2 } }
      try eventually { lock.value.waiters.count == 1 }
      mayLeave.set()
      #expect(try first.result() == 1)
      try second.result()
    }
    #expect(lock.value.withReadLock { $0 } == 2)
  }

  @Test func `is free after a body that threw, also in the middle of a downgrade`() {
    let lock = ReadWriteLock(0)
    #expect(throws: Failure.self) {
      try lock.withReadLock { _ throws(Failure) in throw Failure() }
    }
    let fail: (borrowing Int) throws(Failure) -> Void = { _ throws(Failure) in throw Failure() }
    #expect(throws: Failure.self) {
      try lock.withWriteLock({ _ throws(Failure) in throw Failure() }, thenRead: fail)
    }
    #expect(throws: Failure.self) {
      try lock.withWriteLock({ value throws(Failure) in value = 3 }, thenRead: fail)
    }
    #expect(lock.withWriteLockIfAvailable { $0 } == 3)
    #expect(lock.readers.isEmpty)
  }

  @Test func `is not entered by trying while the thread is inside`() {
    let lock = ReadWriteLock(0)
    lock.withReadLock { _ in
      #expect(lock.withReadLockIfAvailable { $0 } == nil)
      #expect(lock.withWriteLockIfAvailable { $0 } == nil)
    }
    #expect(lock.withWriteLockIfAvailable { $0 } == 0)
  }

  @Test(arguments: preferences)
  func `never shows a reader half of a change`(preference: ReadWritePreference) throws {
    let lock = Shared(ReadWriteLock((0, 0), preference: preference))
    let isWhole = try withCrew { crew in
      let readers = try crew.spawn(count: 4) { _ in
        var isWhole = true
        for _ in 0..<400 { lock.value.withReadLock { isWhole = isWhole && $0.0 == $0.1 } }
        return isWhole
      }
      _ = try crew.spawn(count: 4) { _ in
        for _ in 0..<200 {
          lock.value.withWriteLock {
            $0.0 += 1
            CurrentThread.yield()
            $0.1 += 1
          }
        }
      }
      return try readers.allSatisfy { try $0.result() }
    }
    #expect(isWhole)
    #expect(lock.value.withReadLock { $0.0 } == 800)
  }

  @Test func `lets its value go when it goes`() {
    final class Witness: Sendable {}
    weak var leftover: Witness?
    do {
      let witness = Witness()
      leftover = witness
      let lock = ReadWriteLock(witness)
      lock.withReadLock { _ in }
    }
    #expect(leftover == nil)
  }
}
