// Taking.
extension SharedQueue {
  /// Takes the next element, waiting while there is none.
  ///
  /// - Throws: ``QueueClosed`` if the queue is closed and empty; what the element throws that cannot be
  ///   decoded, which is taken then.
  @inlinable
  public func take() throws -> Element {
    guard let element = try next(until: nil) else {
      fatalError("a wait without a deadline does not give up")
    }
    return element
  }

  /// Takes the next element, if there is one.
  ///
  /// - Returns: The element, or `nil` if there is none at the moment.
  /// - Throws: What ``take()`` throws.
  public func tryTake() throws -> Element? {
    var bytes: [UInt8] = []
    let outcome = core.takeAndWake(1) { bytes = $0.bytes }
    return try check(outcome) ? coding.decode(bytes) : nil
  }

  /// Takes the next element, waiting while there is none, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The element, or `nil` if the deadline passed or the thread or task was cancelled.
  /// - Throws: What ``take()`` throws.
  @inlinable
  public func take(until deadline: Deadline) throws -> Element? { try next(until: deadline) }

  /// Takes the next element, waiting while there is none, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: The element, or `nil` if the time was over or the thread or task was cancelled.
  /// - Throws: What ``take()`` throws.
  @inlinable
  public func take(for duration: Duration) throws -> Element? {
    try next(until: .after(duration))
  }

  /// Takes several elements at once, waiting while there is none.
  ///
  /// It is faster than as many calls of `take()`.
  ///
  /// - Parameter limit: How many elements at the most.
  /// - Returns: Elements that are there at that moment, one at the least, the next one first.
  /// - Throws: What `take()` throws; then none of them is returned.
  /// - Precondition: `limit` is positive.
  public func take(max limit: Int) throws -> [Element] {
    guard limit > 0 else {
      misuse("SharedQueue.take(max: \(limit)): take one element at the least.")
    }
    if coding.isRaw {
      // No more room than is likely to be needed: the others can be taken by the next call.
      let room = Swift.min(limit, capacity, Swift.max(count, 64))
      return try unsafe [Element](unsafeUninitializedCapacity: room) { buffer, count in
        let base = UnsafeMutableRawBufferPointer(buffer)
        let outcome = core.take(max: room, until: nil) { element in
          let start = count * MemoryLayout<Element>.stride
          unsafe element.copyAll(
            to: UnsafeMutableRawBufferPointer(
              rebasing: base[start..<(start + MemoryLayout<Element>.size)]
            )
          )
          count += 1
        }
        _ = try check(outcome)
      }
    }
    var written: [[UInt8]] = []
    _ = try check(core.take(max: limit, until: nil) { written.append($0.bytes) })
    return try written.map { try coding.decode($0) }
  }

  @inlinable @inline(__always)
  func next(until deadline: Deadline?) throws -> Element? {
    guard isQuick else { return try nextSlowly(until: deadline) }
    // SAFETY: elements that are quick have only numbers in them, for which all bytes are values.
    return try unsafe withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { element in
      let target = unsafe UnsafeMutableRawBufferPointer(
        start: element.baseAddress,
        count: MemoryLayout<Element>.size
      )
      let outcome = unsafe core.take(to: target, until: deadline)
      return try check(outcome) ? unsafe element[0] : nil
    }
  }

  @usableFromInline
  func nextSlowly(until deadline: Deadline?) throws -> Element? {
    var bytes: [UInt8] = []
    let outcome = core.take(max: 1, until: deadline) { bytes = $0.bytes }
    return try check(outcome) ? coding.decode(bytes) : nil
  }

  @inlinable @inline(__always)
  func check(_ outcome: SharedQueueCore.TakeOutcome?) throws(QueueClosed<Element>) -> Bool {
    if case .taken = outcome { return true }
    return try refuse(outcome)
  }

  @usableFromInline @inline(never)
  func refuse(_ outcome: SharedQueueCore.TakeOutcome?) throws(QueueClosed<Element>) -> Bool {
    if outcome == .ended { throw QueueClosed(refused: nil, queueName: nil) }
    return false
  }
}
