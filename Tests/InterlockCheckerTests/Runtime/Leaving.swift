import Interlock
import InterlockChecker
import Testing

/// A body that goes wrong while its threads own something.
struct Leaving: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let kind: Counterexample.Kind
  var stepLimit = 1_000
  let body: @Sendable (Census) throws -> Void

  init(
    _ name: String,
    _ kind: Counterexample.Kind,
    stepLimit: Int = 1_000,
    _ body: @escaping @Sendable (Census) throws -> Void
  ) {
    testDescription = name
    self.kind = kind
    self.stepLimit = stepLimit
    self.body = body
  }

  func explore(_ census: Census) -> Counterexample? {
    let body = body
    do throws(Counterexample) {
      try Exploration(stepLimit: stepLimit).run {
        try body(census)
      }
      return nil
    } catch {
      return error
    }
  }
}

extension Leaving {
  static let all = [
    mutexes, ring(of: 3), ring(of: 5), spinLocks, readers, lostWakeUp, monitor, take, put, handOver,
    join,
    failingMain, failingChild, crash, semaphore, barrier, event, waitGroup, longRun, handedOver,
    misuse,
    spawning, pool, choosing,
  ]

  static let hopeless = [
    Leaving("threads that join each other", .deadlock) { census in
      let other = Box(Mutex<ThreadHandle<Void, Never>?>(nil))
      let isThere = Interlock.Event()
      let first = try spawn {
        let canary = census.makeCanary()
        isThere.wait()
        other.value.withLock { $0 }?.join()
        canary.sing()
      }
      let second = try spawn { first.join() }
      other.value.withLock { $0 = second }
      isThere.set()
    },
    Leaving("a condition that never holds", .deadlock) { census in
      let lock = Lock()
      let condition = Condition(lock)
      let canary = census.makeCanary()
      lock.withLock { condition.wait(while: { true }) }
      canary.sing()
    },
    Leaving("an endless loop", .livelock, stepLimit: 50) { census in
      let canary = census.makeCanary()
      let isSet = Atomic(false)
      while !isSet.load(ordering: .relaxed) {}
      canary.sing()
    },
  ]
}
