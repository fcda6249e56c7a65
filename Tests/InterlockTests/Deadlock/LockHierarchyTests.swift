import Testing

@testable import Interlock

@Suite struct `A lock hierarchy` {
  private typealias Violation = LockHierarchy.Violation

  /// A hierarchy, and what it has found.
  private struct Watched {
    let hierarchy: LockHierarchy
    private let found: Found

    private final class Found: Sendable {
      let violations = Mutex<[Violation]>([])
    }

    init(name: String? = nil) {
      let found = Found()
      self.found = found
      hierarchy = LockHierarchy(
        name: name,
        onViolation: .call { violation in found.violations.withLock { $0.append(violation) } }
      )
    }

    var violations: [Violation] { found.violations.withLock { $0 } }

    func lock(_ rank: Int) -> RankedLock { hierarchy.lock(rank: rank, name: "rank \(rank)") }
  }

  @Test func `says nothing about locks that are acquired upwards`() {
    let watched = Watched()
    let locks = [-3, 0, 1, 7].map(watched.lock)
    for _ in 0..<3 {
      for lock in locks { lock.acquire() }
      // The order of releases does not matter.
      for lock in [locks[1], locks[3], locks[0], locks[2]] { lock.release() }
    }
    locks[3].withLock {}
    locks[0].withLock { locks[2].withLock(until: .never) {} }
    #expect(watched.violations.isEmpty)
  }

  @Test func `names both locks, both places and the thread`() throws {
    let watched = Watched(name: "house")
    let (door, safe) = (watched.lock(1), watched.lock(2))
    let lines = [#line + 1, #line + 2]
    safe.acquire()
    door.acquire()
    door.release()
    safe.release()
    let violation = try #require(watched.violations.first)
    #expect(watched.violations.count == 1)
    #expect(violation.hierarchy == "house")
    #expect(violation.thread == .current)
    #expect(violation.wanted.lock == "RankedLock \"rank 1\"")
    #expect(violation.wanted.rank == 1)
    #expect(violation.held.lock == "RankedLock \"rank 2\"")
    #expect(violation.held.rank == 2)
    let places = [violation.held.place, violation.wanted.place]
    #expect(places.map { $0?.line } == lines)
    #expect(places.allSatisfy { $0?.file?.hasSuffix("/LockHierarchyTests.swift") ?? false })
    for line in lines {
      #expect(violation.description.contains("LockHierarchyTests.swift:\(line)"))
    }
    #expect(violation.description.hasPrefix("LockHierarchy \"house\": \""))
  }

  @Test func `finds a lock of the same rank, too`() {
    let watched = Watched()
    let (one, other) = (watched.lock(1), watched.lock(1))
    one.withLock { other.withLock {} }
    #expect(watched.violations.count == 1)
    withAllLocked([one, other]) {}
    #expect(watched.violations.count == 2)
  }

  @Test func `compares with the greatest rank that is held, whenever that was acquired`() {
    let watched = Watched()
    let locks = (0..<4).map(watched.lock)
    #expect(locks[3].tryAcquire())
    #expect(locks[1].tryAcquire())
    locks[2].acquire()
    #expect(watched.violations.map(\.held.rank) == [3])
    #expect(watched.violations.map(\.wanted.rank) == [2])
    locks[3].release()
    locks[2].release()
    locks[2].withLock {}
    #expect(watched.violations.count == 1)
    locks[1].release()
  }

  @Test func `lets forms that do not wait take any order, and counts what they have`() {
    let watched = Watched()
    let (low, high) = (watched.lock(1), watched.lock(2))
    let value = watched.hierarchy.mutex(0, rank: 1)
    high.withLock {
      #expect(low.withLockIfAvailable { true } == true)
      #expect(value.withLockIfAvailable { $0 } == 0)
    }
    #expect(watched.violations.isEmpty)
    // One with a deadline waits.
    #expect(high.withLockIfAvailable { low.withLock(until: .now) { true } } == true)
    #expect(watched.violations.count == 1)
    #expect(high.withLock { value.withLock(until: .now) { $0 } } == 0)
    #expect(high.withLock { low.acquire(for: .zero) })
    low.release()
    #expect(watched.violations.count == 3)
  }

  @Test func `forgets an acquisition that was given up`() throws {
    let watched = Watched()
    let (low, high) = (watched.lock(1), watched.lock(2))
    try withCrew { crew in
      let holder = try Holder(crew) { high.withLock($0) }
      #expect(!high.acquire(until: .now))
      #expect(!high.tryAcquire())
      low.withLock {}
      try holder.leave()
    }
    #expect(watched.violations.isEmpty)
  }

  @Test func `does not mix up threads, nor hierarchies`() throws {
    let (one, other) = (Watched(), Watched())
    let (low, high) = (one.lock(1), one.lock(2))
    let foreign = other.lock(0)
    try withCrew { crew in
      let holder = try Holder(crew) { high.withLock($0) }
      low.withLock {}
      try holder.leave()
    }
    high.withLock { foreign.withLock { Lock().withLock {} } }
    #expect(one.violations.isEmpty && other.violations.isEmpty)
  }

  @Test func `watches a mutex as it watches a lock`() throws {
    let watched = Watched()
    let account = watched.hierarchy.mutex(1, rank: 2, name: "account")
    let branch = watched.lock(1)
    account.withLock { _ in branch.withLock {} }
    let violation = try #require(watched.violations.first)
    #expect(violation.held.lock == "RankedMutex \"account\"")
    // The optimizer merges functions that are generic, and says what it likes about the line.
    #expect(violation.held.place?.file?.hasSuffix("/LockHierarchyTests.swift") == true)
    #expect(account.name == "account" && account.rank == 2 && account.owner == nil)
  }

  @Test func `acquires its locks upwards when they are acquired together`() {
    let watched = Watched()
    // Made in another order than that of their ranks.
    let locks = [5, 1, 4, 2].map(watched.lock)
    withAllLocked(locks) { #expect(locks.allSatisfy { $0.isHeldByCurrentThread }) }
    #expect(watched.violations.isEmpty)
  }
}
