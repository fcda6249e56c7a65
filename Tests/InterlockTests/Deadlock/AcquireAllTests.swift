import Testing

@testable import Interlock

/// The kinds of locks that can be acquired together.
enum ExclusiveKind: String, CaseIterable, Sendable {
  case lock, recursiveLock, spinLock, rankedLock, sharedLock, foreignLock

  func make(_ number: Int) throws -> any ExclusiveLock {
    switch self {
    case .lock: Lock()
    case .recursiveLock: RecursiveLock()
    case .spinLock: SpinLock()
    case .rankedLock: Self.hierarchy.lock(rank: number)
    case .sharedLock: try SharedLock()
    case .foreignLock: ForeignLock()
    }
  }

  private static let hierarchy = LockHierarchy(name: "together")
}

/// A lock of somebody else, who has no order in mind.
private final class ForeignLock: ExclusiveLock {
  private let semaphore = Semaphore(permits: 1, limit: 1)

  func acquire() { semaphore.acquire() }
  func tryAcquire() -> Bool { semaphore.tryAcquire() }
  func acquire(until deadline: Deadline) -> Bool { semaphore.acquire(until: deadline) }
  func release() { semaphore.release() }
}

/// Whether another thread finds all of these free.
private func areFree(_ locks: [any ExclusiveLock]) throws -> Bool {
  try spawn {
    locks.allSatisfy { lock in
      guard lock.tryAcquire() else { return false }
      lock.release()
      return true
    }
  }.join()
}

@Suite struct `Locks that are acquired together` {
  private struct Failure: Error, Equatable {}

  @Test(arguments: ExclusiveKind.allCases)
  func `are all held, and all free afterwards`(kind: ExclusiveKind) throws {
    let locks = try (0..<4).map(kind.make)
    #expect(try areFree(locks))
    let held = try withAllLocked(locks) { try locks.map { try !areFree([$0]) } }
    #expect(held == [true, true, true, true])
    #expect(try areFree(locks))
    acquireAll(locks.reversed())
    for lock in locks { #expect(try !areFree([lock])) }
    releaseAll(locks)
    #expect(try areFree(locks))
  }

  @Test(arguments: ExclusiveKind.allCases)
  func `are acquired once if they are given twice`(kind: ExclusiveKind) throws {
    let locks = try (0..<2).map(kind.make)
    let doubled = locks + locks.reversed() + locks
    acquireAll(doubled)
    releaseAll(doubled)
    #expect(tryAcquireAll(doubled))
    releaseAll(doubled)
    #expect(acquireAll(doubled, for: .zero))
    releaseAll(doubled)
    #expect(try areFree(locks))
  }

  @Test(arguments: ExclusiveKind.allCases)
  func `are none of them held after giving up`(kind: ExclusiveKind) throws {
    let locks = try (0..<4).map(kind.make)
    try withCrew { crew in
      for taken in locks {
        let holder = try Holder(crew) { inside in
          taken.acquire()
          inside()
          taken.release()
        }
        let free = locks.filter { $0 !== taken }
        #expect(!tryAcquireAll(locks))
        #expect(!acquireAll(locks, until: .now))
        #expect(!acquireAll(locks, for: TestTime.short))
        #expect(withAllLocked(locks, until: .now) { true } == nil)
        #expect(withAllLockedIfAvailable(locks) { true } == nil)
        #expect(try areFree(free))
        try holder.leave()
      }
    }
    #expect(withAllLocked(locks, until: .now) { true } == true)
    #expect(withAllLockedIfAvailable(locks) { true } == true)
    #expect(try areFree(locks))
  }

  @Test func `may be of all kinds, and none at all`() throws {
    let locks = try ExclusiveKind.allCases.map { try $0.make(1) }
    let other = try ExclusiveKind.allCases.map { try $0.make(2) }
    let isMine = withAllLocked(other + locks) { tryAcquireAll([]) }
    #expect(isMine)
    #expect(try areFree(locks + other))
    #expect(withAllLocked([]) { 1 } == 1)
  }

  @Test func `are free after a body that threw`() throws {
    let locks: [any ExclusiveLock] = [Lock(), RecursiveLock()]
    #expect(throws: Failure()) {
      try withAllLocked(locks) { () throws(Failure) in throw Failure() }
    }
    #expect(throws: Failure()) {
      try withAllLocked(locks, until: .never) { () throws(Failure) in throw Failure() }
    }
    #expect(try areFree(locks))
  }

  @Test func `are given up by a thread that is cancelled`() throws {
    let locks: [any ExclusiveLock] = [Lock(), Lock(), Lock()]
    try withCrew { crew in
      let holder = try Holder(crew) { inside in
        locks[1].acquire()
        inside()
        locks[1].release()
      }
      let waiter = try crew.spawn { acquireAll(locks, until: .never) }
      try waiter.waitUntilBlocked()
      waiter.cancel()
      #expect(try !waiter.result())
      try holder.leave()
    }
    #expect(try areFree(locks))
  }

  @Test(arguments: ExclusiveKind.allCases)
  func `never let threads wait in a circle, in whatever order they are given`(
    kind: ExclusiveKind
  ) throws {
    let locks = try (0..<4).map(kind.make)
    let count = PlainCount()
    try withCrew { crew in
      _ = try crew.spawn(count: 4) { number in
        var dice = Seed(value: 5).dice(stream: number)
        for _ in 0..<200 {
          // The first is in each set, so that the count is guarded.
          let some = locks.dropFirst().filter { _ in dice.isOne(in: 2) } + [locks[0]]
          withAllLocked(some.shuffled(using: &dice)) { count.increment() }
        }
      }
    }
    #expect(count.count == 800)
  }

  @Test func `have an order that does not change, and another place each`() throws {
    let locks = try (0..<3).flatMap { number in
      try ExclusiveKind.allCases.map { try $0.make(number) }
    }
    let places = locks.map(\.acquisitionOrder)
    #expect(locks.map(\.acquisitionOrder) == places)
    #expect(Set(places).count == locks.count)
  }

  @Test func `have the same order in all processes`() throws {
    struct Locks: Codable, Sendable {
      let locks: [SharedLock]
      let again: [SharedLock]
      let count: SharedArray<Int>
    }
    let locks = try (0..<3).map { _ in try SharedLock() }
    let parts = Locks(locks: locks, again: locks, count: try SharedArray(repeating: 0, count: 1))
    let pool = try ProcessPool(workers: 2)
    try pool.forEach([parts, parts, parts, parts], batch: 1) { parts in
      for round in 0..<500 {
        // The same locks came twice, so the other process has two objects for each.
        let turned = round % 2 == 0 ? parts.locks + parts.again : parts.again.reversed()
        withAllLocked(turned) { parts.count[0] += 1 }
      }
    }
    #expect(parts.count[0] == 2_000)
    #expect(locks.allSatisfy { !$0.isTorn })
  }
}

@Suite struct `Mutexes that are entered together` {
  @Test func `are reached both, in whatever order`() throws {
    let left = Mutex(50_000)
    let right = Mutex(50_000)
    try withThreads { threads in
      try threads.spawn {
        for _ in 0..<2_000 {
          withAllLocked(left, right) { left, right in
            left -= 1
            right += 1
          }
        }
      }
      try threads.spawn {
        for _ in 0..<2_000 {
          withAllLocked(right, left) { right, left in
            right -= 1
            left += 1
          }
        }
      }
    }
    #expect(withAllLocked(left, right) { [$0, $1] } == [50_000, 50_000])
  }

  @Test func `may be three of different types`() {
    let name = Mutex("a")
    let count = Mutex(1)
    let flags = Mutex([true])
    let all = withAllLocked(name, count, flags) { name, count, flags in
      name += "b"
      count += 1
      flags.append(false)
      return "\(name) \(count) \(flags)"
    }
    #expect(all == "ab 2 [true, false]")
    #expect(flags.withLockIfAvailable { $0 } == [true, false])
  }
}
