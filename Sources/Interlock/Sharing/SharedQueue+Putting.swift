// Putting.
extension SharedQueue {
  /// Puts an element, waiting while there is no room for it.
  ///
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed; ``SharingError`` if the
  ///   element is larger than the queue or cannot be sent; what the element throws that cannot be encoded.
  @inlinable
  public func put(_ element: Element) throws { _ = try isPut(element, until: nil) }

  /// Puts an element, if there is room for it.
  ///
  /// - Returns: `nil` if it was put, or the element itself.
  /// - Throws: What ``put(_:)`` throws.
  public func tryPut(_ element: Element) throws -> Element? {
    let outcome = try unsafe withBytes(of: element) { bytes in
      unsafe core.tryPut(1) { _, place in unsafe place(bytes) }
    }
    return try check(outcome, element) ? nil : element
  }

  /// Puts an element, waiting while there is no room for it, or gives up.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: `nil` if it was put; the element itself if the deadline passed or the thread or task was
  ///   cancelled.
  /// - Throws: What ``put(_:)`` throws.
  @inlinable
  public func put(_ element: Element, until deadline: Deadline) throws -> Element? {
    try isPut(element, until: deadline) ? nil : element
  }

  /// Puts an element, waiting while there is no room for it, or gives up.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - duration: How long to wait at the most.
  /// - Returns: `nil` if it was put; the element itself if the time was over or the thread or task was
  ///   cancelled.
  /// - Throws: What ``put(_:)`` throws.
  @inlinable
  public func put(_ element: Element, for duration: Duration) throws -> Element? {
    try isPut(element, until: .after(duration)) ? nil : element
  }

  /// Puts elements one after the other, waiting while there is no room.
  ///
  /// It is faster than as many calls of `put(_:)`. Elements of others may come in between.
  ///
  /// - Throws: ``QueueClosed`` with all that were not put, if the queue is closed; otherwise what `put(_:)`
  ///   throws, and then none was put.
  public func put(contentsOf elements: [Element]) throws {
    let written = try coding.isRaw ? [] : elements.map { try write($0) }
    if coding.isRaw { try requireRoom(MemoryLayout<Element>.size) }
    try unsafe elements.withUnsafeBytes { raw in
      var next = 0
      while next < elements.count {
        let outcome = unsafe core.put(elements.count - next, until: nil) { number, place in
          let index = next + number
          if !coding.isRaw { return unsafe written[index].writer.withBytes { unsafe place($0) } }
          let start = index * MemoryLayout<Element>.stride
          return unsafe place(
            UnsafeRawBufferPointer(rebasing: raw[start..<(start + MemoryLayout<Element>.size)])
          )
        }
        switch outcome {
        case .put(let count): next += count
        case .closed: throw QueueClosed(refused: Array(elements[next...]), queueName: nil)
        case nil: fatalError("a wait without a deadline does not give up")
        }
      }
    }
  }

  @inlinable @inline(__always)
  func isPut(_ element: Element, until deadline: Deadline?) throws -> Bool {
    guard isQuick else { return try isPutSlowly(element, until: deadline) }
    let outcome = unsafe withUnsafeBytes(of: element) { bytes in
      unsafe core.put(bytes, until: deadline)
    }
    return try check(outcome, element)
  }

  @usableFromInline
  func isPutSlowly(_ element: Element, until deadline: Deadline?) throws -> Bool {
    let outcome = try unsafe withBytes(of: element) { bytes in
      unsafe core.put(bytes, until: deadline)
    }
    return try check(outcome, element)
  }

  @inlinable @inline(__always)
  func check(
    _ outcome: SharedQueueCore.PutOutcome?,
    _ element: Element
  ) throws(QueueClosed<Element>) -> Bool {
    if case .put = outcome { return true }
    return try refuse(outcome, element)
  }

  @usableFromInline @inline(never)
  func refuse(
    _ outcome: SharedQueueCore.PutOutcome?,
    _ element: Element
  ) throws(QueueClosed<Element>) -> Bool {
    if outcome == .closed { throw QueueClosed(refused: element, queueName: nil) }
    return false
  }

  private func withBytes<Result>(
    of element: Element,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws -> Result {
    if coding.isRaw {
      try requireRoom(MemoryLayout<Element>.size)
      return unsafe withUnsafeBytes(of: element) { unsafe body($0) }
    }
    return try unsafe write(element).writer.withBytes { unsafe body($0) }
  }

  private func write(_ element: Element) throws -> ValueEncoder {
    let encoder = try coding.encode(element)
    try requireRoom(encoder.writer.count)
    return encoder
  }

  private func requireRoom(_ byteCount: Int) throws(SharingError) {
    guard SharedQueueRing.granules(for: byteCount) > core.ring.count else { return }
    throw SharingError(
      .tooLarge,
      "an element of \(byteCount) bytes does not fit into a queue with room for \(byteCapacity); make the "
        + "queue with a larger byteCapacity"
    )
  }
}
