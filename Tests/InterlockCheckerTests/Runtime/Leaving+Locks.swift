import Interlock
import InterlockChecker

// Threads that wait for each other at locks.
extension Leaving {
  static let mutexes = Leaving("two mutexes", .deadlock) { census in
    let (left, right) = (Box(Mutex([1])), Box(Mutex([2])))
    try together(
      {
        let canary = census.makeCanary()
        defer { canary.sing() }
        left.value.withLock { left in right.value.withLock { left += $0 } }
      },
      {
        let canary = census.makeCanary()
        defer { canary.sing() }
        right.value.withLock { right in left.value.withLock { right += $0 } }
      }
    )
  }

  static func ring(of seats: Int) -> Leaving {
    Leaving("\(seats) locks in a ring", .deadlock) { census in
      let forks = (0..<seats).map { _ in Lock() }
      try withThreads { threads in
        for seat in 0..<seats {
          try threads.spawn {
            let canary = census.makeCanary()
            forks[seat].withLock { forks[(seat + 1) % seats].withLock { canary.sing() } }
          }
        }
      }
    }
  }

  static let spinLocks = Leaving("two spin locks", .deadlock) { census in
    let (left, right) = (SpinLock(), SpinLock())
    try together(
      {
        let canary = census.makeCanary()
        left.withLock { right.withLock { canary.sing() } }
      },
      {
        let canary = census.makeCanary()
        right.withLock { left.withLock { canary.sing() } }
      }
    )
  }

  static let readers = Leaving("two locks for readers and writers", .deadlock) { census in
    let (left, right) = (Box(ReadWriteLock(1)), Box(ReadWriteLock(2)))
    try together(
      {
        let canary = census.makeCanary()
        left.value.withReadLock { _ in right.value.withWriteLock { _ in canary.sing() } }
      },
      {
        let canary = census.makeCanary()
        right.value.withReadLock { _ in left.value.withWriteLock { _ in canary.sing() } }
      }
    )
  }

  static let lostWakeUp = Leaving("a lost wake-up", .deadlock) { census in
    let (lock, isReady) = (Lock(), Box(Atomic(false)))
    let condition = Condition(lock)
    try together(
      {
        let canary = census.makeCanary()
        if !isReady.value.load(ordering: .acquiring) { lock.withLock { condition.wait() } }
        canary.sing()
      },
      {
        isReady.value.store(true, ordering: .releasing)
        lock.withLock { condition.notify() }
      }
    )
  }

  static let monitor = Leaving("a monitor", .deadlock) { census in
    let monitor = Box(Monitor([Int]()))
    try together(2) {
      let canary = census.makeCanary()
      monitor.value.withLock(when: { !$0.isEmpty }) { _ in canary.sing() }
    }
  }
}
