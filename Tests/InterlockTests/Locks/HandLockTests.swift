import Interlock
import Testing

/// A lock that is acquired and released by hand.
protocol HandLock: Exclusion {
  func acquire()
  func tryAcquire() -> Bool
  func acquire(until deadline: Deadline) -> Bool
  func acquire(for duration: Duration) -> Bool
  func release()
  var isHeldByCurrentThread: Bool { get }
}

extension Lock: HandLock {}
extension RecursiveLock: HandLock {}
extension SpinLock: HandLock {}

@Suite struct `A lock that is acquired by hand` {
  private static let kinds: [ExclusionKind] = [
    .lock, .fairLock, .recursiveLock, .fairRecursiveLock, .spinLock,
  ]

  private func make(_ kind: ExclusionKind) throws -> any HandLock {
    try #require(kind.make(name: "vault") as? any HandLock)
  }

  @Test(arguments: kinds)
  func `is held from the acquisition to the release`(kind: ExclusionKind) throws {
    let lock = try make(kind)
    let forms: [() -> Bool] = [
      {
        lock.acquire()
        return true
      },
      { lock.tryAcquire() }, { lock.acquire(until: .never) }, { lock.acquire(until: .now) },
      { lock.acquire(for: .zero) }, { lock.acquire(for: TestTime.long) },
    ]
    for acquire in forms {
      #expect(!lock.isHeldByCurrentThread)
      #expect(acquire())
      #expect(lock.isHeldByCurrentThread)
      #expect(lock.owner == .current)
      lock.release()
      #expect(lock.owner == nil)
    }
  }

  @Test(arguments: kinds)
  func `is not to be had while another thread holds it`(kind: ExclusionKind) throws {
    let lock = try make(kind)
    try withCrew { crew in
      let holder = try Holder(crew, of: lock)
      #expect(!lock.isHeldByCurrentThread)
      #expect(!lock.tryAcquire())
      #expect(!lock.acquire(until: .now))
      #expect(!lock.acquire(for: .zero))
      #expect(!lock.acquire(for: .seconds(-1)))
      let start = Deadline.now
      #expect(!lock.acquire(for: TestTime.short))
      #expect(Deadline.now - start >= TestTime.short)
      #expect(Deadline.now - start < TestTime.short + TestTime.slack)
      try holder.leave()
      #expect(lock.tryAcquire())
      lock.release()
    }
  }

  @Test(arguments: kinds)
  func `is handed from thread to thread`(kind: ExclusionKind) throws {
    let lock = try make(kind)
    let visits = PlainList()
    for number in 0..<10 {
      try withCrew { crew in
        lock.acquire()
        let thread = try crew.spawn {
          let isAcquired = lock.acquire(for: TestTime.long)
          visits.append(number)
          if isAcquired { lock.release() }
          return isAcquired
        }
        if kind != .spinLock { try thread.waitUntilBlocked() }
        lock.release()
        #expect(try thread.result())
      }
    }
    #expect(visits.list == Array(0..<10))
  }

  @Test func `a spin lock's waiting thread gives up when it is cancelled`() throws {
    let lock = SpinLock()
    try withCrew { crew in
      let holder = try Holder(crew, of: lock)
      let spinner = try crew.spawn { lock.acquire(until: .never) }
      spinner.cancel()
      #expect(try !spinner.result())
      try holder.leave()
      #expect(lock.owner == nil)
    }
  }
}

@Suite struct `A recursive lock` {
  @Test func `needs a release for each acquisition`() throws {
    let lock = RecursiveLock()
    let forms: [() -> Bool] = [
      {
        lock.acquire()
        return true
      },
      { lock.tryAcquire() }, { lock.acquire(until: .now) }, { lock.acquire(for: .zero) },
    ]
    for (number, acquire) in forms.enumerated() {
      #expect(lock.depth == number)
      #expect(acquire())
    }
    for depth in (1...forms.count).reversed() {
      #expect(lock.depth == depth)
      #expect(lock.isHeld)
      #expect(lock.isHeldByCurrentThread)
      let isFree = try withCrew { try $0.spawn { lock.withLockIfAvailable {} != nil }.result() }
      #expect(!isFree)
      lock.release()
    }
    #expect(lock.depth == 0)
    #expect(!lock.isHeld)
    #expect(try withCrew { try $0.spawn { lock.withLockIfAvailable {} != nil }.result() })
  }

  @Test func `has a depth for its owner only`() throws {
    let lock = RecursiveLock()
    try lock.withLock {
      try lock.withLock {
        #expect(lock.depth == 2)
        let (depth, isMine) = try withCrew {
          try $0.spawn { (lock.depth, lock.isHeldByCurrentThread) }.result()
        }
        #expect(depth == 0)
        #expect(!isMine)
      }
    }
  }

  @Test func `is free after a body deep inside threw`() {
    struct Failure: Error {}
    let lock = RecursiveLock()
    #expect(throws: Failure.self) {
      try lock.withLock { try lock.withLock { try lock.withLock { throw Failure() } } }
    }
    #expect(lock.depth == 0)
    #expect(!lock.isHeld)
  }

  @Test func `keeps others out until the last release`() throws {
    let lock = RecursiveLock()
    let isInside = Event()
    try withCrew { crew in
      lock.acquire()
      lock.acquire()
      let waiter = try crew.spawn { lock.withLock { isInside.set() } }
      try waiter.waitUntilBlocked()
      lock.release()
      #expect(remains { !isInside.isSet })
      #expect(lock.waiterCount == 1)
      lock.release()
      try waiter.result()
      #expect(isInside.isSet)
    }
  }
}
