/// Threads that wait for the same object, the one that came first in front.
///
/// A value of the rules of that object: it is touched under the object's guard only.
struct WaitLine {
  private(set) var threads: [ThreadRecord] = []

  var isEmpty: Bool { threads.isEmpty }
  var count: Int { threads.count }

  mutating func append(_ thread: ThreadRecord) {
    threads.append(thread)
  }

  /// Takes a thread out that does not wait any more.
  ///
  /// - Returns: `false` if it stood there no more, because it was signalled.
  mutating func remove(_ thread: ThreadRecord) -> Bool {
    guard let place = threads.firstIndex(where: { $0 === thread }) else { return false }
    threads.remove(at: place)
    return true
  }

  /// Takes the first threads out, at most `count`, and does not tell them anything.
  mutating func removeFirst(_ count: Int) -> [ThreadRecord] {
    defer { threads.removeFirst(Swift.min(count, threads.count)) }
    return Array(threads.prefix(count))
  }

  /// Takes the first thread out and tells it why.
  ///
  /// - Returns: The thread, to wake when the guard is released.
  mutating func signalFirst(_ reason: ThreadRecord.WakeReason) -> ThreadRecord {
    let thread = threads.removeFirst()
    thread.signal(reason)
    return thread
  }

  /// Takes all threads out and tells them why.
  ///
  /// - Returns: The threads, to wake when the guard is released.
  mutating func signalAll(_ reason: ThreadRecord.WakeReason) -> [ThreadRecord] {
    for thread in threads { thread.signal(reason) }
    defer { threads = [] }
    return threads
  }
}

extension Sequence<ThreadRecord> {
  /// Wakes threads that were signalled.
  ///
  /// No guard is held.
  func wake() {
    for thread in self { thread.parker.wake() }
  }
}

/// What rules say to a thread that asks for something.
enum Entry: Equatable {
  /// It has what it asked for.
  case pass
  /// It was put in line, and is signalled later.
  case wait
  /// It will never have it.
  case refuse
}

extension Guarded {
  /// Asks the rules for something and sleeps until they give it.
  ///
  /// - Parameters:
  ///   - operation: What the thread does, for reports.
  ///   - deadline: When to give up; `nil` never does.
  ///   - held: What others have and the thread waits for.
  ///   - enter: Asks, and puts the thread in line if it must wait.
  ///   - leave: Takes the thread out of the line again; says whether it still stood there, and whom
  ///     to wake because it left.
  /// - Returns: `given` or `refused` as the rules said, `none` if the thread gave up.
  func wait(
    for operation: @autoclosure () -> Operation,
    until deadline: Deadline?,
    heldBy held: (any HeldByThreads)? = nil,
    enter: (inout State, ThreadRecord) -> Entry,
    leave: (inout State, ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord])
  ) -> ThreadRecord.WakeReason {
    let me = ThreadRecord.current
    me.prepareToWait()
    switch withLock({ enter(&$0, me) }) {
    case .pass: return .given
    case .refuse: return .refused
    case .wait: break
    }
    let reason = me.waitForSignal(operation(), until: deadline, heldBy: held)
    guard reason == .none else { return reason }
    let (hasLeft, woken) = withLock { leave(&$0, me) }
    woken.wake()
    // Not in line any more: the signal has come, or is sure to.
    return hasLeft ? .none : me.waitForSignal(operation(), until: nil)
  }
}
