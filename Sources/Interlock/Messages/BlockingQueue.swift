/// Elements on their way from threads that put them to threads that take them.
///
/// A queue lets threads work together without sharing anything else: who puts an element does not
/// touch it any more, who takes it has it alone. With a capacity, those who put wait for those who
/// take, so that a fast producer does not fill the memory.
///
///     let orders = BlockingQueue<Order>(capacity: 64, name: "orders")
///     let cook = try spawn(name: "cook") {
///       for order in orders { prepare(order) }
///     }
///     for order in day { try orders.put(order) }
///     orders.close()
///     cook.join()
///
/// - With a capacity the queue is *bounded*: `put` waits while it is full.
/// - Without one it is *unbounded*: `put` never waits.
/// - With the capacity 0 it is a *rendezvous*: `put` waits until its element is taken.
///
/// Elements are taken in the order in which they were put; for others there are
/// ``PriorityBlockingQueue`` and ``BlockingStack``. To wait for several queues at once, see
/// ``SelectCase``.
///
/// Closing tells those who take that nothing follows: they get what is left, and then
/// ``QueueClosed``; iterating ends. Whoever puts into a closed queue is refused, and has the element
/// back in the error.
///
/// ## Ordering
///
/// Everything a thread does before it puts an element happens before everything another thread does
/// after taking it. Everything a thread does before it takes an element out of a full queue happens
/// before everything another does after a put that had to wait for that. Elements of one thread are
/// taken in the order in which it put them.
///
/// ## Waiting
///
/// `put` waits while the queue is full, `take` while it is empty and not closed. The `try` forms never
/// wait; the forms with a deadline give up when it passes, or when the calling thread is cancelled.
/// Whoever has waited longest is woken first; a thread that comes along at that moment may be faster.
/// In asynchronous code the same calls suspend the task, and block no thread.
///
/// ## Cost
///
/// One compare-exchange for each `put` and each `take` of a bounded or unbounded queue, and one kernel
/// call each for waiting and waking. A bounded queue takes its memory when it is made; an unbounded
/// one keeps the memory of its largest crowd until it goes.
public class BlockingQueue<Element: Sendable>: @unchecked Sendable {
  /// Where the elements are.
  enum Keeping {
    /// In the queue, until somebody takes them.
    case core(any QueueCore<Element>)
    /// With those who put them.
    case handOver(Guarded<HandOverRules<Element>>)
  }

  /// What the queue was called, for reports.
  public final let name: String?

  /// How many elements there can be: `nil` for any number, 0 if each put waits for its take.
  public final let capacity: Int?

  // SAFETY: all fields are constants that may be shared.
  final let keeping: Keeping
  // The same as in `keeping`, if it keeps them in rings: for the fast paths.
  @usableFromInline final let ends: RingEnds<Element>?
  @usableFromInline final let putters = WaitingSide()
  @usableFromInline final let takers = WaitingSide()
  final let accounts = QueueAccounts()

  /// Creates a queue.
  ///
  /// - Parameters:
  ///   - capacity: How many elements there can be: `nil` for any number, 0 if each put waits for its
  ///     take.
  ///   - name: What to call the queue in reports.
  /// - Precondition: `capacity` is not negative, and below 2³².
  public init(capacity: Int? = nil, name: String? = nil) {
    Self.require(capacity)
    self.name = name
    self.capacity = capacity
    if capacity == 0 {
      ends = nil
      keeping = .handOver(Guarded(HandOverRules()))
    } else {
      let rings = Rings<Element>(capacity: capacity)
      ends = rings.ends
      keeping = .core(rings)
    }
  }

  /// Creates a queue that keeps its elements in an order of its own.
  init(capacity: Int?, name: String?, goesFirst: @escaping Heap<Element>.Comparison) {
    Self.require(capacity)
    if capacity == 0 {
      misuse("\(Self.self)(capacity: 0) has no elements to order: give it room for one at least.")
    }
    self.name = name
    self.capacity = capacity
    ends = nil
    keeping = .core(Shelf(capacity: capacity, name: name, goesFirst: goesFirst))
  }

  private static func require(_ capacity: Int?) {
    guard let capacity, !(0...Int(UInt32.max)).contains(capacity) else { return }
    misuse(
      "BlockingQueue(capacity: \(capacity)): a capacity is 0 (each put waits for its take) or "
        + "more, and below 2³². Leave it out for a queue without bounds."
    )
  }

  final var subject: Subject { Subject("BlockingQueue", self) }
}

// Putting.
extension BlockingQueue {
  /// Puts an element, waiting while the queue is full.
  ///
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed.
  @inlinable
  public final func put(_ element: Element) throws(QueueClosed<Element>) {
    if isPutAtOnce(element) { return }
    _ = try putSlowly(element, until: nil)
  }

  /// Puts an element, if the queue is not full.
  ///
  /// - Returns: `nil` if it was put, or the element itself.
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed.
  @inlinable
  public final func tryPut(_ element: Element) throws(QueueClosed<Element>) -> Element? {
    if isPutAtOnce(element) { return nil }
    return try tryPutSlowly(element)
  }

  /// Puts an element, waiting while the queue is full, or gives up.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: `nil` if it was put; the element itself if the deadline passed or the thread was
  ///   cancelled.
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed.
  @inlinable
  public final func put(
    _ element: Element,
    until deadline: Deadline
  ) throws(QueueClosed<Element>) -> Element? {
    if isPutAtOnce(element) { return nil }
    return try putSlowly(element, until: deadline) ? nil : element
  }

  /// Puts an element, waiting while the queue is full, or gives up.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - duration: How long to wait at the most.
  /// - Returns: `nil` if it was put; the element itself if the time was over or the thread was
  ///   cancelled.
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed.
  @inlinable
  public final func put(
    _ element: Element,
    for duration: Duration
  ) throws(QueueClosed<Element>) -> Element? {
    if isPutAtOnce(element) { return nil }
    return try putSlowly(element, until: .after(duration)) ? nil : element
  }

  /// Puts an element, suspending the task while the queue is full.
  ///
  /// - Returns: `nil` if it was put, or the element itself if the task was cancelled.
  /// - Throws: ``QueueClosed``, which has the element, if the queue is closed.
  public final func put(_ element: Element) async throws(QueueClosed<Element>) -> Element? {
    switch await PutRequest(element: element, queue: self).perform() {
    case .done: return nil
    case .closed: throw QueueClosed(refused: element, queueName: name)
    case nil: return element
    }
  }

  /// Puts an element, unless that is not simple.
  @inlinable @inline(__always)
  final func isPutAtOnce(_ element: Element) -> Bool {
    guard !Seam.isWatched, let ends,
      case .done = ends.putRing(isWatched: false).put(element, isWatched: false)
    else { return false }
    takers.announce(isWatched: false)
    return true
  }

  @usableFromInline @inline(never)
  final func putSlowly(
    _ element: Element,
    until deadline: Deadline?
  ) throws(QueueClosed<Element>) -> Bool {
    var outcome: PutRequest<Element>.Outcome?
    let request = PutRequest(element: element, queue: self)
    let isPut = Seam.attempt(.put, on: subject) {
      Seam.note(element)
      outcome = request.perform(until: deadline)
      return outcome == .done
    }
    if outcome == .closed || !isPut && Seam.isEnding {
      throw QueueClosed(refused: element, queueName: name)
    }
    return isPut
  }

  @usableFromInline @inline(never)
  final func tryPutSlowly(_ element: Element) throws(QueueClosed<Element>) -> Element? {
    var outcome: PutRequest<Element>.Outcome?
    let isPut = Seam.attempt(.tryPut, on: subject) {
      Seam.note(element)
      outcome = PutRequest(element: element, queue: self).attempt()
      return outcome == .done
    }
    if outcome == .closed { throw QueueClosed(refused: element, queueName: name) }
    return isPut ? nil : element
  }
}

// Taking.
extension BlockingQueue {
  /// Takes the next element, waiting while there is none.
  ///
  /// - Throws: ``QueueClosed`` if the queue is closed and empty.
  @inlinable
  public final func take() throws(QueueClosed<Element>) -> Element {
    if let element = takeAtOnce() { return element }
    // Without a deadline the wait does not give up.
    while true {
      if let element = try takeSlowly(until: nil) { return element }
    }
  }

  /// Takes the next element, if there is one.
  ///
  /// - Returns: The element, or `nil` if there is none at the moment.
  /// - Throws: ``QueueClosed`` if the queue is closed and empty.
  @inlinable
  public final func tryTake() throws(QueueClosed<Element>) -> Element? {
    if let element = takeAtOnce() { return element }
    return try tryTakeSlowly()
  }

  /// Takes the next element, waiting while there is none, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: The element, or `nil` if the deadline passed or the thread was cancelled.
  /// - Throws: ``QueueClosed`` if the queue is closed and empty.
  @inlinable
  public final func take(until deadline: Deadline) throws(QueueClosed<Element>) -> Element? {
    if let element = takeAtOnce() { return element }
    return try takeSlowly(until: deadline)
  }

  /// Takes the next element, waiting while there is none, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: The element, or `nil` if the time was over or the thread was cancelled.
  /// - Throws: ``QueueClosed`` if the queue is closed and empty.
  @inlinable
  public final func take(for duration: Duration) throws(QueueClosed<Element>) -> Element? {
    if let element = takeAtOnce() { return element }
    return try takeSlowly(until: .after(duration))
  }

  /// Takes the next element, suspending the task while there is none.
  ///
  /// - Returns: The element, or `nil` if the task was cancelled.
  /// - Throws: ``QueueClosed`` if the queue is closed and empty.
  public final func take() async throws(QueueClosed<Element>) -> Element? {
    switch await TakeRequest(queue: self).perform() {
    case .element(let element): return element
    case .closed: throw QueueClosed(refused: nil, queueName: name)
    case nil: return nil
    }
  }

  /// Takes what is there, without waiting.
  ///
  /// - Parameter limit: How many elements at the most.
  /// - Returns: The elements, the next one first; none if there are none at the moment, or if the
  ///   queue is closed.
  public final func drain(max limit: Int = .max) -> [Element] {
    var elements: [Element] = []
    Seam.perform(.drain, on: subject) {
      let request = TakeRequest(queue: self)
      while elements.count < limit, case .element(let element) = request.attempt() {
        elements.append(element)
      }
    }
    return elements
  }

  /// Takes the next element, unless that is not simple.
  @inlinable @inline(__always)
  final func takeAtOnce() -> Element? {
    guard !Seam.isWatched, let ends,
      case .element(let element) = ends.takeRing(isWatched: false).take(isWatched: false)
    else { return nil }
    putters.announce(isWatched: false)
    return element
  }

  @usableFromInline @inline(never)
  final func takeSlowly(until deadline: Deadline?) throws(QueueClosed<Element>) -> Element? {
    try element(of: .take) { TakeRequest(queue: self).perform(until: deadline) }
  }

  @usableFromInline @inline(never)
  final func tryTakeSlowly() throws(QueueClosed<Element>) -> Element? {
    try element(of: .tryTake) { TakeRequest(queue: self).attempt() }
  }

  private func element(
    of kind: Operation.Kind,
    _ body: () -> TakeRequest<Element>.Outcome?
  ) throws(QueueClosed<Element>) -> Element? {
    var outcome: TakeRequest<Element>.Outcome?
    _ = Seam.attempt(kind, on: subject) {
      outcome = body()
      guard case .element(let element) = outcome else { return false }
      Seam.note(element, isResult: true)
      return true
    }
    switch outcome {
    case .element(let element): return element
    case .closed: throw QueueClosed(refused: nil, queueName: name)
    case nil where Seam.isEnding: throw QueueClosed(refused: nil, queueName: name)
    case nil: return nil
    }
  }
}

extension BlockingQueue: Named {
  package final var nameForReports: String? { name }
}
