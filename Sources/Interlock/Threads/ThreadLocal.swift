/// A variable of which every thread has its own.
///
/// A thread's value is made when the thread first asks, and goes away, on that thread, when the thread
/// ends.
///
///     let scratch = ThreadLocal { [UInt8](repeating: 0, count: 4096) }
///     scratch.withValue { $0[0] = 1 }   // nobody else sees this
///
/// ## Ordering
///
/// None is needed: a value belongs to one thread. ``liveValues`` sees what each thread had written
/// when it was asked.
///
/// ## Waiting
///
/// Nobody waits longer than copying a value takes.
///
/// ## Cost
///
/// A look into a dictionary, and four atomic instructions.
public final class ThreadLocal<Value>: Sendable {
  private let makeValue: @Sendable () -> sending Value
  private let key = ThreadLocalKey.next()
  private let cells = Guarded<[ThreadLocalCell<Value>]>([], isQuiet: true)

  /// Creates a variable.
  ///
  /// - Parameter makeValue: Makes the value of a thread that asks for the first time.
  public init(_ makeValue: @escaping @Sendable () -> sending Value) {
    self.makeValue = makeValue
  }

  /// Runs `body` with the calling thread's value.
  ///
  /// - Precondition: `body` does not come back to the same variable.
  public func withValue<Result>(
    _ body: (inout sending Value) -> sending Result
  ) -> sending Result {
    cell.withValue(body)
  }
}

extension ThreadLocal where Value: Sendable {
  /// The calling thread's value.
  public var value: Value {
    get { cell.ownCopy }
    set { cell.replace(newValue) }
  }

  /// The values of all threads that live and have asked for theirs, in no particular order.
  ///
  /// A value that its thread is changing at the moment, in `withValue`, is left out; one that is
  /// bitwise copyable, such as a number, is there as it was before.
  public var liveValues: [Value] {
    cells.withLock { $0 }.compactMap(\.copy)
  }
}

extension ThreadLocal where Value: Sendable & BitwiseCopyable {
  /// Runs `body` with the calling thread's value.
  ///
  /// - Precondition: `body` does not change the same variable.
  public func withValue<Result>(
    _ body: (inout sending Value) -> sending Result
  ) -> sending Result {
    let cell = cell
    var value = cell.ownCopy
    defer { cell.replace(value) }
    return body(&value)
  }
}

extension ThreadLocal {
  private var cell: ThreadLocalCell<Value> {
    let me = ThreadRecord.current
    // SAFETY: only this variable stores under its key, and only such owners.
    if let owner = unsafe me.locals[key] {
      return unsafe unsafeDowncast(owner, to: ThreadLocalOwner<Value>.self).cell
    }
    let cell = ThreadLocalCell(makeValue())
    unsafe me.locals[key] = ThreadLocalOwner(cell)
    cells.withLock { cells in
      cells.removeAll(where: \.isOver)
      cells.append(cell)
    }
    return cell
  }
}

/// What tells one thread-local variable from all others that there ever were.
enum ThreadLocalKey {
  private static let last = Atomic<UInt64>(0)

  static func next() -> UInt64 { last.rawWrappingAdd(1) }
}

/// Ends a thread's value with the thread.
private final class ThreadLocalOwner<Value> {
  let cell: ThreadLocalCell<Value>

  init(_ cell: ThreadLocalCell<Value>) {
    self.cell = cell
  }

  deinit {
    cell.end()
  }
}

/// One thread's value: that thread changes it and ends it, others may copy it.
@safe
private final class ThreadLocalCell<Value>: @unchecked Sendable {
  private enum State {
    case idle
    /// The thread is in `withValue`, without the guard.
    case inUse
    case over
  }

  private let state = Guarded(State.idle, isQuiet: true)
  // SAFETY: initialised in `init`; deinitialised and freed when the state becomes `over`. Its thread
  // reaches it while `inUse`; others only under the guard, while `idle`.
  private let pointer: UnsafeMutablePointer<Value>

  init(_ value: sending Value) {
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: value)
  }

  var isOver: Bool {
    state.withLock { if case .over = $0 { true } else { false } }
  }

  /// The value, unless it is being used.
  var copy: Value? {
    state.withLock { if case .idle = $0 { unsafe pointer.pointee } else { nil } }
  }

  func withValue<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
    let wasIdle = state.withLock { state in
      guard case .idle = state else { return false }
      state = .inUse
      return true
    }
    if !wasIdle { refuseOverlap() }
    defer { state.withLock { $0 = .idle } }
    return unsafe body(&pointer.pointee)
  }

  /// The value, for its own thread.
  var ownCopy: Value {
    guard let copy else { refuseOverlap() }
    return copy
  }

  /// Puts a new value in the place of the old one, on its own thread.
  func replace(_ value: Value) {
    let old = state.withLock { state -> Value? in
      guard case .idle = state else { return nil }
      let old = unsafe pointer.pointee
      unsafe pointer.pointee = value
      return old
    }
    // What the old value holds goes when the guard is free.
    if old == nil { refuseOverlap() }
  }

  private func refuseOverlap() -> Never {
    misuse(
      "ThreadLocal.withValue { … } inside itself: two accesses to the same value would overlap. "
        + "Take what is needed out of the value first."
    )
  }

  func end() {
    state.withLock { $0 = .over }
    unsafe pointer.deinitialize(count: 1)
    unsafe pointer.deallocate()
  }
}
