import CPeers

extension Benchmark {
  /// What a lock costs that `threads` threads want all the time.
  static func contendedLocks(threads: Int, bars: [Bar] = []) -> Benchmark {
    let mutex = InterlockMutex()
    let standard = StandardMutex()
    return Benchmark(
      name: "lock/contended-\(threads)",
      operation: "acquire a mutex that \(threads) threads want, add one, release it",
      ours: [
        TimedWork("Mutex", threads: threads) { whileTimeLasts(mutex.addOne) }
      ],
      peers: [
        TimedWork("pthread_mutex", threads: threads) { pthread_mutex_peer_contend() },
        TimedWork("Synchronization.Mutex", threads: threads) { whileTimeLasts(standard.addOne) },
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
