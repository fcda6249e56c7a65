import Testing

@testable import Interlock

@Suite struct `What is shared lets one thread inside at a time` {
  /// Two counts that are equal outside, and which nothing else protects.
  struct Counts: Codable, Sendable {
    let exclusion: SharedExclusion
    let counts: SharedArray<Int>
    let rounds: Int

    /// Counts in each of the forms.
    ///
    /// - Returns: How often.
    func count(_ seed: Int) -> Int {
      var dice = Seed(value: 7).dice(stream: seed)
      var successes = 0
      for _ in 0..<rounds {
        let isYielding = dice.isOne(in: 64)
        let increment: () -> Bool = {
          // Two that are inside at once would lose one of these.
          counts[0] += 1
          if isYielding { CurrentThread.yield() }
          counts[1] = counts[0]
          return true
        }
        let isInside =
          switch dice.pick(0..<3) {
          case 0: exclusion.withLockIfAvailable(increment)
          case 1: exclusion.withLock(until: dice.deadline, increment)
          default: exclusion.withLock(increment)
          }
        if isInside == true { successes += 1 }
      }
      return successes
    }

    /// Counts in two threads at a time.
    func countTwice(_ seed: Int) throws -> Int {
      let other = try spawn { count(seed) }
      return count(seed + 1) + other.join()
    }
  }

  @Test(arguments: SharedExclusionKind.allCases)
  func `of two processes and this one`(_ kind: SharedExclusionKind) throws {
    let counts = Counts(
      exclusion: try kind.make(),
      counts: try SharedArray(repeating: 0, count: 2),
      rounds: 3_000
    )
    let workers = [
      try WorkerProcess(counts) { try $0.countTwice(0) },
      try WorkerProcess(counts) { try $0.countTwice(2) },
    ]
    var successes = try counts.countTwice(4)
    for worker in workers {
      let others = try #require(try worker.join(for: TestTime.limit))
      successes += others
    }
    #expect(Array(counts.counts) == [successes, successes])
    #expect(counts.exclusion.withLockIfAvailable { true } == true)
  }
}
