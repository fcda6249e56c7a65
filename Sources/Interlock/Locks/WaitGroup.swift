/// A count of things that are still to be done, and a place to wait until none is.
///
///     let group = WaitGroup(name: "downloads")
///     for page in pages {
///       group.add()
///       try spawn {
///         defer { group.done() }
///         download(page)
///       }
///     }
///     group.wait()
///
/// Add before you start what will be done: a count that reaches zero lets everybody go. Being done
/// more often than was added is a mistake that ends the program with a message.
///
/// ## Ordering
///
/// Everything a thread does before `done()` happens before everything another thread does after a
/// `wait()` that returns because of it.
///
/// ## Waiting
///
/// `wait()` blocks until the count is zero. The forms with a deadline give up when it passes, or when
/// the calling thread is cancelled. `add()` and `done()` never block.
///
/// ## Cost
///
/// Two atomic instructions a call. Waiting and waking add one kernel call each.
public final class WaitGroup: Sendable {
  /// What the group was called, for reports.
  public let name: String?

  private struct Rules {
    var count: Int
    var line = WaitLine()
  }

  private let rules: Guarded<Rules>

  /// Creates a group.
  ///
  /// - Parameters:
  ///   - count: How much there is to do already.
  ///   - name: What to call the group in reports.
  /// - Precondition: `count` is not negative.
  public init(count: Int = 0, name: String? = nil) {
    guard count >= 0 else {
      misuse("WaitGroup(count: \(count)): there cannot be less than nothing to do.")
    }
    self.name = name
    rules = Guarded(Rules(count: count))
  }

  /// Adds to what is to be done.
  ///
  /// - Precondition: `count` is not negative.
  public func add(_ count: Int = 1) {
    guard count >= 0 else {
      misuse("WaitGroup.add(\(count))\(quotedName): to take something off, call done().")
    }
    Seam.perform(.add, on: subject) {
      rules.withLock { $0.count += count }
    }
  }

  /// Takes one thing off that was to be done; the last one lets the waiting threads go on.
  ///
  /// - Precondition: The count is not zero.
  public func done() {
    Seam.perform(.done, on: subject) {
      let woken = rules.withLock { rules -> [ThreadRecord]? in
        guard rules.count > 0 else { return nil }
        rules.count -= 1
        return rules.count == 0 ? rules.line.signalAll(.given) : []
      }
      guard let woken else {
        misuse(
          "WaitGroup.done()\(quotedName) more often than was added. Call add() before the work "
            + "starts, and done() once for each."
        )
      }
      woken.wake()
    }
  }

  /// Waits until nothing is to be done.
  public func wait() {
    _ = wait(givingUpAt: nil)
  }

  /// Waits until nothing is to be done, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether nothing is to be done; `false` if the deadline passed or the thread was
  ///   cancelled.
  public func wait(until deadline: Deadline) -> Bool {
    wait(givingUpAt: deadline)
  }

  /// Waits until nothing is to be done, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether nothing is to be done; `false` if the time was over or the thread was
  ///   cancelled.
  public func wait(for duration: Duration) -> Bool {
    wait(givingUpAt: .after(duration))
  }

  /// How much is to be done.
  ///
  /// The answer may be old when it arrives.
  public var count: Int { rules.withLock { $0.count } }

  /// How many threads wait.
  ///
  /// The answer may be old when it arrives.
  public var waiterCount: Int { rules.withLock { $0.line.count } }

  /// The threads that wait, in the order in which they came.
  ///
  /// The answer may be old when it arrives.
  public var waiters: [ThreadIdentity] {
    rules.withLock { $0.line.threads }.map(ThreadIdentity.init)
  }
}

extension WaitGroup {
  private var subject: Subject { Subject("WaitGroup", self) }
  private var quotedName: String { name.map { " \"\($0)\"" } ?? "" }

  private func wait(givingUpAt deadline: Deadline?) -> Bool {
    Seam.attempt(.wait, on: subject) {
      rules.wait(
        for: Operation(.wait, subject),
        until: deadline,
        enter: { rules, thread in
          if rules.count == 0 { return .pass }
          rules.line.append(thread)
          return .wait
        },
        leave: { ($0.line.remove($1), []) }
      ) == .given
    }
  }
}

extension WaitGroup: Named {
  package var nameForReports: String? { name }
}
