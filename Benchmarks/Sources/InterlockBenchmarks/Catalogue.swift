extension Benchmark {
  /// All benchmarks, in the order in which they run.
  static func all(_ settings: Settings) -> [Benchmark] {
    // The greatest size of a program that is started includes that of the one that starts it: these
    // come first, while this one is small.
    let programs: [Benchmark] = [
      .startUp(settings), .letters(settings), .find(settings), .findWithTwoThreads(settings),
      .wind(settings), .windWithTwoThreads(settings), .area(settings),
      .areaWithTwoProcesses(settings),
    ]
    let alone: [Benchmark] = [
      .uncontendedLocks, .seam, .deadlockDetection, .atomicLoad, .atomicAdd, .recursiveLock,
      .readWriteLock, .semaphore, .event, .spawnAndJoin, .submitFromOutside, .submitFromInside,
      .parallelLoop(iterations: 64), .parallelLoop(iterations: 1_000),
      .parallelLoop(iterations: 100_000), .parallelSort(settings), .philosophers,
    ]
    let together = Placement.allCases.flatMap { placement -> [Benchmark] in
      [
        .contendedLocks(threads: 2, placement),
        .contendedLocks(
          threads: 8,
          placement,
          bars: [
            Bar(.cpuRatio, .atMost(1.2), against: ["pthread_mutex"]),
            Bar(.wallRatio, .atMost(1.2), against: ["pthread_mutex"]),
          ]
        ),
        .barrier(parties: 2, placement),
        .barrier(parties: 8, placement),
        .condition(placement),
        .queue(.elements(1_024), side: 1, placement, settings, isBarSet: true),
        .queue(.elements(1_024), side: 2, placement, settings, isBarSet: true),
        .queue(.elements(1), side: 1, placement, settings),
        .queue(.rendezvous, side: 1, placement, settings),
        .queue(.unlimited, side: 1, placement, settings),
      ]
    }
    let checker = Benchmark.randomExecutions + [.proof]
    return programs + alone + checker + matrices(settings) + processPools(settings)
      + sharedThings(settings)
      + together
  }
}
