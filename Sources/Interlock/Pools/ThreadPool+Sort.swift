// Sorting on several threads.
extension ThreadPool {
  /// Sorts an array; elements of which none comes before the other keep their order.
  ///
  /// Pieces of the array are sorted at the same time, and merged in pieces too. It needs room for the
  /// elements once more.
  ///
  ///     ThreadPool.shared.sort(&measurements)
  @inlinable
  public func sort<Element: Comparable & Sendable>(_ elements: inout [Element]) {
    sort(&elements, in: NaturalOrder())
  }

  /// Sorts an array by a rule; elements of which none comes before the other keep their order.
  ///
  /// - Parameters:
  ///   - elements: What to sort.
  ///   - areInIncreasingOrder: Whether the first element has to come before the second; a strict weak
  ///     order. With any other rule the elements end in some order.
  /// - Throws: One of the errors that the rule throws. The array then has all its elements, in some
  ///   order.
  @inlinable
  public func sort<Element: Sendable, Failure: Error>(
    _ elements: inout [Element],
    by areInIncreasingOrder: @Sendable (Element, Element) throws(Failure) -> Bool
  ) throws(Failure) {
    let failure = LoopFailure<Failure>()
    withoutActuallyEscaping(areInIncreasingOrder) { rule in
      sort(&elements, in: RuledOrder(rule, failure))
    }
    try failure.rethrow()
  }

  /// The elements of a sequence, sorted; elements of which none comes before the other keep their
  /// order.
  @inlinable
  public func sorted<Elements: Sequence>(
    _ elements: Elements
  ) -> [Elements.Element] where Elements.Element: Comparable & Sendable {
    var result = Array(elements)
    sort(&result)
    return result
  }

  /// The elements of a sequence, sorted by a rule; elements of which none comes before the other keep
  /// their order.
  ///
  /// - Parameters:
  ///   - elements: What to sort.
  ///   - areInIncreasingOrder: Whether the first element has to come before the second.
  /// - Returns: The elements in order.
  /// - Throws: One of the errors that the rule throws.
  @inlinable
  public func sorted<Elements: Sequence, Failure: Error>(
    _ elements: Elements,
    by areInIncreasingOrder: @Sendable (Elements.Element, Elements.Element) throws(Failure) -> Bool
  ) throws(Failure) -> [Elements.Element] where Elements.Element: Sendable {
    var result = Array(elements)
    try sort(&result, by: areInIncreasingOrder)
    return result
  }

  /// Below this size other threads would not be awake before it is done.
  @usableFromInline static var leastSort: Int { 8192 }

  @inlinable
  func sort<Order: SortOrder>(_ elements: inout [Order.Element], in order: Order) {
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      guard buffer.count >= Self.leastSort else {
        unsafe buffer.sort { order.isBefore($0, $1) }
        return
      }
      unsafe MergeSort(buffer, order).run(on: self)
    }
  }
}

/// Which of two elements comes first.
@usableFromInline
protocol SortOrder: Sendable {
  associatedtype Element: Sendable
  func isBefore(_ first: Element, _ second: Element) -> Bool
}

@usableFromInline
struct NaturalOrder<Element: Comparable & Sendable>: SortOrder {
  @inlinable
  init() {}

  @inlinable @inline(__always)
  func isBefore(_ first: Element, _ second: Element) -> Bool { first < second }
}

@usableFromInline
struct RuledOrder<Element: Sendable, Failure: Error>: SortOrder {
  @usableFromInline let rule: @Sendable (Element, Element) throws(Failure) -> Bool
  @usableFromInline let failure: LoopFailure<Failure>

  @inlinable
  init(
    _ rule: @escaping @Sendable (Element, Element) throws(Failure) -> Bool,
    _ failure: LoopFailure<Failure>
  ) {
    self.rule = rule
    self.failure = failure
  }

  /// After an error the order does not matter any more.
  @inlinable
  func isBefore(_ first: Element, _ second: Element) -> Bool {
    if failure.isThere { return false }
    do throws(Failure) {
      return try rule(first, second)
    } catch {
      failure.note(error, at: 0)
      return false
    }
  }
}
