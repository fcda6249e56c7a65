import Glibc
import Interlock
import InterlockChecker
import Testing

/// What the checker does not see may stop a thread of the system for ever.
@Suite struct `A thread that gets stuck` {
  private func counterexample(
    sleepLimit: Duration = .milliseconds(20),
    stepDuration: Duration = .seconds(20),
    _ body: @escaping @Sendable () throws -> Void
  ) -> Counterexample? {
    var exploration = Exploration()
    exploration.sleepLimit = sleepLimit
    exploration.stepDuration = stepDuration
    do throws(Counterexample) {
      try exploration.run(body)
      return nil
    } catch {
      return error
    }
  }

  @Test func `in a read from a pipe is found, and where`() throws {
    let pipe = Pipe()
    let stuck = counterexample {
      try spawn(name: "reader") { pipe.wait() }.join()
    }
    let found = try #require(stuck)
    #expect(found.kind == .stuck)
    #expect(found.summary.contains("\"reader\" blocks in something that the checker does not see"))
    #expect(found.summary.contains("called in Pipe.wait() at StuckTests.swift"))
    #expect(found.executions == 1)
    let again = counterexample {}
    #expect(again == nil)
  }

  @Test func `at a lock of the system that a thread holds while it gives way is found`() throws {
    let found = try #require(
      counterexample {
        let lock = SystemLock()
        try together(2) {
          lock.acquire()
          CurrentThread.yield()
          lock.release()
        }
      }
    )
    #expect(found.kind == .stuck)
    #expect(!found.schedule.isEmpty)
  }

  @Test func `in an endless loop is found`() throws {
    let stuck = counterexample(stepDuration: .milliseconds(20)) {
      try spawn(name: "looper") { loop() }.join()
    }
    let found = try #require(stuck)
    #expect(found.kind == .stuck)
    #expect(found.summary.contains("\"looper\" computes on and on"))
    #expect(found.summary.contains("called in loop() at StuckTests.swift"))
  }

  @Test func `in an endless loop that allocates leaves the allocator as it was`() throws {
    for _ in 1...5 {
      let found = try #require(
        counterexample(stepDuration: .milliseconds(5)) {
          var texts: [String] = []
          while true {
            texts.append(String(repeating: "text", count: texts.count % 100 + 10))
            if texts.count > 1000 { texts = [] }
          }
        }
      )
      #expect(found.kind == .stuck)
    }
    #expect((0..<1000).map { String(repeating: "x", count: $0) }.joined().count == 499_500)
  }

  @Test func `in its first step, before it does anything, is found`() throws {
    let pipe = Pipe()
    let found = try #require(counterexample { pipe.wait() })
    #expect(found.kind == .stuck)
  }

  @Test func `while it comes to its end does not hide what was found`() throws {
    let pipe = Pipe()
    let found = try #require(
      counterexample {
        let event = Interlock.Event()
        try together(2) {
          event.wait()
          pipe.wait()
        }
      }
    )
    #expect(found.kind == .deadlock)
    #expect(!found.steps.isEmpty)
  }

  @Test func `stops its own exploration only`() throws {
    let pipe = Pipe()
    let all = try (0..<6).map { number in
      try spawn {
        self.counterexample {
          let lock = Lock()
          try together(2) { lock.withLock {} }
          if number.isMultiple(of: 2) { pipe.wait() }
        }
      }
    }
    for (number, thread) in all.enumerated() {
      #expect(thread.join()?.kind == (number.isMultiple(of: 2) ? .stuck : nil))
    }
  }

  @Test func `is none that is only slow`() {
    let found = counterexample(sleepLimit: .seconds(60)) {
      usleep(100)
      #expect(longSum() > 0)
      let lock = Lock()
      try together(2) { lock.withLock { _ = usleep(100) } }
    }
    #expect(found == nil)
  }
}

/// Nobody writes to it.
private final class Pipe: Sendable {
  private let (input, output): (Int32, Int32)

  init() {
    var ends: [Int32] = [0, 0]
    unsafe pipe(&ends)
    (input, output) = (ends[0], ends[1])
  }

  deinit {
    close(input)
    close(output)
  }

  func wait() {
    var byte: UInt8 = 0
    _ = unsafe read(input, &byte, 1)
  }
}

/// A lock that is not Interlock's.
@safe
private final class SystemLock: @unchecked Sendable {
  // SAFETY: the only owner; initialised here, and never handed out.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    unsafe lock.initialize(to: pthread_mutex_t())
    unsafe pthread_mutex_init(lock, nil)
  }

  deinit { unsafe lock.deallocate() }

  func acquire() { unsafe pthread_mutex_lock(lock) }
  func release() { unsafe pthread_mutex_unlock(lock) }
}

/// Never ends.
@inline(never)
private func loop() {
  var count = 1
  while count != 0 { count = count &* 3 | 1 }
}

/// Takes some milliseconds.
@inline(never)
private func longSum() -> Int {
  (0..<100_000).reduce(0) { $0 ^ ($1 &* $1) }
}
