import Interlock
import InterlockChecker

// Threads that wait for each other's locks.
extension BugPair {
  static let deadlocks: [BugPair] =
    [
      inversion, circleOfThree, gateLock, transfer, joinUnderLock, forgottenRelease, politeThreads,
      secondAcquisition, callbackUnderLock, foreignRelease, spinInversion,
    ]
    + (2...7).map(philosophers)

  private static let inversion = BugPair(
    "lock inversion of two",
    .deadlock,
    "waits in Lock.acquire() on \"left\"",
    bug: {
      let (left, right) = (Lock(name: "left"), Lock(name: "right"))
      try together(
        { left.withLock { right.withLock {} } },
        { right.withLock { left.withLock {} } }
      )
    },
    twin: {
      let (left, right) = (Lock(name: "left"), Lock(name: "right"))
      try together(2) { left.withLock { right.withLock {} } }
    }
  )

  private static let circleOfThree = BugPair(
    "lock inversion of three",
    .deadlock,
    "waits in Lock.acquire() on \"c\"",
    bug: {
      let (a, b, c) = (Lock(name: "a"), Lock(name: "b"), Lock(name: "c"))
      try together(
        { a.withLock { b.withLock {} } },
        { b.withLock { c.withLock {} } },
        { c.withLock { a.withLock {} } }
      )
    },
    twin: {
      let (a, b, c) = (Lock(name: "a"), Lock(name: "b"), Lock(name: "c"))
      try together(
        { a.withLock { b.withLock {} } },
        { b.withLock { c.withLock {} } },
        { a.withLock { c.withLock {} } }
      )
    }
  )

  private static let gateLock = BugPair(
    "an inversion that only one thread guards by a gate",
    .deadlock,
    "\"left\"",
    bug: {
      let (gate, left, right) = (Lock(name: "gate"), Lock(name: "left"), Lock(name: "right"))
      try together(
        { gate.withLock { left.withLock { right.withLock {} } } },
        { right.withLock { left.withLock {} } }
      )
    },
    twin: {
      let (gate, left, right) = (Lock(name: "gate"), Lock(name: "left"), Lock(name: "right"))
      try together(
        { gate.withLock { left.withLock { right.withLock {} } } },
        { gate.withLock { right.withLock { left.withLock {} } } }
      )
    }
  )

  /// An account with a lock of its own.
  private final class Account: Sendable {
    let number: Int
    let lock = Lock()
    let balance = PlainCell(100)

    init(_ number: Int) {
      self.number = number
    }

    func move(_ amount: Int, to other: Account) {
      balance.value -= amount
      other.balance.value += amount
    }
  }

  private static let transfer = BugPair(
    "transfers that lock the source first",
    .deadlock,
    "waits in Lock.acquire()",
    bug: {
      let (one, two) = (Account(1), Account(2))
      @Sendable func transfer(_ source: Account, _ target: Account) {
        source.lock.withLock { target.lock.withLock { source.move(10, to: target) } }
      }
      try together({ transfer(one, two) }, { transfer(two, one) })
    },
    twin: {
      let (one, two) = (Account(1), Account(2))
      @Sendable func transfer(_ source: Account, _ target: Account) {
        let (first, second) = source.number < target.number ? (source, target) : (target, source)
        first.lock.withLock { second.lock.withLock { source.move(10, to: target) } }
      }
      try together({ transfer(one, two) }, { transfer(two, one) })
      try require(one.balance.value + two.balance.value == 200)
    }
  )

  private static let joinUnderLock = BugPair(
    "joining a thread while holding the lock that it needs",
    .deadlock,
    "join()",
    bug: {
      let lock = Lock(name: "results")
      let worker = try spawn(name: "worker") { lock.withLock {} }
      lock.withLock { worker.join() }
    },
    twin: {
      let lock = Lock(name: "results")
      let worker = try spawn(name: "worker") { lock.withLock {} }
      lock.withLock {}
      worker.join()
    }
  )

  private static let forgottenRelease = BugPair(
    "a lock that is not released when something fails",
    .leakedLock,
    "has ended and still holds Lock \"log\" since",
    bug: {
      let lock = Lock(name: "log")
      @Sendable func write(_ isFailing: Bool) {
        lock.acquire()
        if isFailing { return }
        lock.release()
      }
      try together({ write(true) }, { write(false) })
    },
    twin: {
      let lock = Lock(name: "log")
      @Sendable func write(_ isFailing: Bool) {
        lock.acquire()
        defer { lock.release() }
        if isFailing { return }
      }
      try together({ write(true) }, { write(false) })
    }
  )

  private static let politeThreads = BugPair(
    "threads that give way to each other for ever",
    .livelock,
    "no end in sight",
    stepLimit: 100,
    bug: {
      let (left, right) = (Lock(name: "left"), Lock(name: "right"))
      @Sendable func takeBoth(_ first: Lock, _ second: Lock) {
        while true {
          first.acquire()
          if second.tryAcquire() { break }
          first.release()
        }
        second.release()
        first.release()
      }
      try together({ takeBoth(left, right) }, { takeBoth(right, left) })
    },
    twin: {
      let (left, right) = (Lock(name: "left"), Lock(name: "right"))
      try together(2) { left.withLock { right.withLock {} } }
    }
  )

  private static let secondAcquisition = BugPair(
    "a lock acquired again by its owner",
    .crash,
    "by its own owner",
    bug: {
      let lock = Lock()
      try together(2) { lock.withLock { lock.withLock {} } }
    },
    twin: {
      let lock = RecursiveLock()
      try together(2) { lock.withLock { lock.withLock {} } }
    }
  )

  private static let callbackUnderLock = BugPair(
    "a callback under the lock that it needs itself",
    .crash,
    "by its own owner",
    bug: {
      let lock = Lock(name: "listeners")
      let isChanged = Atomic(false)
      @Sendable func notify(_ listener: () -> Void) {
        lock.withLock { if isChanged.load(ordering: .acquiring) { listener() } }
      }
      try together({ notify { lock.withLock {} } }, { isChanged.store(true, ordering: .releasing) })
    },
    twin: {
      let lock = Lock(name: "listeners")
      let isChanged = Atomic(false)
      @Sendable func notify(_ listener: () -> Void) {
        let isCalled = lock.withLock { isChanged.load(ordering: .acquiring) }
        if isCalled { listener() }
      }
      try together({ notify { lock.withLock {} } }, { isChanged.store(true, ordering: .releasing) })
    }
  )

  private static let foreignRelease = BugPair(
    "a lock released by a thread that does not have it",
    .crash,
    "Only the thread that acquired a lock releases it",
    bug: {
      let lock = Lock()
      try together(2) {
        let isMine = lock.tryAcquire()
        _ = isMine
        lock.release()
      }
    },
    twin: {
      let lock = Lock()
      try together(2) { if lock.tryAcquire() { lock.release() } }
    }
  )

  private static let spinInversion = BugPair(
    "inversion of spin locks",
    .deadlock,
    "waits in SpinLock.acquire() on \"left\"",
    bug: {
      let (left, right) = (SpinLock(name: "left"), SpinLock(name: "right"))
      try together(
        { left.withLock { right.withLock {} } },
        { right.withLock { left.withLock {} } }
      )
    },
    twin: {
      let (left, right) = (SpinLock(name: "left"), SpinLock(name: "right"))
      try together(2) { left.withLock { right.withLock {} } }
    }
  )

  private static func philosophers(_ count: Int) -> BugPair {
    BugPair(
      "\(count) philosophers",
      .deadlock,
      "waits in Lock.acquire() on \"fork \(count - 1)\"",
      bug: { try dine(count) { ($0, ($0 + 1) % count) } },
      twin: { try dine(count) { (min($0, ($0 + 1) % count), max($0, ($0 + 1) % count)) } }
    )
  }

  /// Each philosopher eats once, with two forks that it takes in the order that `forks` says.
  private static func dine(_ count: Int, _ forks: (Int) -> (Int, Int)) throws {
    let locks = (0..<count).map { Lock(name: "fork \($0)") }
    try withThreads { scope in
      for seat in 0..<count {
        let (first, second) = forks(seat)
        try scope.spawn { locks[first].withLock { locks[second].withLock {} } }
      }
    }
  }
}
