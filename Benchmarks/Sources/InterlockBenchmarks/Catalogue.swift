extension Benchmark {
  /// All benchmarks, in the order in which they run.
  static func all(_ settings: Settings) -> [Benchmark] {
    [
      // The greatest size of a program that is started includes that of the one that starts it:
      // these come first, while this one is small.
      .startUp(settings),
      .letters(settings),
      .uncontendedLocks,
      .seam,
      .contendedLocks(threads: 2),
      .contendedLocks(
        threads: 8,
        bars: [
          Bar(.cpuRatio, .atMost(1.2), against: ["pthread_mutex"]),
          Bar(.wallRatio, .atMost(1.2), against: ["pthread_mutex"]),
        ]
      ),
      .atomicLoad,
      .atomicAdd,
      .barrier(parties: 2),
      .barrier(parties: 8),
      .spawnAndJoin,
      .recursiveLock,
      .readWriteLock,
      .semaphore,
      .event,
      .condition,
    ]
  }
}
