import CInterlock
import Synchronization

/// A value that threads share without a lock: each operation on it is indivisible.
///
/// It has the shape of the standard library's `Atomic`, and its cost. In addition, the checker sees
/// every operation on it. Use it for single facts that stand alone, such as counters, flags and
/// states; two values that belong together want a ``Mutex``.
///
///     let served = Atomic(0)
///     try withThreads { threads in
///       for _ in 1...4 {
///         try threads.spawn { served.wrappingAdd(1, ordering: .relaxed) }
///       }
///     }
///     print(served.load(ordering: .relaxed))  // 4
///
/// A file that also imports `Synchronization` names this one `Interlock::Atomic`.
///
/// ## Ordering
///
/// As each operation's `ordering` says. Everything a thread does before a `.releasing` operation
/// happens before everything another thread does after an `.acquiring` operation that reads the
/// value it wrote. All `.sequentiallyConsistent` operations have one order, the same for all
/// threads.
///
/// ## Waiting
///
/// Nothing here waits.
///
/// ## Cost
///
/// One machine instruction, or a short loop of them; no memory beyond the value. Values of 16 bytes
/// are slower, and always sequentially consistent.
public struct Atomic<Value: AtomicRepresentable>: ~Copyable {
  @usableFromInline let word: AtomicWord<Value>

  /// Creates an atomic that holds `initialValue`.
  @inlinable
  public init(_ initialValue: consuming Value) {
    word = AtomicWord(initialValue)
  }

  /// Reads the value.
  @inlinable @inline(__always)
  public func load(ordering: LoadOrdering) -> Value {
    AtomicWord<Value>.value(of: loadBits(.load, ordering.rawValue))
  }

  /// Replaces the value by `desired`.
  @inlinable @inline(__always)
  public func store(_ desired: consuming Value, ordering: StoreOrdering) {
    storeBits(AtomicWord.bits(of: desired), .store, ordering.rawValue)
  }

  /// Replaces the value by `desired`.
  ///
  /// - Returns: The value that was there before.
  @inlinable @inline(__always)
  public func exchange(_ desired: consuming Value, ordering: UpdateOrdering) -> Value {
    let bits = AtomicWord.bits(of: desired)
    guard Seam.isWatched else {
      return AtomicWord<Value>.value(of: word.exchange(bits, ordering.rawValue))
    }
    unsafe Seam.willAccess(.update, word.address, ordering.rawValue)
    let old = word.exchange(bits, ordering.rawValue)
    unsafe Seam.didAccess(.update, word.address, ordering.rawValue, read: old, written: bits)
    return AtomicWord<Value>.value(of: old)
  }

  /// Replaces the value by `desired` if it equals `expected`, bit by bit.
  ///
  /// - Returns: Whether it was replaced, and the value that was there before.
  @inlinable @inline(__always)
  public func compareExchange(
    expected: consuming Value,
    desired: consuming Value,
    ordering: UpdateOrdering
  ) -> (exchanged: Bool, original: Value) {
    compareExchange(
      expected: expected,
      desired: desired,
      successOrdering: ordering,
      failureOrdering: ordering.onFailure
    )
  }

  /// Replaces the value by `desired` if it equals `expected`, bit by bit.
  ///
  /// - Parameters:
  ///   - expected: What the value must be.
  ///   - desired: What to put in its place.
  ///   - successOrdering: The ordering if it is replaced.
  ///   - failureOrdering: The ordering if it is only read.
  /// - Returns: Whether it was replaced, and the value that was there before.
  @inlinable @inline(__always)
  public func compareExchange(
    expected: consuming Value,
    desired: consuming Value,
    successOrdering: UpdateOrdering,
    failureOrdering: LoadOrdering
  ) -> (exchanged: Bool, original: Value) {
    compareExchangeBits(
      expected,
      desired,
      isWeak: false,
      successOrdering.rawValue,
      failureOrdering.rawValue
    )
  }

  /// Like ``compareExchange(expected:desired:ordering:)``, but may fail for no reason: for loops.
  @inlinable @inline(__always)
  public func weakCompareExchange(
    expected: consuming Value,
    desired: consuming Value,
    ordering: UpdateOrdering
  ) -> (exchanged: Bool, original: Value) {
    weakCompareExchange(
      expected: expected,
      desired: desired,
      successOrdering: ordering,
      failureOrdering: ordering.onFailure
    )
  }

  /// Like ``compareExchange(expected:desired:successOrdering:failureOrdering:)``, but may fail for
  /// no reason: for loops.
  @inlinable @inline(__always)
  public func weakCompareExchange(
    expected: consuming Value,
    desired: consuming Value,
    successOrdering: UpdateOrdering,
    failureOrdering: LoadOrdering
  ) -> (exchanged: Bool, original: Value) {
    compareExchangeBits(
      expected,
      desired,
      isWeak: true,
      successOrdering.rawValue,
      failureOrdering.rawValue
    )
  }
}

// SAFETY: all accesses to the word are atomic.
extension Atomic: @unchecked Sendable where Value: Sendable {}

/// Orders the memory accesses before and after it, without touching memory itself.
///
/// The standard library's `atomicMemoryFence(ordering:)`, visible to the checker.
@inlinable @inline(__always)
public func memoryFence(ordering: UpdateOrdering) {
  if Seam.isWatched { unsafe Seam.willAccess(.fence, nil, ordering.rawValue) }
  interlock_fence(ordering.rawValue)
}

// The accesses, with and without a world that watches.
extension Atomic {
  /// Where the value is, for parking on it.
  @inlinable var address: UnsafeRawPointer { unsafe UnsafeRawPointer(word.address) }

  @inlinable @inline(__always)
  func loadBits(_ kind: WordAccess.Kind, _ order: Int32) -> UInt128 {
    guard Seam.isWatched else { return word.load(order) }
    unsafe Seam.willAccess(kind, word.address, order)
    let bits = word.load(order)
    unsafe Seam.didAccess(kind, word.address, order, read: bits)
    return bits
  }

  @inlinable @inline(__always)
  func storeBits(_ bits: UInt128, _ kind: WordAccess.Kind, _ order: Int32) {
    guard Seam.isWatched else { return word.store(bits, order) }
    unsafe Seam.willAccess(kind, word.address, order)
    word.store(bits, order)
    unsafe Seam.didAccess(kind, word.address, order, written: bits)
  }

  @inlinable @inline(__always)
  func compareExchangeBits(
    _ expected: consuming Value,
    _ desired: consuming Value,
    isWeak: Bool,
    _ success: Int32,
    _ failure: Int32
  ) -> (exchanged: Bool, original: Value) {
    var old = AtomicWord.bits(of: expected)
    let new = AtomicWord.bits(of: desired)
    guard Seam.isWatched else {
      let isDone = word.compareExchange(&old, new, isWeak: isWeak, success, failure)
      return (isDone, AtomicWord<Value>.value(of: old))
    }
    unsafe Seam.willAccess(.update, word.address, success)
    let isDone = word.compareExchange(&old, new, isWeak: isWeak, success, failure)
    unsafe Seam.didAccess(
      .update,
      word.address,
      isDone ? success : failure,
      read: old,
      written: isDone ? new : nil
    )
    return (isDone, AtomicWord<Value>.value(of: old))
  }

  /// Replaces the value by what `change` makes of it.
  @inlinable @inline(__always)
  func update(
    _ ordering: UpdateOrdering,
    _ change: (Value) -> Value
  )
    -> (oldValue: Value, newValue: Value)
  {
    if Seam.isWatched { unsafe Seam.willAccess(.update, word.address, ordering.rawValue) }
    var old = word.load(LoadOrdering.relaxed.rawValue)
    var new: UInt128
    repeat {
      new = AtomicWord.bits(of: change(AtomicWord<Value>.value(of: old)))
    } while !word.compareExchange(
      &old,
      new,
      isWeak: true,
      ordering.rawValue,
      ordering.onFailure.rawValue
    )
    if Seam.isWatched {
      unsafe Seam.didAccess(.update, word.address, ordering.rawValue, read: old, written: new)
    }
    return (AtomicWord<Value>.value(of: old), AtomicWord<Value>.value(of: new))
  }
}

// For the fast paths of the toolkit, which have looked at `Seam.isWatched` themselves, and for the
// real world, which nobody watches.
extension Atomic {
  @inlinable @inline(__always)
  func rawCompareExchange(
    expected: consuming Value,
    desired: consuming Value,
    ordering: UpdateOrdering
  ) -> Bool {
    var old = AtomicWord.bits(of: expected)
    return word.compareExchange(
      &old,
      AtomicWord.bits(of: desired),
      isWeak: false,
      ordering.rawValue,
      ordering.onFailure.rawValue
    )
  }

  @inlinable @inline(__always)
  func rawLoad(ordering: LoadOrdering) -> Value {
    AtomicWord<Value>.value(of: word.load(ordering.rawValue))
  }
}

// For the toolkit's own words that no world looks at, or that were announced to it already.
extension Atomic {
  func rawStore(_ desired: consuming Value, ordering: StoreOrdering) {
    word.store(AtomicWord.bits(of: desired), ordering.rawValue)
  }

  func rawExchange(_ desired: consuming Value, ordering: UpdateOrdering) -> Value {
    AtomicWord<Value>.value(of: word.exchange(AtomicWord.bits(of: desired), ordering.rawValue))
  }
}

// For fast paths that are the same code whether somebody watches or not: `isWatched` is a literal.
extension Atomic {
  @inlinable @inline(__always)
  func load(ordering: LoadOrdering, isWatched: Bool) -> Value {
    isWatched ? load(ordering: ordering) : rawLoad(ordering: ordering)
  }

  @inlinable @inline(__always)
  func store(_ desired: consuming Value, ordering: StoreOrdering, isWatched: Bool) {
    if isWatched {
      store(desired, ordering: ordering)
    } else {
      word.store(AtomicWord.bits(of: desired), ordering.rawValue)
    }
  }

  @inlinable @inline(__always)
  func weakCompareExchange(
    expected: consuming Value,
    desired: consuming Value,
    ordering: UpdateOrdering,
    isWatched: Bool
  ) -> (exchanged: Bool, original: Value) {
    if isWatched {
      return weakCompareExchange(expected: expected, desired: desired, ordering: ordering)
    }
    var old = AtomicWord.bits(of: expected)
    let isDone = word.compareExchange(
      &old,
      AtomicWord.bits(of: desired),
      isWeak: true,
      ordering.rawValue,
      ordering.onFailure.rawValue
    )
    return (isDone, AtomicWord<Value>.value(of: old))
  }
}

extension Atomic where Value: FixedWidthInteger {
  @inlinable @inline(__always)
  func rawWrappingAdd(_ operand: Value) -> Value {
    let bits = word.fetchAdd(AtomicWord.bits(of: operand), UpdateOrdering.relaxed.rawValue)
    return AtomicWord<Value>.value(of: bits) &+ operand
  }
}
