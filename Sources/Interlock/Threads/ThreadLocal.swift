/// A variable of which every thread has its own.
///
/// A thread's value is made when the thread first asks, and goes away when the thread ends or the
/// variable does.
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
/// A thread waits only for ``liveValues`` of another one, for as long as copying a value takes.
///
/// ## Cost
///
/// A look into a dictionary, and two atomic instructions.
public final class ThreadLocal<Value>: Sendable {
  /// One thread's value; `nil` when the variable is gone.
  private final class Slot: @unchecked Sendable {
    let value: Guarded<Value?>
    // SAFETY: touched only by the thread whose value it is.
    nonisolated(unsafe) var isInUse = false

    init(_ value: sending Value) {
      self.value = Guarded(value)
    }
  }

  private struct Place: Sendable {
    weak var slot: Slot?
  }

  private let makeValue: @Sendable () -> sending Value
  private let key = ThreadLocalKey.next()
  // The slots belong to their threads, which keep them under `key`.
  private let places = Guarded<[Place]>([])

  /// Creates a variable.
  ///
  /// - Parameter makeValue: Makes the value of a thread that asks for the first time.
  public init(_ makeValue: @escaping @Sendable () -> sending Value) {
    self.makeValue = makeValue
  }

  deinit {
    for place in places.withLock({ $0 }) {
      guard let slot = place.slot else { continue }
      let value = slot.value.withLock { value in
        defer { value = nil }
        return value
      }
      withExtendedLifetime(value) {}
    }
  }

  /// Runs `body` with the calling thread's value.
  ///
  /// - Precondition: `body` does not come back to the same variable.
  public func withValue<Result>(_ body: (inout Value) -> Result) -> Result {
    let slot = slot
    requireNoAccess(to: slot)
    unsafe slot.isInUse = true
    defer { unsafe slot.isInUse = false }
    return slot.value.withLock { value in
      guard var current = value.take() else {
        misuse("ThreadLocal: the variable is used while it goes away.")
      }
      defer { value = current }
      return body(&current)
    }
  }
}

extension ThreadLocal where Value: Sendable {
  /// The calling thread's value.
  public var value: Value {
    get { withValue { $0 } }
    set { withValue { $0 = newValue } }
  }

  /// The values of all threads that live and have asked for theirs, in no particular order.
  public var liveValues: [Value] {
    // Inside its own `withValue` the thread would wait for itself.
    if let slot = slotIfMade { requireNoAccess(to: slot) }
    let slots = places.withLock { $0.compactMap(\.slot) }
    return slots.compactMap { $0.value.withLock { $0 } }
  }
}

extension ThreadLocal {
  private var slotIfMade: Slot? {
    // SAFETY: only this variable stores under its key, and only slots.
    unsafe ThreadRecord.current.locals[key].map { unsafe unsafeDowncast($0, to: Slot.self) }
  }

  private var slot: Slot {
    if let slot = slotIfMade { return slot }
    let slot = Slot(makeValue())
    unsafe ThreadRecord.current.locals[key] = slot
    // A slot whose thread ends just now may be kept by this look at it only. It goes, with the value,
    // when the guard is free.
    let seen = places.withLock { places in
      let seen = places.map(\.slot)
      places = zip(places, seen).filter { $0.1 != nil }.map(\.0) + [Place(slot: slot)]
      return seen
    }
    withExtendedLifetime(seen) {}
    return slot
  }

  private func requireNoAccess(to slot: Slot) {
    guard unsafe slot.isInUse else { return }
    misuse(
      "ThreadLocal.withValue { … } inside itself: two accesses to the same value would overlap. "
        + "Take what is needed out of the value first.")
  }
}

/// What tells one thread-local variable from all others that there ever were.
enum ThreadLocalKey {
  private static let last = Atomic<UInt64>(0)

  static func next() -> UInt64 { last.rawWrappingAdd(1) }
}
