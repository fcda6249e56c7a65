import Synchronization

/// A shared variable without any synchronisation, whose races are defined.
///
/// Reading is a relaxed load and writing a relaxed store; `cell.value += 1` is one of each, and
/// whatever another thread wrote in between is lost. That makes it the variable of broken programs
/// that are broken on purpose: they lose updates at every optimisation level, and never crash. To
/// the checker a cell is plain memory, so it reports the race.
///
///     let balance = PlainCell(100)
///     balance.value -= 10   // may lose what others write meanwhile
///
/// Programs that are meant to be right use ``Atomic`` or ``Mutex``.
///
/// ## Ordering
///
/// None.
///
/// ## Waiting
///
/// Nothing here waits.
///
/// ## Cost
///
/// A load or a store.
public final class PlainCell<Value: AtomicRepresentable & Sendable>: Sendable {
  @usableFromInline let atomic: Atomic<Value>

  /// Creates a cell that holds `initialValue`.
  @inlinable
  public init(_ initialValue: Value) {
    atomic = Atomic(initialValue)
  }

  /// The value: one load to get it, one store to set it.
  @inlinable public var value: Value {
    @inline(__always) get {
      AtomicWord.value(of: atomic.loadBits(.plainLoad, LoadOrdering.relaxed.rawValue))
    }
    @inline(__always) set {
      atomic.storeBits(
        AtomicWord.bits(of: newValue),
        .plainStore,
        StoreOrdering.relaxed.rawValue
      )
    }
  }
}
