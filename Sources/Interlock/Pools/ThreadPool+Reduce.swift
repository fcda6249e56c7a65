// Loops that make one value of many.
extension ThreadPool {
  /// What is left when the elements of a collection are combined, from the first to the last.
  ///
  ///     let product = ThreadPool.shared.reduce(matrices, .identity) { $0 * $1 }
  ///
  /// Parts of the collection are combined at the same time, and their results in the order of the
  /// parts. The result is the same each time if `combine` is associative; it need not be commutative.
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - identity: What changes nothing: it may be combined in several times.
  ///   - grain: The least number of elements to hand to a thread at once; `nil` to find out.
  ///   - combine: Makes one value of two, the left one from before the right one.
  /// - Returns: What all elements come to; `identity` if there are none.
  /// - Throws: What `combine` throws; see `forEach`.
  /// - Precondition: `grain` is at least 1.
  @inlinable
  public func reduce<Elements: RandomAccessCollection & Sendable, Failure: Error>(
    _ elements: Elements,
    _ identity: Elements.Element,
    grain: Int? = nil,
    _ combine: @Sendable (Elements.Element, Elements.Element) throws(Failure) -> Elements.Element
  ) throws(Failure) -> Elements.Element where Elements.Element: Sendable {
    try reduce(
      elements,
      into: identity,
      grain: grain,
      { (value, element) throws(Failure) in value = try combine(value, element) },
      merge: { (value, next) throws(Failure) in value = try combine(value, next) }
    )
  }

  /// What comes of adding the elements of a collection to values, and these to each other.
  ///
  ///     let lengths = ThreadPool.shared.reduce(words, into: [:]) { counts, word in
  ///       counts[word.count, default: 0] += 1
  ///     } merge: { counts, others in
  ///       counts.merge(others, uniquingKeysWith: +)
  ///     }
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - initial: What each part begins with.
  ///   - grain: The least number of elements to hand to a thread at once; `nil` to find out.
  ///   - update: Adds the next element to the value of a part.
  ///   - merge: Adds the value of the part that comes next.
  /// - Returns: What all parts come to; `initial` if there are no elements.
  /// - Throws: What `update` and `merge` throw; see `forEach`.
  /// - Precondition: `grain` is at least 1.
  @inlinable
  public func reduce<
    Elements: RandomAccessCollection & Sendable,
    Value: Sendable,
    Failure: Error
  >(
    _ elements: Elements,
    into initial: Value,
    grain: Int? = nil,
    _ update: @Sendable (inout Value, Elements.Element) throws(Failure) -> Void,
    merge: @Sendable (inout Value, Value) throws(Failure) -> Void
  ) throws(Failure) -> Value {
    let failure = LoopFailure<Failure>()
    let parts = LoopParts<Value>()
    runLoop(UInt(elements.count), grain: grain) { part in
      var value = initial
      var offset = part.lowerBound
      let start = elements.index(elements.startIndex, offsetBy: Int(offset))
      let end = elements.index(start, offsetBy: Int(part.upperBound - offset))
      for element in elements[start..<end] {
        do throws(Failure) {
          try update(&value, element)
        } catch {
          failure.note(error, at: offset)
          return false
        }
        if failure.isThere { return false }
        offset &+= 1
      }
      parts.append(value, at: part.lowerBound)
      return true
    }
    try failure.rethrow()
    var values = parts.takeInOrder()[...]
    guard var result = values.popFirst() else { return initial }
    while let value = values.popFirst() { try merge(&result, value) }
    return result
  }
}

/// What the parts of a loop have come to.
@usableFromInline
final class LoopParts<Value: Sendable>: Sendable {
  // Quiet: their order does not matter, and they are read when the loop is over.
  private let values = Guarded<[(start: UInt, value: Value)]>([], isQuiet: true)

  @usableFromInline
  init() {}

  @usableFromInline
  func append(_ value: Value, at start: UInt) {
    values.withLock { $0.append((start, value)) }
  }

  @usableFromInline
  func takeInOrder() -> [Value] {
    values.withLock { $0.take() }.sorted { $0.start < $1.start }.map(\.value)
  }
}

extension Array {
  fileprivate mutating func take() -> [Element] {
    defer { self = [] }
    return self
  }
}
