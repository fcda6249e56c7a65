import Glibc
import Interlock
import InterlockChecker
import Testing

@Suite struct `A fiber that crashes` {
  @Test(arguments: Failure.allCases)
  func `leaves the process alive, hundreds of times`(failure: Failure) async throws {
    // The runtime says what it has to say on standard error, each time.
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) { [failure] in
      let pool = FiberPool()
      for round in 0..<300 {
        var isBeyond = false
        let fiber = try pool.start {
          if round.isMultiple(of: 2) { Fiber.suspend() }
          failure.happen()
          isBeyond = true
        }
        if round.isMultiple(of: 2) { #expect(fiber.resume().isSuspended) }
        let crash = try #require(fiber.resume().crash)
        #expect(failure.isCause(crash.cause), "\(crash)")
        #expect(!isBeyond)
        if let message = failure.message {
          let said = crash.message ?? ""
          #expect(said.split(separator: message, omittingEmptySubsequences: false).count == 2)
        }
        pool.giveBack(fiber)
      }
      #expect(pool.idleCount == 1)
      try expectOrdinaryWork(pool)
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(failure.message.map(text.contains) ?? true)
  }

  @Test(arguments: Failure.silent)
  func `says what happened, and where`(failure: Failure) throws {
    let fiber = try Fiber()
    fiber.start { failure.happen() }
    let crash = try #require(fiber.resume().crash)
    #expect(failure.isCause(crash.cause))
    #expect(!crash.description.isEmpty)
    let places = crash.stack.places()
    // The C library's `abort` hides who has called it, but not who called that.
    let file = failure == .abort ? "/FiberCrashTests.swift" : "/Failure.swift"
    #expect(places.contains { $0.file?.hasSuffix(file) ?? false }, "\(places)")
  }

  @Test func `is left to its host, and to no other fiber`() throws {
    let (outer, inner) = try (Fiber(), Fiber())
    var log: [String] = []
    outer.start {
      inner.start { Failure.badAccess.happen() }
      log.append("inner \(inner.resume().crash?.cause == .badAccess(address: 8))")
      Fiber.suspend()
      Failure.abort.happen()
    }
    #expect(outer.resume().isSuspended)
    log.append("outer \(outer.resume().crash?.cause == .abort)")
    #expect(log == ["inner true", "outer true"])
    try expectOrdinaryWork(FiberPool())
  }

  @Test func `does not take its host's errno and identity with it`() throws {
    let host = ThreadIdentity.current
    let fiber = try Fiber()
    fiber.start {
      ThreadRecord(name: "fiber", in: ThreadRegistry()).becomeCurrent()
      errno = EIO
      Failure.abort.happen()
    }
    errno = 77
    let state = fiber.resume()
    let left = errno
    #expect(left == 77)
    #expect(state.crash != nil)
    #expect(ThreadIdentity.current == host)
  }

  @Test func `crashes as ever if it is none`() async {
    await #expect(processExitsWith: .signal(SIGABRT)) {
      let fiber = try Fiber()
      fiber.start { Failure.abort.happen() }
      _ = fiber.resume()
      Failure.abort.happen()
    }
    await #expect(processExitsWith: .failure) {
      let fiber = try Fiber()
      fiber.start {}
      _ = fiber.resume()
      Failure.badAccess.happen()
    }
  }

  @Test func `leaves a handler of before to handle what is not a fiber's`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      signal(SIGABRT) { _ in _exit(7) }
      let fiber = try Fiber()
      fiber.start { Failure.abort.happen() }
      _ = fiber.resume()
      Failure.abort.happen()
    }
  }
}

/// Fibers do what they did before the crash.
private func expectOrdinaryWork(_ pool: FiberPool) throws {
  var sum = 0
  for _ in 0..<100 {
    let fiber = try pool.start {
      let cell = Cell()
      cell.modify {
        Fiber.suspend()
        sum += 1
      }
    }
    #expect(fiber.resume().isSuspended)
    #expect(fiber.resume().isFinished)
    pool.giveBack(fiber)
  }
  #expect(sum == 100)
}
