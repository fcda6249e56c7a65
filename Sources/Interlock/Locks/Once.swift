/// A value that is made when it is first needed, by one thread, and then kept.
///
///     let configuration = Once { Configuration(readingFrom: path) }
///     print(configuration.value.port)
///
/// Threads that need the value while it is being made wait for it. For something to be done once and
/// without a value, let the closure return nothing and call ``run()``.
///
/// ## Ordering
///
/// Everything the closure does happens before everything any thread does after it has the value.
///
/// ## Waiting
///
/// ``value`` blocks while another thread makes the value. ``value(until:)`` gives up when its
/// deadline passes, or when the calling thread is cancelled. ``valueIfReady`` never waits.
///
/// ## Cost
///
/// One atomic load once the value is there.
public final class Once<Value: Sendable>: @unchecked Sendable {
  /// What the value was called, for reports.
  public let name: String?

  private enum State {
    case untouched(@Sendable () -> Value)
    case running(by: UInt32, WaitLine)
    case done
  }

  private let state: Guarded<State>
  private let isDone = Atomic(false)
  // SAFETY: written once, before `isDone` is set, by the one thread that found `untouched`; read
  // after it is set.
  @exclusivity(unchecked)
  private var storage: Value?

  /// Creates a value that is not made yet.
  ///
  /// - Parameters:
  ///   - name: What to call it in reports.
  ///   - make: Makes the value; it is called at most once, and must not need the value itself.
  public init(name: String? = nil, _ make: @escaping @Sendable () -> Value) {
    self.name = name
    state = Guarded(.untouched(make))
  }

  /// The value, made by this call if it is the first one.
  public var value: Value {
    // Without a deadline the wait does not give up.
    while true {
      if let value = value(givingUpAt: nil) { return value }
    }
  }

  /// The value, unless waiting for another thread to make it takes too long.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation. It does
  ///   not limit the making of the value by the calling thread itself.
  /// - Returns: The value, or `nil` if the deadline passed or the thread was cancelled.
  public func value(until deadline: Deadline) -> Value? {
    value(givingUpAt: deadline)
  }

  /// The value if it was made already.
  public var valueIfReady: Value? {
    // Ordering (O1): acquiring, pairs with the store in `finish`.
    isDone.load(ordering: .acquiring) ? unsafe storage : nil
  }
}

extension Once where Value == Void {
  /// Does it, if nobody has; waits while another thread does.
  public func run() {
    value
  }
}

extension Once {
  private var subject: Subject { Subject("Once", self) }

  private func value(givingUpAt deadline: Deadline?) -> Value? {
    if let value = valueIfReady { return value }
    let hasValue = Seam.attempt(.run, on: subject) {
      var make: (@Sendable () -> Value)?
      let reason = state.wait(
        for: Operation(.run, subject),
        until: deadline,
        heldBy: self,
        enter: { state, thread in
          switch state {
          case .done: return .pass
          case .untouched(let closure):
            make = closure
            state = .running(by: thread.number, WaitLine())
            return .pass
          case .running(let number, var line):
            if number == thread.number {
              misuse(
                "Once\(name.map { " \"\($0)\"" } ?? ""): the closure that makes the value needs the "
                  + "value itself, and would wait for its own end."
              )
            }
            line.append(thread)
            state = .running(by: number, line)
            return .wait
          }
        },
        leave: { state, thread in
          guard case .running(let number, var line) = state else { return (false, []) }
          defer { state = .running(by: number, line) }
          return (line.remove(thread), [])
        }
      )
      if let make { finish(Seam.runForeign(make)) }
      return reason == .given
    }
    return hasValue ? unsafe storage : nil
  }

  private func finish(_ value: Value) {
    unsafe storage = value
    state.withLock { state -> [ThreadRecord] in
      // Ordering (O1): releasing, pairs with the load in `valueIfReady`.
      isDone.store(true, ordering: .releasing)
      guard case .running(_, var line) = state else { return [] }
      state = .done
      return line.signalAll(.given)
    }.wake()
  }
}

extension Once: HeldByThreads {
  package func holdingThreads(against waiter: ThreadRecord) -> [ThreadRecord] {
    let number = state.withLock { state -> UInt32? in
      if case .running(let number, _) = state { number } else { nil }
    }
    return number.flatMap(RealWorld.shared.registry.record).map { [$0] } ?? []
  }
}

extension Once: Named {
  package var nameForReports: String? { name }
}
