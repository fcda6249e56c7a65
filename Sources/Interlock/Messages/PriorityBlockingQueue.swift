/// A queue whose elements are taken in the order of their importance.
///
/// Of elements of which none goes before the other, the one that was put first is taken first. In
/// everything else it is a ``BlockingQueue``.
///
///     let patients = PriorityBlockingQueue<Patient>(name: "patients") { $0.pain > $1.pain }
///     try patients.put(patient)
///     let next = try patients.take()
///
/// ## Ordering
///
/// Everything a thread does before it puts an element happens before everything another thread does
/// after taking it.
///
/// ## Waiting
///
/// As in ``BlockingQueue``. Elements are compared by the thread that puts or takes, one at a time: the
/// comparison must not use the queue.
///
/// ## Cost
///
/// One lock acquisition, and a number of comparisons that grows with the logarithm of the number of
/// elements.
public final class PriorityBlockingQueue<Element: Sendable>: BlockingQueue<Element>,
  @unchecked Sendable
{
  /// Creates a queue.
  ///
  /// - Parameters:
  ///   - capacity: How many elements there can be, at least 1; `nil` for any number.
  ///   - name: What to call the queue in reports.
  ///   - goesFirst: Whether the first of two elements is taken before the second; a strict weak
  ///     ordering, as for sorting.
  public init(
    capacity: Int? = nil,
    name: String? = nil,
    by goesFirst: @escaping @Sendable (Element, Element) -> Bool
  ) {
    super.init(capacity: capacity, name: name) { left, right in
      if goesFirst(left.element, right.element) { return true }
      if goesFirst(right.element, left.element) { return false }
      return left.ticket < right.ticket
    }
  }
}

extension PriorityBlockingQueue where Element: Comparable {
  /// Creates a queue whose least element is taken first.
  ///
  /// - Parameters:
  ///   - capacity: How many elements there can be, at least 1; `nil` for any number.
  ///   - name: What to call the queue in reports.
  public convenience init(capacity: Int? = nil, name: String? = nil) {
    self.init(capacity: capacity, name: name) { $0 < $1 }
  }
}

/// A queue whose last element is taken first.
///
/// In everything else it is a ``BlockingQueue``. Use it where the newest work is the most valuable, or
/// where old work is to be finished depth first.
///
/// ## Ordering
///
/// Everything a thread does before it puts an element happens before everything another thread does
/// after taking it.
///
/// ## Waiting
///
/// As in ``BlockingQueue``.
///
/// ## Cost
///
/// One lock acquisition.
public final class BlockingStack<Element: Sendable>: BlockingQueue<Element>, @unchecked Sendable {
  /// Creates a stack.
  ///
  /// - Parameters:
  ///   - capacity: How many elements there can be, at least 1; `nil` for any number.
  ///   - name: What to call the stack in reports.
  public override init(capacity: Int? = nil, name: String? = nil) {
    super.init(capacity: capacity, name: name) { $0.ticket > $1.ticket }
  }
}
