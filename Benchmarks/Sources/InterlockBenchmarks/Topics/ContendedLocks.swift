import CPeers

extension Benchmark {
  /// What a lock costs that `threads` threads want all the time.
  static func contendedLocks(
    threads: Int,
    _ placement: Placement,
    bars: [Bar] = []
  ) -> Benchmark {
    let mutex = InterlockMutex()
    let standard = StandardMutex()
    return Benchmark(
      name: "lock/\(threads)-threads\(placement.suffix)",
      operation: "acquire a mutex that \(threads) threads want, add one, release it\(placement)",
      ours: [
        TimedWork("Mutex", threads: threads, placement) { whileTimeLasts(mutex.addOne) }
      ],
      peers: [
        TimedWork("pthread_mutex", threads: threads, placement) { pthread_mutex_peer_contend() },
        TimedWork("Synchronization.Mutex", threads: threads, placement) {
          whileTimeLasts(standard.addOne)
        },
      ],
      bars: bars
    )
  }
}

/// Does `work` until the crew's time is over, and says how often.
@inline(__always)
private func whileTimeLasts(_ work: () -> Void) -> Int {
  var count = 0
  while !Crew.isStopped {
    work()
    count += 1
  }
  return count
}
