/// Elements on their way from processes that put them to processes that take them.
///
/// It is to processes what ``BlockingQueue`` is to threads. Any thread of any process that has it may put
/// and take; the element itself is copied into memory that all of them share, by the one that puts it.
/// Each element is taken once.
///
///     let orders = try SharedQueue<Order>(capacity: 64)
///     let cook = try WorkerProcess(orders) { orders in
///       for order in orders { prepare(order) }
///     }
///     for order in day { try orders.put(order) }
///     orders.close()
///     try cook.join()
///
/// A process that dies, at whatever moment, neither blocks the others nor tears anything. What it was
/// putting is in the queue or is not; what it had taken is gone with it, which ``join()`` and ``lostCount``
/// tell.
///
/// Closing tells those who take that nothing follows: they get what is left, and then ``QueueClosed``;
/// iterating ends. Whoever puts into a closed queue is refused, and has the element back in the error.
///
/// Elements are anything that a worker's function takes, but for what is shared itself, such as
/// ``SharedMemory``: hand that over as part of the input.
///
/// ## Ordering
///
/// Everything a thread does before it puts an element happens before everything another one, in whatever
/// process, does after taking it. Elements are taken in the order in which they were put.
///
/// ## Waiting
///
/// `put` waits while there is no room, `take` while the queue is empty and not closed. The `try` forms do
/// not wait for that; the forms with a deadline give up when it passes, or when the calling thread or task
/// is cancelled. Who comes first is not kept: a large element may wait while small ones go by.
///
/// ## Cost
///
/// For each call a lock like ``SharedLock``, which those who put have for themselves and those who take
/// as well, and a copy. Structs of numbers are copied as they are; other elements are written piece by
/// piece. Waiting and waking add one kernel call each. If a process that was just woken dies, the next
/// one looks after a twentieth of a second at the most.
public final class SharedQueue<Element: Codable & Sendable>: Sendable {
  /// How many elements there can be.
  public var capacity: Int { core.capacity }

  /// How many bytes there can be; an element takes eight more than its own, which are rounded up to a
  /// multiple of eight.
  public var byteCapacity: Int { core.ring.count * SharedQueueRing.granule }

  @usableFromInline let core: SharedQueueCore
  let coding: SharedQueueCoding<Element>
  /// Whether elements are copied as they are, and there is room for one.
  @usableFromInline let isQuick: Bool

  /// Makes a queue.
  ///
  /// - Parameters:
  ///   - capacity: How many elements there can be.
  ///   - byteCapacity: How many bytes there can be; it is rounded up to a power of two. Without it there is
  ///     room for all elements if they are structs of numbers; for others, 256 bytes for each one, from
  ///     64 KiB to 64 MiB together.
  /// - Throws: ``SharingError`` if the system has no memory for it, or if it is more than 8 GiB.
  /// - Precondition: `capacity` is from 1 to 2³⁰, and `byteCapacity` is positive.
  public init(capacity: Int, byteCapacity: Int? = nil) throws(SharingError) {
    guard 1...1 << 30 ~= capacity else {
      misuse("SharedQueue(capacity: \(capacity)): there is room for 1 element or more, up to 2³⁰.")
    }
    if let byteCapacity, byteCapacity < 1 {
      misuse("SharedQueue(byteCapacity: \(byteCapacity)): it is positive.")
    }
    coding = SharedQueueCoding()
    let granules = Self.granules(capacity, byteCapacity, coding)
    guard granules <= SharedQueueRing.greatestCount else {
      throw SharingError(.cannotCreate, "a queue has no room for more than 8 GiB of elements")
    }
    var roundedUp = 1
    while roundedUp < granules { roundedUp *= 2 }
    core = try SharedQueueCore(
      of: Element.self,
      capacity: capacity,
      granules: roundedUp,
      isUniform: coding.isRaw
    )
    isQuick = coding.isQuick(in: core.ring)
  }

  private static func granules(
    _ capacity: Int,
    _ byteCapacity: Int?,
    _ coding: SharedQueueCoding<Element>
  ) -> Int {
    if let byteCapacity {
      return byteCapacity / SharedQueueRing.granule
        + (byteCapacity.isMultiple(of: SharedQueueRing.granule) ? 0 : 1)
    }
    if coding.isRaw {
      let each = SharedQueueRing.granules(for: MemoryLayout<Element>.size)
      let (granules, isTooLarge) = capacity.multipliedReportingOverflow(by: each)
      return isTooLarge ? .max : granules
    }
    return Swift.min(Swift.max(256 * capacity, 64 << 10), 64 << 20) / SharedQueueRing.granule
  }

  /// Hands the queue to another process; see ``SharedMemory``.
  public func encode(to encoder: any Encoder) throws { try core.encode(to: encoder) }

  /// Takes a queue that another process handed over.
  ///
  /// - Throws: ``SharingError`` if it is none of such elements.
  public init(from decoder: any Decoder) throws {
    coding = SharedQueueCoding()
    core = try SharedQueueCore(of: Element.self, isUniform: coding.isRaw, from: decoder)
    isQuick = coding.isQuick(in: core.ring)
  }
}

extension SharedQueue: Codable {}

// Iterating.
extension SharedQueue: Sequence {
  /// Takes elements until the queue is closed and empty.
  public struct Iterator: IteratorProtocol {
    @usableFromInline let queue: SharedQueue

    @usableFromInline
    init(queue: SharedQueue) {
      self.queue = queue
    }

    /// Takes the next element, waiting while there is none.
    ///
    /// - Returns: The element, or `nil` if the queue is closed and empty.
    /// - Precondition: The element can be decoded. Where that is not certain, call ``SharedQueue/take()``.
    @inlinable
    public mutating func next() -> Element? {
      do {
        return try queue.take()
      } catch {
        Self.requireEnd(error)
        return nil
      }
    }

    @usableFromInline
    static func requireEnd(_ error: any Error) {
      if error is QueueClosed<Element> { return }
      misuse(
        "SharedQueue.Iterator.next(): an element cannot be decoded (\(error)), which ends a loop over the "
          + "queue. Call take() in a loop, and catch the error."
      )
    }
  }

  /// The elements, each taken when it is asked for, until the queue is closed and empty.
  ///
  /// Several threads and processes may iterate over one queue: each element goes to one of them.
  public func makeIterator() -> Iterator { Iterator(queue: self) }
}
