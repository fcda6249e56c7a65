import CInterlock
import Synchronization

/// The memory of one atomic value, and the machine's operations on it: no seam, no policy.
///
/// The value's bits travel as the low bits of a 128-bit number, whatever its size; with constant
/// sizes and orderings each operation becomes one instruction of that size.
@usableFromInline
struct AtomicWord<Value: AtomicRepresentable>: ~Copyable {
  // The standard library's atomic gives the right size and alignment, and an address that stays
  // the same while the value is borrowed, because its memory can never be copied.
  @usableFromInline let storage: Synchronization.Atomic<Value>

  @inlinable
  init(_ value: consuming Value) {
    storage = Synchronization.Atomic(value)
  }

  // SAFETY: `storage` has raw layout, so borrowing it never moves it; whoever shares this word
  // between threads keeps it in one place and alive. All accesses through the address are atomic.
  @inlinable var address: UnsafeMutableRawPointer {
    @inline(__always) get {
      unsafe withUnsafePointer(to: storage) { unsafe UnsafeMutableRawPointer(mutating: $0) }
    }
  }

  @inlinable @inline(__always)
  static var size: Int { MemoryLayout<Value.AtomicRepresentation>.size }

  /// Says that a size has no operations; no atomic representation of the standard library has it.
  @usableFromInline
  static func refuseSize() -> Never {
    fatalError("\(Value.self) has an atomic representation of \(size) bytes; 1, 2, 4, 8, 16 work")
  }

  // SAFETY (both): the two types have the same size in the branch that is taken, and both are
  // plain bits.
  @inlinable @inline(__always)
  static func bits(of value: consuming Value) -> UInt128 {
    let representation = Value.encodeAtomicRepresentation(value)
    switch size {
    case 1: return unsafe UInt128(unsafeBitCast(representation, to: UInt8.self))
    case 2: return unsafe UInt128(unsafeBitCast(representation, to: UInt16.self))
    case 4: return unsafe UInt128(unsafeBitCast(representation, to: UInt32.self))
    case 8: return unsafe UInt128(unsafeBitCast(representation, to: UInt64.self))
    case 16: return unsafe unsafeBitCast(representation, to: UInt128.self)
    default: refuseSize()
    }
  }

  @inlinable @inline(__always)
  static func value(of bits: UInt128) -> Value {
    typealias Representation = Value.AtomicRepresentation
    let representation: Representation
    switch size {
    case 1:
      representation = unsafe unsafeBitCast(
        UInt8(truncatingIfNeeded: bits),
        to: Representation.self
      )
    case 2:
      representation = unsafe unsafeBitCast(
        UInt16(truncatingIfNeeded: bits),
        to: Representation.self
      )
    case 4:
      representation = unsafe unsafeBitCast(
        UInt32(truncatingIfNeeded: bits),
        to: Representation.self
      )
    case 8:
      representation = unsafe unsafeBitCast(
        UInt64(truncatingIfNeeded: bits),
        to: Representation.self
      )
    case 16: representation = unsafe unsafeBitCast(bits, to: Representation.self)
    default: refuseSize()
    }
    return Value.decodeAtomicRepresentation(representation)
  }
}

extension AtomicWord {
  @inlinable @inline(__always)
  func load(_ order: Int32) -> UInt128 {
    switch Self.size {
    case 1: unsafe UInt128(interlock_load_8(address, order))
    case 2: unsafe UInt128(interlock_load_16(address, order))
    case 4: unsafe UInt128(interlock_load_32(address, order))
    case 8: unsafe UInt128(interlock_load_64(address, order))
    case 16: loadPair()
    default: Self.refuseSize()
    }
  }

  @inlinable @inline(__always)
  func store(_ bits: UInt128, _ order: Int32) {
    switch Self.size {
    case 1: unsafe interlock_store_8(address, UInt8(truncatingIfNeeded: bits), order)
    case 2: unsafe interlock_store_16(address, UInt16(truncatingIfNeeded: bits), order)
    case 4: unsafe interlock_store_32(address, UInt32(truncatingIfNeeded: bits), order)
    case 8: unsafe interlock_store_64(address, UInt64(truncatingIfNeeded: bits), order)
    case 16: _ = exchangePair(bits)
    default: Self.refuseSize()
    }
  }

  @inlinable @inline(__always)
  func exchange(_ bits: UInt128, _ order: Int32) -> UInt128 {
    switch Self.size {
    case 1: unsafe UInt128(interlock_exchange_8(address, UInt8(truncatingIfNeeded: bits), order))
    case 2: unsafe UInt128(interlock_exchange_16(address, UInt16(truncatingIfNeeded: bits), order))
    case 4: unsafe UInt128(interlock_exchange_32(address, UInt32(truncatingIfNeeded: bits), order))
    case 8: unsafe UInt128(interlock_exchange_64(address, UInt64(truncatingIfNeeded: bits), order))
    case 16: exchangePair(bits)
    default: Self.refuseSize()
    }
  }

  /// Stores `desired` if the word equals `expected`, else puts what it is into `expected`.
  @inlinable @inline(__always)
  func compareExchange(
    _ expected: inout UInt128,
    _ desired: UInt128,
    isWeak: Bool,
    _ success: Int32,
    _ failure: Int32
  ) -> Bool {
    switch Self.size {
    case 1:
      var old = UInt8(truncatingIfNeeded: expected)
      let new = UInt8(truncatingIfNeeded: desired)
      let isDone =
        unsafe isWeak
        ? interlock_weak_compare_exchange_8(address, &old, new, success, failure)
        : interlock_compare_exchange_8(address, &old, new, success, failure)
      expected = UInt128(old)
      return isDone
    case 2:
      var old = UInt16(truncatingIfNeeded: expected)
      let new = UInt16(truncatingIfNeeded: desired)
      let isDone =
        unsafe isWeak
        ? interlock_weak_compare_exchange_16(address, &old, new, success, failure)
        : interlock_compare_exchange_16(address, &old, new, success, failure)
      expected = UInt128(old)
      return isDone
    case 4:
      var old = UInt32(truncatingIfNeeded: expected)
      let new = UInt32(truncatingIfNeeded: desired)
      let isDone =
        unsafe isWeak
        ? interlock_weak_compare_exchange_32(address, &old, new, success, failure)
        : interlock_compare_exchange_32(address, &old, new, success, failure)
      expected = UInt128(old)
      return isDone
    case 8:
      var old = UInt64(truncatingIfNeeded: expected)
      let new = UInt64(truncatingIfNeeded: desired)
      let isDone =
        unsafe isWeak
        ? interlock_weak_compare_exchange_64(address, &old, new, success, failure)
        : interlock_compare_exchange_64(address, &old, new, success, failure)
      expected = UInt128(old)
      return isDone
    case 16:
      return compareExchangePair(&expected, desired)
    default: Self.refuseSize()
    }
  }

  @inlinable @inline(__always)
  func fetchAdd(_ bits: UInt128, _ order: Int32) -> UInt128 {
    switch Self.size {
    case 1: unsafe UInt128(interlock_fetch_add_8(address, UInt8(truncatingIfNeeded: bits), order))
    case 2: unsafe UInt128(interlock_fetch_add_16(address, UInt16(truncatingIfNeeded: bits), order))
    case 4: unsafe UInt128(interlock_fetch_add_32(address, UInt32(truncatingIfNeeded: bits), order))
    case 8: unsafe UInt128(interlock_fetch_add_64(address, UInt64(truncatingIfNeeded: bits), order))
    case 16: updatePair { $0 &+ bits }
    default: Self.refuseSize()
    }
  }
}

// Sixteen bytes: every operation is a sequentially consistent compare-exchange.
extension AtomicWord {
  @usableFromInline
  func compareExchangePair(_ expected: inout UInt128, _ desired: UInt128) -> Bool {
    var old = interlock_pair(
      low: UInt64(truncatingIfNeeded: expected),
      high: UInt64(truncatingIfNeeded: expected >> 64)
    )
    let new = interlock_pair(
      low: UInt64(truncatingIfNeeded: desired),
      high: UInt64(truncatingIfNeeded: desired >> 64)
    )
    let isDone = unsafe interlock_compare_exchange_pair(address, &old, new)
    expected = UInt128(old.high) << 64 | UInt128(old.low)
    return isDone
  }

  @usableFromInline
  func updatePair(_ change: (UInt128) -> UInt128) -> UInt128 {
    var old: UInt128 = 0
    while !compareExchangePair(&old, change(old)) {}
    return old
  }

  @usableFromInline
  func loadPair() -> UInt128 { updatePair { $0 } }

  @usableFromInline
  func exchangePair(_ bits: UInt128) -> UInt128 { updatePair { _ in bits } }
}
