import CPeers
import Interlock
import Synchronization

extension Benchmark {
  /// What a lock costs that nobody else wants.
  static var uncontendedLocks: Benchmark {
    let lock = Lock()
    let guardedByLock = Unguarded()
    let mutex = InterlockMutex()
    let standard = StandardMutex()
    return Benchmark(
      name: "lock/uncontended",
      operation: "acquire a lock that nobody else wants, add one, release it",
      ours: [
        CountedWork("Lock") { count in
          for _ in 0..<count {
            lock.acquire()
            guardedByLock.value &+= 1
            lock.release()
          }
        },
        CountedWork("Mutex") { count in
          for _ in 0..<count { mutex.addOne() }
        },
      ],
      peers: [
        CountedWork("Synchronization.Mutex") { count in
          for _ in 0..<count { standard.addOne() }
        },
        CountedWork("pthread_mutex") { count in pthread_mutex_peer_loop(count) },
      ],
      bars: [Bar(.cpuRatio, .atMost(1.1), against: ["Synchronization.Mutex"])]
    )
  }

  /// What the lock's fast path pays for being replaceable in tests.
  static var seam: Benchmark {
    let lock = Lock()
    let seamless = SeamlessLock()
    return Benchmark(
      name: "lock/seam",
      operation: "acquire and release a lock, with and without the seam",
      ours: [
        CountedWork("Lock") { count in
          for _ in 0..<count {
            lock.acquire()
            lock.release()
          }
        }
      ],
      peers: [
        CountedWork("the same without the seam") { count in
          for _ in 0..<count {
            seamless.acquire()
            seamless.release()
          }
        }
      ],
      bars: [Bar(.cpuDifference, .atMost(1e-9), against: ["the same without the seam"])]
    )
  }
}

/// A number that a lock beside it guards.
private final class Unguarded {
  var value = 0
}

/// The fast path of `Lock` as it would be if nobody could look behind it: the same two
/// compare-exchanges with the number of the thread, the same memory, and no question whether
/// somebody watches.
private final class SeamlessLock: Sendable {
  private let state = Synchronization.Atomic<UInt32>(0)

  @inline(__always)
  func acquire() {
    // Ordering (S1): acquiring, pairs with the exchange in `release`.
    let (isDone, _) = state.compareExchange(
      expected: 0,
      desired: Self.threadNumber,
      ordering: .acquiring
    )
    if !isDone { Self.wait() }
  }

  @inline(__always)
  func release() {
    // Ordering (S1): releasing, pairs with the exchange in `acquire`.
    let (isDone, _) = state.compareExchange(
      expected: Self.threadNumber,
      desired: 0,
      ordering: .releasing
    )
    if !isDone { Self.wait() }
  }

  @inline(__always)
  private static var threadNumber: UInt32 {
    let number = peer_thread_number()
    return number != 0 ? number : peer_thread_identify()
  }

  @inline(never)
  private static func wait() {
    fatalError("only one thread uses this lock")
  }
}
