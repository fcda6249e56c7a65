import Testing

@testable import Interlock

@Suite struct `The life of a pool task` {
  @Test func `has an end after which nothing changes`() {
    var longest = 0
    func key(_ life: PoolTaskLife) -> String { "\(life.bits)" }
    let states = visitAllStates(from: PoolTaskLife.new, key: key) { life in
      let next = [
        life.begun(by: 7), life.finished(failed: false), life.finished(failed: true),
        life.cancelled(), life.asked(), life.followed(),
      ].compactMap { $0 }
      longest = max(longest, next.count)
      if life.isOver {
        #expect(next.isEmpty && !life.isFollowed)
      } else {
        #expect(next.contains { $0.isOver })
      }
      #expect(life.runner == (life.phase == .running || life.phase == .finished ? 7 : 0))
      #expect(!life.hasFailed || life.phase == .finished)
      #expect(life.phase != .cancelled || life.isAsked)
      for later in next where life.isAsked { #expect(later.isAsked) }
      return next
    }
    // Waiting, or running and perhaps asked, each perhaps followed; finished in four ways; cancelled.
    #expect(states == 2 + 4 + 4 + 1)
    #expect(longest == 4)
  }
}

@Suite struct `The rules of a pool's backlog` {
  @Test func `hand room to those who wait, in their order`() {
    let threads = makeRecords(3)
    var rules = PoolBacklogRules(limit: 1)
    #expect(rules.enterAtOnce() == true)
    #expect(rules.enter(threads[0]) == .wait)
    #expect(rules.enter(threads[1]) == .wait)
    #expect(rules.enterAtOnce() == false)
    #expect(rules.leave() === threads[0])
    #expect(threads[0].signalled == .given && rules.count == 1)
    #expect(rules.leaveLine(threads[1]) == true)
    #expect(rules.leave() == nil && rules.count == 0)
    #expect(rules.enter(threads[2]) == .pass)
  }

  @Test func `refuse everybody once it is closed`() {
    let threads = makeRecords(2)
    var rules = PoolBacklogRules(limit: 1)
    #expect(rules.enter(threads[0]) == .pass)
    #expect(rules.enter(threads[1]) == .wait)
    #expect(rules.close().map(\.number) == [threads[1].number])
    #expect(threads[1].signalled == .refused)
    #expect(rules.enter(threads[0]) == .refuse)
  }
}

@Suite struct `The rules of a pool's crew` {
  private let core = PoolCore(
    name: "crew",
    workers: 2,
    limit: nil,
    whenFull: .wait,
    stackSize: nil
  )

  private func makeCrew(wanted: Int, members: Int) -> (PoolCrewRules, [PoolWorker]) {
    var rules = PoolCrewRules(wanted: wanted)
    let workers = (0..<members).map { number in
      PoolWorker(core: core, number: number, isSearching: false)
    }
    for worker in workers { rules.add(worker) }
    return (rules, workers)
  }

  @Test func `start nobody while enough are active, and somebody while one is blocked`() {
    var (rules, _) = makeCrew(wanted: 2, members: 2)
    #expect(!rules.mayCall && !rules.hasSurplus && rules.missing == 0)
    rules.block()
    #expect(rules.mayCall)
    guard case .start = rules.call() else {
      Issue.record("nobody is there to be woken")
      return
    }
    rules.add(PoolWorker(core: core, number: 9, isSearching: true))
    #expect(!rules.mayCall)
    rules.unblock()
    #expect(rules.hasSurplus)
  }

  @Test func `let one go that is too many, and end when all have gone`() {
    var (rules, workers) = makeCrew(wanted: 1, members: 3)
    guard case .retire = rules.rest(workers[0], onlyAsSurplus: true, hasLookedAgain: false) else {
      Issue.record("three are too many for one")
      return
    }
    let joiner = makeRecords(1)[0]
    #expect(rules.enterJoiners(joiner) == .wait)
    #expect(rules.beginClosing().count == 2 && !rules.isClosed)
    #expect(rules.close().isEmpty && rules.isClosed)
    for worker in workers.dropFirst() {
      guard case .lookAgain = rules.rest(worker, onlyAsSurplus: false, hasLookedAgain: false) else {
        Issue.record("a closed pool has tasks left, perhaps")
        return
      }
      #expect(!rules.isOver && joiner.signalled == .none)
      _ = rules.rest(worker, onlyAsSurplus: false, hasLookedAgain: true)
    }
    #expect(rules.isOver && joiner.signalled == .given && !rules.mayCall)
  }
}

@Suite struct `A line of tasks` {
  @Test func `gives back what was put in, from either end`() throws {
    let core = PoolCore(name: "line", workers: 1, limit: nil, whenFull: .wait, stackSize: nil)
    let loop = ParallelLoop(from: 0, to: 0, grain: 1, threads: 1) { _ in true }
    for seed in Seed.all {
      var dice = seed.dice()
      var line = JobLine()
      var model: [AnyPoolTask] = []
      for _ in 0..<2000 {
        switch dice.pick(0..<5) {
        case 0, 1, 2:
          let task = LoopInvitation(loop, core: core)
          line.append(task)
          model.append(task)
        case 3: #expect(line.popFirst() === (model.isEmpty ? nil : model.removeFirst()))
        default: #expect(line.popLast() === model.popLast())
        }
        #expect(line.count == model.count)
      }
    }
  }
}
