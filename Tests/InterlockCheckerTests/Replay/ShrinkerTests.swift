import Testing

@testable import InterlockChecker

@Suite struct ShrinkerTests {
  @Test(arguments: KnownBug.shallow + [.reorder(10), .philosophers(4)])
  func `a failing schedule becomes as simple as is known to be possible`(_ bug: KnownBug) throws {
    for seed in UInt64(1)...4 {
      let failure = try #require(bug.firstFailure(.randomWalk, seed: seed, limit: 5_000))
      var shrinker = Shrinker(bug.program, isSameFailure: bug.isFailing)
      let simplest = shrinker.shrink(failure.choices)
      let result = try #require(simplest)
      #expect(bug.isFailing(result.machine))
      #expect(result.preemptions == bug.preemptions, "seed \(seed)")
      let run = Replay.follow(Schedule(result.choices, result.machine), bug.program)
      #expect(run.divergence == nil)
      #expect(run.preemptions == result.preemptions)
      #expect(bug.isFailing(run.machine))
    }
  }

  @Test(arguments: [KnownBug.lostWakeUp, .philosophers(3), .reorder(3)])
  func `that it cannot be simpler is proved in a small program`(_ bug: KnownBug) throws {
    let failure = try #require(bug.firstFailure(.randomWalk, seed: 1, limit: 5_000))
    var shrinker = Shrinker(bug.program, isSameFailure: bug.isFailing)
    let simplest = shrinker.shrink(failure.choices)
    let result = try #require(simplest)
    #expect(result.isProven)
  }

  @Test func `two failures of one bug look alike`() throws {
    var schedules: Set<[Choice]> = []
    for seed in UInt64(1)...10 {
      let bug = KnownBug.lostWakeUp
      let failure = try #require(bug.firstFailure(.randomWalk, seed: seed, limit: 5_000))
      var shrinker = Shrinker(bug.program, isSameFailure: bug.isFailing)
      let simplest = shrinker.shrink(failure.choices)
      schedules.insert(try #require(simplest).choices)
    }
    #expect(schedules.count == 1)
  }

  @Test func `it is content with what it has when its runs had so many steps`() throws {
    let bug = KnownBug.philosophers(4)
    let failure = try #require(bug.firstFailure(.randomWalk, seed: 1, limit: 5_000))
    var shrinker = Shrinker(bug.program, totalStepLimit: 1, isSameFailure: bug.isFailing)
    let simplest = shrinker.shrink(failure.choices)
    #expect(try bug.isFailing(#require(simplest).machine))
    #expect(shrinker.replays == 1)
  }

  @Test func `a schedule under which nothing fails is not made simpler`() {
    let bug = KnownBug.lostWakeUp
    var shrinker = Shrinker(bug.program, isSameFailure: bug.isFailing)
    let result = shrinker.shrink([])
    #expect(result == nil)
  }

  @Test func `labels that do not matter become 0`() throws {
    let program = ModelProgram(
      "labels",
      [[.choose(4), .keep, .choose(4), .keep], [.choose(3), .keep]]
    )
    var shrinker = Shrinker(program) { machine in
      ((machine as? ModelMachine)?.outcome.results.first?.last ?? 0) >= 2
    }
    let choices = [Choice(0, label: 3), Choice(1, label: 2), Choice(0, label: 3)]
    let simplest = shrinker.shrink(choices)
    let result = try #require(simplest)
    #expect(result.choices.filter { $0.label != 0 } == [Choice(0, label: 3)])
  }
}
