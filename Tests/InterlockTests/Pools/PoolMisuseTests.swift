import Interlock
import Testing

/// Mistakes with pools, and the words with which they end the program.
enum PoolMisuse: String, CaseIterable, Codable, Sendable {
  case joinsItself, joinsItselfWithDeadline, joinsBelow, circleOfTwo, circleOfThree, waitsForFirst
  case loopJoinsItsTask, poolJoinsItself, noWorkers, noLimit, resizedToNothing, noGrain
  case firstOfNone

  var lesson: String {
    switch self {
    case .joinsItself, .joinsItselfWithDeadline:
      "BUG: PoolTask.join(): task \"a\" waits for itself. Return the value from the body"
    case .joinsBelow:
      "BUG: PoolTask.join(): task \"b\" waits for \"a\", which runs on the same thread below it"
    case .circleOfTwo:
      "BUG: PoolTask.join(): task "
    case .circleOfThree:
      ", which waits for "
    case .waitsForFirst: "BUG: PoolTask.waitForFirst(): task \"a\" waits for itself"
    case .loopJoinsItsTask:
      "none of them would ever finish. Let tasks wait only for tasks that they have submitted."
    case .poolJoinsItself:
      "BUG: ThreadPool.join() by a task of the pool \"oval\" itself"
    case .noWorkers, .noLimit: "both are 1 or more."
    case .resizedToNothing: "BUG: ThreadPool.resize(to: 0): a pool has 1 worker or more."
    case .noGrain: "BUG: a loop with grain: 0: a part has 1 element or more."
    case .firstOfNone: "BUG: waitForFirst() of no tasks would wait for ever."
    }
  }

  func commit() throws {
    switch self {
    case .noWorkers: _ = try ThreadPool(workers: 0)
    case .noLimit: _ = try ThreadPool(limit: 0)
    case .resizedToNothing: try ThreadPool(workers: 1).resize(to: 0)
    case .noGrain: ThreadPool.shared.forEach(0..<3, grain: 0) { _ in }
    case .firstOfNone: _ = [AnyPoolTask]().waitForFirst()
    default: try commitInTasks()
    }
  }

  /// Tasks of a pool of three workers that know each other.
  private func commitInTasks() throws {
    let pool = try ThreadPool(workers: 3, name: "oval")
    let tasks = Shared(Mutex<[AnyPoolTask]>([]))
    let areKnown = Event()
    let meeting = Barrier(parties: 3)
    @Sendable func task(_ index: Int) -> AnyPoolTask {
      areKnown.wait()
      return tasks.value.withLock { $0[index] }
    }
    @Sendable func meet() { _ = try? meeting.arriveAndWait() }
    let a: AnyPoolTask
    switch self {
    case .joinsItself: a = try pool.submit(name: "a") { task(0).wait() }
    case .joinsItselfWithDeadline:
      a = try pool.submit(name: "a") { _ = task(0).wait(for: .seconds(1)) }
    case .waitsForFirst: a = try pool.submit(name: "a") { _ = [task(0)].waitForFirst() }
    case .joinsBelow:
      try pool.resize(to: 1)
      a = try pool.submit(name: "a") {
        areKnown.wait()
        try pool.submit(name: "b") { task(0).wait() }.join()
      }
    case .circleOfTwo, .circleOfThree:
      let count = self == .circleOfTwo ? 2 : 3
      let others = try (1..<3).map { number in
        try pool.submit(name: "task \(number)") {
          meet()
          task((number + 1) % count).wait()
        }
      }
      a = try pool.submit(name: "task 0") {
        meet()
        task(1).wait()
      }
      tasks.value.withLock { $0 = [a] + others }
      areKnown.set()
      pool.join()
      return
    case .loopJoinsItsTask:
      a = try pool.submit(name: "a") {
        let both = Barrier(parties: 2)
        let mine = CurrentThread.identity
        areKnown.wait()
        pool.forEach(0..<2, grain: 1) { _ in
          _ = try? both.arriveAndWait()
          if CurrentThread.identity != mine { task(0).wait() }
        }
      }
    case .poolJoinsItself: a = try pool.submit { pool.join() }
    default: return
    }
    tasks.value.withLock { $0 = [a] }
    areKnown.set()
    a.wait()
  }
}

@Suite struct `A mistake with a pool ends the program` {
  @Test(arguments: PoolMisuse.allCases)
  func `with a message that says what to do instead`(misuse: PoolMisuse) async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) { [misuse] in
      endWhenStuck()
      try misuse.commit()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains(misuse.lesson), "\(message)")
  }
}
