import Interlock

// What is there to avoid deadlocks.
extension Misuse {
  func misuseAvoidance() throws {
    let arbitrator = Arbitrator<Int>(name: "vault")
    let hierarchy = LockHierarchy(name: "house")
    let (low, high) = (hierarchy.lock(rank: 1), hierarchy.lock(rank: 2, name: "vault"))
    switch self {
    case .arbitratorReleasedByAnother:
      try spawn(name: "owner") {
        arbitrator.acquire([7])
        try spawn(name: "thief") { arbitrator.release([7]) }.join()
      }.join()
    case .arbitratorReleasedTwice:
      arbitrator.withResources([7]) {}
      arbitrator.release([7])
    case .arbitratorAskedForMore: arbitrator.withResources([7]) { arbitrator.acquire([8]) }
    case .arbitratorAskedForMoreWithDeadline:
      arbitrator.withResources([7]) { _ = arbitrator.acquire([7], until: .now) }
    case .heldArbitratorDestroyed:
      try spawn(name: "owner") { Arbitrator<Int>(name: "vault").acquire([7]) }.join()
    case .rankedLockOutOfOrder: high.withLock { low.acquire() }
    case .rankedMutexOutOfOrder:
      let mutex = hierarchy.mutex(0, rank: 1)
      high.withLock { mutex.withLock { $0 += 1 } }
    case .rankedLockAcquiredTwice: high.withLock { high.acquire() }
    case .rankedLockReleasedWhenFree: high.release()
    case .mutexTwiceInAll:
      let mutex = Mutex(0, name: "vault")
      withAllLocked(mutex, mutex) { $0 += $1 }
    default: try misuseSharedArbitrator()
    }
  }

  private func misuseSharedArbitrator() throws {
    let arbitrator = try SharedArbitrator(resources: 2)
    switch self {
    case .sharedArbitratorOfNothing: _ = try SharedArbitrator(resources: 0)
    case .sharedArbitratorOfTooMany: _ = try SharedArbitrator(resources: 65)
    case .sharedArbitratorAskedForUnknown: arbitrator.acquire([0, 2])
    case .sharedArbitratorReleasedByAnother:
      arbitrator.acquire([1])
      try spawn(name: "thief") { arbitrator.release([1]) }.join()
    case .sharedArbitratorAskedForMore:
      arbitrator.withResources([1]) { _ in arbitrator.acquire([0]) }
    case .sharedArbitratorMendedByAnother: arbitrator.declareMended([1])
    default: break
    }
  }
}
