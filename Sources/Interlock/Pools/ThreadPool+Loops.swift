// Loops whose elements are done by several threads.
extension ThreadPool {
  /// Runs a loop in parts; what all the loops below are made of.
  @usableFromInline
  func runLoop(_ count: UInt, grain: Int?, _ part: @Sendable (Range<UInt>) -> Bool) {
    core.runLoop(count, grain: grain, part)
  }

  /// Runs `body` for each number of a range, on several threads.
  ///
  /// The calling thread takes part, so loops may be nested, and may run in tasks of the pool. A loop
  /// that is over sooner than another thread would be awake is run by the calling thread alone; so is
  /// one on a closed pool.
  ///
  ///     ThreadPool.shared.forEach(0..<image.height) { row in
  ///       image.sharpen(row: row)
  ///     }
  ///
  /// The loop does not give up: cancelling the calling thread has no effect on it, and bodies on other
  /// threads do not notice.
  ///
  /// - Parameters:
  ///   - range: The numbers.
  ///   - grain: The least number of elements to hand to a thread at once; `nil` to find out by
  ///     measuring the first ones.
  ///   - body: What to do with each number; in any order, several at the same time.
  /// - Throws: What a body throws; of several errors the one of the least number. Elements that nobody
  ///   has begun then are left out. All bodies have returned when it is thrown.
  /// - Precondition: `grain` is at least 1.
  @inlinable
  public func forEach<Failure: Error>(
    _ range: Range<Int>,
    grain: Int? = nil,
    _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let failure = LoopFailure<Failure>()
    let lower = range.lowerBound
    // The distance, which may not fit an `Int`.
    runLoop(UInt(bitPattern: range.upperBound &- lower), grain: grain) { part in
      var index = part.lowerBound
      while index < part.upperBound {
        do throws(Failure) {
          try body(lower &+ Int(bitPattern: index))
        } catch {
          failure.note(error, at: index)
          return false
        }
        if failure.isThere { return false }
        index &+= 1
      }
      return true
    }
    try failure.rethrow()
  }

  /// Runs `body` for each element of a collection, on several threads.
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - grain: The least number of elements to hand to a thread at once; `nil` to find out.
  ///   - body: What to do with each element; in any order, several at the same time.
  /// - Throws: What a body throws; see the form for ranges.
  /// - Precondition: `grain` is at least 1.
  @inlinable
  public func forEach<Elements: RandomAccessCollection & Sendable, Failure: Error>(
    _ elements: Elements,
    grain: Int? = nil,
    _ body: @Sendable (Elements.Element) throws(Failure) -> Void
  ) throws(Failure) {
    try forEach(0..<elements.count, grain: grain) { offset throws(Failure) in
      try body(elements[elements.index(elements.startIndex, offsetBy: offset)])
    }
  }

  /// What `transform` makes of each element, in the order of the elements.
  ///
  ///     let hashes = try ThreadPool.shared.map(files) { file in try hash(file) }
  ///
  /// - Parameters:
  ///   - elements: The elements.
  ///   - grain: The least number of elements to hand to a thread at once; `nil` to find out.
  ///   - transform: What to make of an element; in any order, several at the same time.
  /// - Returns: The results, in the order of the elements.
  /// - Throws: What `transform` throws; see `forEach`.
  /// - Precondition: `grain` is at least 1.
  @inlinable
  public func map<Elements: RandomAccessCollection & Sendable, Output: Sendable, Failure: Error>(
    _ elements: Elements,
    grain: Int? = nil,
    _ transform: @Sendable (Elements.Element) throws(Failure) -> Output
  ) throws(Failure) -> [Output] {
    let count = elements.count
    // An array made with room for none would write to the one empty array that all threads share.
    if count == 0 { return [] }
    let failure = LoopFailure<Failure>()
    let output = unsafe [Output](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let slots = unsafe LoopSlots(buffer)
      runLoop(UInt(count), grain: grain) { part in
        var index = part.lowerBound
        while index < part.upperBound {
          do throws(Failure) {
            let element = elements[elements.index(elements.startIndex, offsetBy: Int(index))]
            unsafe slots.initialize(Int(index), to: try transform(element))
          } catch {
            failure.note(error, at: index)
            slots.noteInitialized(part.lowerBound..<index)
            return false
          }
          index &+= 1
          if failure.isThere { break }
        }
        if LoopFailure<Failure>.canBe { slots.noteInitialized(part.lowerBound..<index) }
        return !failure.isThere
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

/// Memory that the parts of a loop fill, each its own piece.
@safe
@usableFromInline
struct LoopSlots<Element>: @unchecked Sendable {
  // SAFETY: the owner of the memory waits for the loop; parts touch only the slots of their indices.
  @usableFromInline let base: UnsafeMutableBufferPointer<Element>
  // Quiet: their order does not matter, and they are read when the loop is over.
  private let initialized = Guarded<[Range<UInt>]>([], isQuiet: true)

  @usableFromInline
  init(_ base: UnsafeMutableBufferPointer<Element>) {
    unsafe self.base = base
  }

  /// Fills a slot that is empty and the caller's.
  @inlinable @inline(__always) @unsafe
  func initialize(_ index: Int, to element: consuming Element) {
    unsafe base.initializeElement(at: index, to: element)
  }

  /// These slots were filled.
  @usableFromInline
  func noteInitialized(_ range: Range<UInt>) {
    initialized.withLock { $0.append(range) }
  }

  /// Empties the slots that were filled.
  @usableFromInline @unsafe
  func deinitializeAll() {
    for range in initialized.withLock({ $0 }) {
      for index in range { unsafe base.deinitializeElement(at: Int(index)) }
    }
  }
}
