import CPeers
import Interlock

// For information: no bar is set for these.
extension Benchmark {
  /// What a recursive lock costs that nobody else wants.
  static var recursiveLock: Benchmark {
    let lock = RecursiveLock()
    return Benchmark(
      name: "recursive-lock",
      operation: "acquire and release a recursive lock that nobody else wants",
      ours: [
        CountedWork("RecursiveLock") { count in
          for _ in 0..<count { lock.withLock {} }
        }
      ],
      peers: [
        CountedWork("pthread_mutex, recursive") { count in
          pthread_recursive_mutex_peer_loop(count)
        }
      ]
    )
  }

  /// What reading under a lock for readers and writers costs when nobody writes.
  static var readWriteLock: Benchmark {
    let lock = SharedNumber()
    return Benchmark(
      name: "read-write-lock",
      operation: "acquire and release a lock for reading that nobody else wants",
      ours: [
        CountedWork("ReadWriteLock") { count in
          for _ in 0..<count { lock.read() }
        }
      ],
      peers: [
        CountedWork("pthread_rwlock") { count in pthread_rwlock_peer_loop(count) }
      ]
    )
  }

  /// What a permit costs that nobody else wants.
  static var semaphore: Benchmark {
    let semaphore = Semaphore(permits: 1)
    return Benchmark(
      name: "semaphore",
      operation: "take the one permit of a semaphore and give it back",
      ours: [
        CountedWork("Semaphore") { count in
          for _ in 0..<count {
            semaphore.acquire()
            semaphore.release()
          }
        }
      ],
      peers: [
        CountedWork("sem_t") { count in posix_semaphore_peer_loop(count) }
      ]
    )
  }

  /// What waiting for an event costs that has happened already.
  static var event: Benchmark {
    let event = Event(isSet: true)
    let ours = CountedWork("Event") { count in
      for _ in 0..<count { event.wait() }
    }
    let latch = CountedWork("std::latch") { count in standard_latch_peer_loop(count) }
    let hasLatch = standard_barrier_peer_exists()
    return Benchmark(
      name: "event",
      operation: "wait for what has happened already",
      ours: [ours],
      peers: hasLatch ? [latch] : [],
      absent: hasLatch
        ? [] : [Absent(name: "std::latch", reason: "this C++ library does not have it")]
    )
  }

  /// What it costs to hand the turn to another thread.
  static func condition(_ placement: Placement) -> Benchmark {
    let turn = Turn()
    let monitor = MonitoredTurn()
    return Benchmark(
      name: "condition\(placement.suffix)",
      operation: "hand the turn to another thread and wait for it to come back\(placement)",
      ours: [
        CountedWork("Lock and Condition", threads: 2, placement) { player, count in
          for _ in 0..<count { turn.play(player) }
        },
        CountedWork("Monitor", threads: 2, placement) { player, count in
          for _ in 0..<count { monitor.play(player) }
        },
      ],
      peers: [
        CountedWork("pthread_mutex and pthread_cond", threads: 2, placement) { player, count in
          pthread_condition_peer_play(Int32(player), 2, count)
        }
      ]
    )
  }
}

private final class SharedNumber: Sendable {
  private let number = ReadWriteLock(0)

  @inline(__always)
  func read() { _ = number.withReadLock { $0 } }
}

/// Whose turn it is of two players, with a lock and a condition.
private final class Turn: @unchecked Sendable {
  private let lock = Lock()
  private let changed: Condition
  // Guarded by: `lock`.
  private var next = 0

  init() {
    changed = Condition(lock)
  }

  func play(_ player: Int) {
    lock.withLock {
      changed.wait { next != player }
      next = 1 - player
      changed.notify()
    }
  }
}

/// Whose turn it is of two players, with a monitor.
private final class MonitoredTurn: Sendable {
  private let next = Monitor(0)

  func play(_ player: Int) {
    next.withLock(when: { next in next == player }, { $0 = 1 - player })
  }
}
