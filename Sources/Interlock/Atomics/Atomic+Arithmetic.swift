import Synchronization

extension Atomic where Value: FixedWidthInteger {
  /// Adds `operand`, wrapping around at the ends of the type.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func wrappingAdd(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    let bits = AtomicWord.bits(of: operand)
    guard Seam.isWatched else {
      let old = AtomicWord<Value>.value(of: word.fetchAdd(bits, ordering.rawValue))
      return (old, old &+ operand)
    }
    return update(ordering) { $0 &+ operand }
  }

  /// Subtracts `operand`, wrapping around at the ends of the type.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func wrappingSubtract(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    wrappingAdd(0 &- operand, ordering: ordering)
  }

  /// Adds `operand`.
  ///
  /// - Precondition: The sum fits the type.
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func add(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { $0 + operand }
  }

  /// Subtracts `operand`.
  ///
  /// - Precondition: The difference fits the type.
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func subtract(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { $0 - operand }
  }

  /// Keeps the bits that are also in `operand`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func bitwiseAnd(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { $0 & operand }
  }

  /// Adds the bits of `operand`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func bitwiseOr(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { $0 | operand }
  }

  /// Flips the bits of `operand`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func bitwiseXor(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { $0 ^ operand }
  }

  /// Keeps the smaller of the value and `operand`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func min(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { Swift.min($0, operand) }
  }

  /// Keeps the greater of the value and `operand`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func max(
    _ operand: Value,
    ordering: UpdateOrdering
  )
    -> (oldValue: Value, newValue: Value)
  {
    update(ordering) { Swift.max($0, operand) }
  }
}

extension Atomic where Value == Bool {
  /// Keeps `true` only if `operand` is too.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func logicalAnd(
    _ operand: Bool,
    ordering: UpdateOrdering
  )
    -> (oldValue: Bool, newValue: Bool)
  {
    update(ordering) { $0 && operand }
  }

  /// Makes the value `true` if `operand` is.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func logicalOr(
    _ operand: Bool,
    ordering: UpdateOrdering
  )
    -> (oldValue: Bool, newValue: Bool)
  {
    update(ordering) { $0 || operand }
  }

  /// Flips the value if `operand` is `true`.
  ///
  /// - Returns: The value before and after.
  @inlinable @inline(__always) @discardableResult
  public func logicalXor(
    _ operand: Bool,
    ordering: UpdateOrdering
  )
    -> (oldValue: Bool, newValue: Bool)
  {
    update(ordering) { $0 != operand }
  }
}
