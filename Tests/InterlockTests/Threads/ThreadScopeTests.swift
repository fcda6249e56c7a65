import Interlock
import Testing

@Suite struct `A scope of threads` {
  private struct Failure: Error, Equatable {
    let number: Int
  }

  @Test func `ends when all its threads have ended`() throws {
    let count = Atomic(0)
    let result = try withThreads { threads in
      for _ in 0..<10 {
        try threads.spawn { count.wrappingAdd(1, ordering: .relaxed) }
      }
      return "done"
    }
    #expect(result == "done")
    #expect(count.load(ordering: .relaxed) == 10)
  }

  @Test func `may be empty`() throws {
    #expect(try withThreads { _ in 1 } == 1)
  }

  @Test func `gives handles for the values`() throws {
    let sum = try withThreads { threads in
      try (1...5).map { number in try threads.spawn(name: "adder") { number * number } }
        .map { $0.join() }
        .reduce(0, +)
    }
    #expect(sum == 55)
  }

  @Test func `rethrows the first error when all have ended`() throws {
    let isDone = Atomic(false)
    let mayFinish = Event()
    #expect(throws: Failure(number: 1)) {
      try withThreads { threads in
        let first = try threads.spawn { () throws(Failure) in throw Failure(number: 1) }
        try eventually { first.isFinished }
        try threads.spawn { () throws(Failure) in throw Failure(number: 2) }
        try threads.spawn {
          mayFinish.wait()
          isDone.store(true, ordering: .relaxed)
        }
        mayFinish.set()
      }
    }
    #expect(isDone.load(ordering: .relaxed) == true)
  }

  @Test func `cancels its threads when its body throws, and joins them`() throws {
    let ends = Atomic(0)
    #expect(throws: Failure(number: 0)) {
      try withThreads { threads in
        for _ in 0..<5 {
          try threads.spawn {
            if !Event().wait(until: .never) { ends.wrappingAdd(1, ordering: .relaxed) }
          }
        }
        throw Failure(number: 0)
      }
    }
    #expect(ends.load(ordering: .relaxed) == 5)
  }

  @Test func `prefers the body's error to those of its threads`() throws {
    #expect(throws: Failure(number: 0)) {
      try withThreads { threads in
        let thread = try threads.spawn { () throws(Failure) in throw Failure(number: 1) }
        try eventually { thread.isFinished }
        throw Failure(number: 0)
      }
    }
  }

  @Test func `cancels all its threads, those of later too`() throws {
    try withThreads { threads in
      let early = try threads.spawn { Event().wait(until: .never) }
      threads.cancelAll()
      #expect(!early.join())
      let late = try threads.spawn { Event().wait(until: .never) }
      #expect(late.isCancelled)
      #expect(!late.join())
    }
  }

  @Test func `cancels the thread that it is joining, too`() throws {
    let caller = ThreadIdentity.current
    try withThreads { threads in
      try threads.spawn(name: "joined") { Event().wait(until: .never) }
      try threads.spawn {
        try eventually { caller.wait == "ThreadHandle.join() on \"joined\"" }
        threads.cancelAll()
      }
    }
  }

  @Test func `joins threads that its threads spawn`() throws {
    let count = Atomic(0)
    try withThreads { threads in
      for _ in 0..<3 {
        try threads.spawn {
          for _ in 0..<3 {
            try threads.spawn { count.wrappingAdd(1, ordering: .relaxed) }
          }
        }
      }
    }
    #expect(count.load(ordering: .relaxed) == 9)
  }

  @Test func `reports no error of a thread that it joined as forgotten`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      try? withThreads { threads in
        for number in 0..<3 {
          try threads.spawn { () throws(Failure) in throw Failure(number: number) }
        }
      }
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(!text.contains("nobody joined"))
  }
}
