import Interlock
import Testing

/// What every call that waits promises, whatever it waits for.
@Suite struct `Every wait` {
  @Test(arguments: ObstacleKind.allCases)
  func `ends when its thread is let through, and not before`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      let thread = try crew.spawn("walker") { obstacle.pass() }
      try thread.waitUntilBlocked()
      #expect(thread.identity.wait == obstacle.wait)
      #expect(thread.identity.description == "walker, waiting in \(obstacle.wait)")
      #expect(!thread.isFinished)
      try obstacle.open()
      try thread.result()
      #expect(thread.identity.wait == nil)
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `ends for everybody, with a deadline and without`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      let threads = try crew.spawn(count: 9) { number in
        switch number % 3 {
        case 0: return obstacle.passUntil(.never)
        case 1: return obstacle.passUntil(.after(TestTime.long))
        default:
          obstacle.pass()
          return true
        }
      }
      for thread in threads { try thread.waitUntilBlocked() }
      // They may have waited for the lock around it; now they wait for what was meant.
      if obstacle.waiterCount() != nil { try eventually { obstacle.waiterCount() == 9 } }
      try obstacle.open()
      for thread in threads { #expect(try thread.result()) }
      if let count = obstacle.waiterCount() { #expect(count == 0) }
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `gives up when its deadline passes, and not before`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      let start = Deadline.now
      let deadline = start + TestTime.short
      #expect(!obstacle.passUntil(deadline))
      #expect(Deadline.now >= deadline)
      #expect(Deadline.now - deadline < TestTime.slack)
      if let count = obstacle.waiterCount() { #expect(count == 0) }
      try obstacle.open()
      #expect(obstacle.passUntil(.after(TestTime.long)))
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `gives up at once when its deadline has passed`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      let deadlines: [Deadline] = [.now, .after(.zero), .after(.seconds(-1)), .now + .seconds(-1)]
      for deadline in deadlines {
        #expect(!obstacle.passUntil(deadline))
        if let count = obstacle.waiterCount() { #expect(count == 0) }
      }
      try obstacle.open()
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `with a deadline gives up when its thread is cancelled`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      for deadline in [Deadline.never, .after(TestTime.long)] {
        let thread = try crew.spawn { obstacle.passUntil(deadline) }
        try thread.waitUntilBlocked()
        thread.cancel()
        #expect(try !thread.result())
        if let count = obstacle.waiterCount() { #expect(count == 0) }
      }
      try obstacle.open()
      #expect(obstacle.passUntil(.now))
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `with a deadline gives up at once in a cancelled thread`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      #expect(try !inCancelledThread(of: crew) { obstacle.passUntil(.never) })
      if let count = obstacle.waiterCount() { #expect(count == 0) }
      try obstacle.open()
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `without a deadline takes no notice of cancellation`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      let before = try crew.spawn { () -> Bool in
        obstacle.pass()
        return CurrentThread.isCancelled
      }
      try before.waitUntilBlocked()
      before.cancel()
      let after = try crew.spawn { () -> Bool in
        while !CurrentThread.isCancelled { CurrentThread.yield() }
        obstacle.pass()
        return CurrentThread.isCancelled
      }
      after.cancel()
      try after.waitUntilBlocked()
      #expect(remains { !before.isFinished && !after.isFinished })
      try obstacle.open()
      #expect(try before.result())
      #expect(try after.result())
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `that need not wait succeeds, late or cancelled`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      try obstacle.open()
      #expect(obstacle.passUntil(.after(.seconds(-1))))
      #expect(
        try inCancelledThread(of: crew) {
          obstacle.pass()
          return obstacle.passUntil(.never) && obstacle.passUntil(.now)
        }
      )
    }
  }

  @Test(arguments: ObstacleKind.allCases)
  func `that gives up leaves the others waiting as they were`(kind: ObstacleKind) throws {
    try withCrew { crew in
      let obstacle = try kind.make(crew)
      var threads: [ThreadHandle<Bool, Never>] = []
      for _ in 0..<3 {
        let thread = try crew.spawn { obstacle.passUntil(.never) }
        threads.append(thread)
        try thread.waitUntilBlocked()
      }
      threads[1].cancel()
      #expect(try !threads[1].result())
      if let count = obstacle.waiterCount() { #expect(count == 2) }
      #expect(remains { !threads[0].isFinished && !threads[2].isFinished })
      try obstacle.open()
      #expect(try threads[0].result())
      #expect(try threads[2].result())
    }
  }

  /// Runs `body` in a thread that is cancelled before.
  private func inCancelledThread<Result: Sendable>(
    of crew: Crew,
    _ body: @escaping @Sendable () -> Result
  ) throws -> Result {
    let thread = try crew.spawn { () -> Result in
      while !CurrentThread.isCancelled { CurrentThread.yield() }
      return body()
    }
    thread.cancel()
    return try thread.result()
  }
}
