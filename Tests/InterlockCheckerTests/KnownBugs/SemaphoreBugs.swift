import Interlock
import InterlockChecker

// Permits that are lost, or too many.
extension BugPair {
  static let semaphores: [BugPair] = [
    leak, tooManyPermits, oneByOne, semaphoreUnderLock, unearnedRelease, seatsForAll,
  ]

  private static let leak = BugPair(
    "a permit that is not given back when something fails",
    .deadlock,
    "Semaphore.acquire() on \"connections\"",
    bug: {
      let connections = Semaphore(permits: 1, name: "connections")
      @Sendable func ask(_ isFailing: Bool) throws {
        connections.acquire()
        if isFailing { throw Mishap() }
        connections.release()
      }
      try together({ try? ask(true) }, { try ask(false) })
    },
    twin: {
      let connections = Semaphore(permits: 1, name: "connections")
      @Sendable func ask(_ isFailing: Bool) throws {
        try connections.withPermit { if isFailing { throw Mishap() } }
      }
      try together({ try? ask(true) }, { try ask(false) })
    }
  )

  private static let tooManyPermits = BugPair(
    "a semaphore with two permits for what one thread may do",
    .race,
    "a data race",
    bug: {
      let semaphore = Semaphore(permits: 2)
      let cell = PlainCell(0)
      try together(2) { semaphore.withPermit { cell.value += 1 } }
    },
    twin: {
      let semaphore = Semaphore(permits: 1)
      let cell = PlainCell(0)
      try together(2) { semaphore.withPermit { cell.value += 1 } }
      try require(cell.value == 2)
    }
  )

  private static let oneByOne = BugPair(
    "two permits that are acquired one by one",
    .deadlock,
    "Semaphore.acquire() on \"buffers\"",
    bug: {
      let buffers = Semaphore(permits: 2, name: "buffers")
      try together(2) {
        buffers.acquire()
        buffers.acquire()
        buffers.release(2)
      }
    },
    twin: {
      let buffers = Semaphore(permits: 2, name: "buffers")
      try together(2) {
        buffers.acquire(2)
        buffers.release(2)
      }
    }
  )

  private static let semaphoreUnderLock = BugPair(
    "a buffer that is locked before there is something in it",
    .deadlock,
    "Semaphore.acquire() on \"elements\"",
    bug: {
      let lock = Lock(name: "buffer")
      let elements = Semaphore(permits: 0, name: "elements")
      try together(
        { lock.withLock { elements.acquire() } },
        { lock.withLock { elements.release() } }
      )
    },
    twin: {
      let lock = Lock(name: "buffer")
      let elements = Semaphore(permits: 0, name: "elements")
      try together(
        {
          elements.acquire()
          lock.withLock {}
        },
        { lock.withLock { elements.release() } }
      )
    }
  )

  private static let unearnedRelease = BugPair(
    "a permit that is given back, but was not acquired",
    .crash,
    "makes more permits than its limit",
    bug: {
      let semaphore = Semaphore(permits: 1, limit: 1)
      try together(2) {
        defer { semaphore.release() }
        _ = semaphore.tryAcquire()
      }
    },
    twin: {
      let semaphore = Semaphore(permits: 1, limit: 1)
      try together(2) {
        guard semaphore.tryAcquire() else { return }
        semaphore.release()
      }
    }
  )

  private static let seatsForAll = BugPair(
    "three philosophers, of whom all may sit down at once",
    .deadlock,
    "Lock.acquire() on \"fork",
    bug: { try dine(seats: 3) },
    twin: { try dine(seats: 2) }
  )

  private static func dine(seats: Int) throws {
    let free = Semaphore(permits: seats, name: "seats")
    let forks = (0..<3).map { Lock(name: "fork \($0)") }
    try withThreads { scope in
      for seat in 0..<3 {
        try scope.spawn {
          free.withPermit { forks[seat].withLock { forks[(seat + 1) % 3].withLock {} } }
        }
      }
    }
  }
}
