import Interlock
import InterlockChecker
import Testing

/// How many executions differ, for bodies of which that is known.
@Suite struct `Executions that differ` {
  private func count(_ body: @escaping @Sendable () throws -> Void) throws -> Int {
    let coverage = try explore(strategy: .exhaustive, body)
    #expect(coverage.verdict == .proved)
    return coverage.executions
  }

  @Test(arguments: [
    (2, 1, 2), (2, 2, 6), (2, 3, 20), (2, 4, 70), (3, 1, 6), (3, 2, 90), (4, 1, 24),
  ])
  func `of threads that acquire a lock some times`(threads: Int, times: Int, classes: Int) throws {
    let counted = try count {
      let lock = Lock()
      try withThreads { scope in
        for _ in 0..<threads {
          try scope.spawn { for _ in 0..<times { lock.withLock {} } }
        }
      }
    }
    #expect(counted == classes)
  }

  @Test(arguments: [(2, 4), (3, 36), (4, 576)])
  func `of threads that load and store a word`(threads: Int, classes: Int) throws {
    let counted = try count {
      let word = Box(Atomic(0))
      try withThreads { scope in
        for _ in 0..<threads {
          try scope.spawn {
            let value = word.value.load(ordering: .sequentiallyConsistent)
            word.value.store(value + 1, ordering: .sequentiallyConsistent)
          }
        }
      }
    }
    #expect(counted == classes)
  }

  @Test func `of threads that only read`() throws {
    let counted = try count {
      let word = Box(Atomic(0))
      try withThreads { scope in
        for _ in 0..<3 {
          try scope.spawn {
            for _ in 0..<3 { _ = word.value.load(ordering: .sequentiallyConsistent) }
          }
        }
      }
    }
    #expect(counted == 1)
  }
}

/// Something that cannot be copied, for several threads.
final class Box<Value: ~Copyable & Sendable>: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}
