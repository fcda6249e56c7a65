import Glibc
import Interlock
import Testing

/// Whether a thread has ended, and let go of all that it had.
private func hasGone<Failure>(_ thread: ThreadHandle<Void, Failure>?) -> Bool {
  guard let thread, thread.isFinished else { return false }
  return unsafe access("/proc/self/task/\(thread.identity.nativeID)", F_OK) != 0
}

@Suite struct `An error that nobody asked for` {
  private struct Failure: Error {}

  /// What a program writes on standard error.
  private func messages(
    _ result: ExitTest.Result
  ) -> String {
    String(decoding: result.standardErrorContent, as: UTF8.self)
  }

  @Test func `is printed with the name of its thread`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      var thread = Optional(try spawn(name: "loser") { () throws(Failure) in throw Failure() })
      // This is the last to let go of it, so that the program does not end meanwhile.
      try eventually { hasGone(thread) }
      thread = nil
    }
    #expect(
      messages(result).contains(
        "interlock: thread \"loser\" ended with an error and nobody joined it: Failure()"
      )
    )
  }

  @Test func `is given to the program's own handler`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      let heard = Mutex<[String]>([])
      UnjoinedFailure.handler = { error, thread in
        heard.withLock { $0.append("\(thread.name): \(error)") }
      }
      try spawn(name: "loser") { () throws(Failure) in throw Failure() }
      try eventually { heard.withLock { $0 } == ["loser: Failure()"] }
    }
    #expect(!messages(result).contains("nobody joined"))
  }

  @Test func `is told, too, if the handle went away long before`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      let heard = Mutex<[String]>([])
      UnjoinedFailure.handler = { error, thread in
        heard.withLock { $0.append("\(thread.name): \(error)") }
      }
      let isForgotten = Event()
      var thread = Optional(
        try spawn(name: "loser") { () throws(Failure) in
          isForgotten.wait()
          throw Failure()
        }
      )
      #expect(thread?.isFinished == false)
      thread = nil
      isForgotten.set()
      try eventually { heard.withLock { $0 } == ["loser: Failure()"] }
    }
    #expect(!messages(result).contains("nobody joined"))
  }

  @Test func `is silent when somebody joined, looked or awaited`() async throws {
    let result = try await #require(
      processExitsWith: .success,
      observing: [\.standardErrorContent]
    ) {
      func spawnLoser() throws -> ThreadHandle<Void, Failure> {
        try spawn { () throws(Failure) in throw Failure() }
      }
      var joined = Optional(try spawnLoser())
      try? joined?.join()
      var looked = Optional(try spawnLoser())
      try eventually { looked?.isFinished == true }
      _ = try? looked?.tryJoin()
      var awaited = Optional(try spawnLoser())
      try? await awaited?.value
      try eventually { hasGone(joined) && hasGone(looked) && hasGone(awaited) }
      (joined, looked, awaited) = (nil, nil, nil)
    }
    #expect(!messages(result).contains("nobody joined"))
  }
}

@Suite struct `A mistake with threads ends the program` {
  /// Such mistakes, and the words with which they end the program.
  enum Mistake: String, CaseIterable, Codable, Sendable {
    case joinOfItself, joinOfItselfWithDeadline, alarmWithoutInterval, alarmJoinsItself
    case localChangedInsideItself, localReadInsideItself

    var lesson: String {
      switch self {
      case .joinOfItself, .joinOfItselfWithDeadline:
        "BUG: ThreadHandle.join() by the thread \"ouroboros\" itself, which would wait for its own"
      case .alarmWithoutInterval: "the time between two actions is greater than zero."
      case .alarmJoinsItself: "BUG: ThreadHandle.join() by the thread \"ouroboros\" itself"
      case .localChangedInsideItself, .localReadInsideItself:
        "inside itself: two accesses to the same value would overlap."
      }
    }

    func commit() throws {
      switch self {
      case .joinOfItself:
        try joinItself { $0.join() }
      case .joinOfItselfWithDeadline:
        try joinItself { _ = $0.join(until: .now) }
      case .alarmWithoutInterval:
        _ = try Alarm(after: .zero, repeating: .zero) {}
      case .alarmJoinsItself:
        let place = Shared(Mutex<Alarm?>(nil))
        let isThere = Event()
        let alarm = try Alarm(after: .zero, name: "ouroboros") {
          isThere.wait()
          place.value.withLock { $0 }?.join()
        }
        place.value.withLock { $0 = alarm }
        isThere.set()
        alarm.join()
      case .localChangedInsideItself:
        let local = ThreadLocal { [0] }
        local.withValue { outer in local.withValue { $0 += outer } }
      case .localReadInsideItself:
        let local = ThreadLocal { [0] }
        local.withValue { $0 += local.value }
      }
    }

    private func joinItself(_ join: @escaping @Sendable (ThreadHandle<Void, Never>) -> Void) throws
    {
      let place = Shared(Mutex<ThreadHandle<Void, Never>?>(nil))
      let isThere = Event()
      let thread = try spawn(name: "ouroboros") {
        isThere.wait()
        if let handle = place.value.withLock({ $0 }) { join(handle) }
      }
      place.value.withLock { $0 = thread }
      isThere.set()
      thread.join()
    }
  }

  @Test(arguments: Mistake.allCases)
  func `with a message that says what to do instead`(mistake: Mistake) async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) { [mistake] in
      endWhenStuck()
      try mistake.commit()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains(mistake.lesson))
  }
}
