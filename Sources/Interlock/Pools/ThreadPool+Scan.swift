// Loops that keep all the values on the way.
extension ThreadPool {
  /// For each element, what it and all before it come to.
  ///
  ///     let balances = ThreadPool.shared.scan(payments, 0) { $0 + $1 }  // [3, 1, 4] → [3, 4, 8]
  ///
  /// The collection is gone through twice, in pieces: once for what each piece comes to, and once with
  /// what came before it (Blelloch, "Prefix Sums and Their Applications", 1990).
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - identity: What changes nothing.
  ///   - isExclusive: Whether an element's own value is left out: the first one is `identity` then.
  ///   - combine: Makes one value of two, the left one from before the right one; associative.
  /// - Returns: One value for each element, in their order.
  /// - Throws: What `combine` throws; see `forEach`.
  @inlinable
  public func scan<Elements: RandomAccessCollection & Sendable, Failure: Error>(
    _ elements: Elements,
    _ identity: Elements.Element,
    isExclusive: Bool = false,
    _ combine: @Sendable (Elements.Element, Elements.Element) throws(Failure) -> Elements.Element
  ) throws(Failure) -> [Elements.Element] where Elements.Element: Sendable {
    typealias Element = Elements.Element
    let count = elements.count
    if count == 0 { return [] }
    let pieces = LoopPieces(count: count, workers: workerCount)
    // What came before each piece.
    var before: [Element] = [identity]
    if pieces.count > 1 {
      let sums = try map(0..<pieces.count - 1, grain: 1) { piece throws(Failure) in
        var sum = identity
        var index = elements.index(elements.startIndex, offsetBy: pieces[piece].lowerBound)
        for _ in pieces[piece] {
          sum = try combine(sum, elements[index])
          elements.formIndex(after: &index)
        }
        return sum
      }
      for sum in sums { before.append(try combine(before[before.count - 1], sum)) }
    }
    let starts = before
    let failure = LoopFailure<Failure>()
    let output = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let slots = unsafe LoopSlots(buffer)
      forEach(0..<pieces.count, grain: 1) { piece in
        var sum = starts[piece]
        var offset = pieces[piece].lowerBound
        var index = elements.index(elements.startIndex, offsetBy: offset)
        while offset < pieces[piece].upperBound {
          do throws(Failure) {
            let next = try combine(sum, elements[index])
            unsafe slots.initialize(offset, to: isExclusive ? sum : next)
            sum = next
          } catch {
            failure.note(error, at: UInt(offset))
            break
          }
          elements.formIndex(after: &index)
          offset += 1
        }
        slots.noteInitialized(UInt(pieces[piece].lowerBound)..<UInt(offset))
      }
      if failure.isThere {
        unsafe slots.deinitializeAll()
      } else {
        initializedCount = count
      }
    }
    try failure.rethrow()
    return output
  }
}

/// A collection cut into pieces of equal size, few enough that each is worth a thread's while.
@usableFromInline
struct LoopPieces: Sendable {
  private let total: Int
  @usableFromInline let count: Int

  /// Pieces of a collection of `total` elements, each of them at least of the size `least`.
  @usableFromInline
  init(count total: Int, workers: Int, least: Int = 2048) {
    self.total = total
    count = max(1, min(4 * workers, total / least))
  }

  @usableFromInline
  subscript(piece: Int) -> Range<Int> {
    total * piece / count..<total * (piece + 1) / count
  }
}
