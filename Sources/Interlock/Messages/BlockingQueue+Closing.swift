// Closing.
extension BlockingQueue {
  /// Lets nothing be put any more.
  ///
  /// What is there can still be taken. Threads and tasks that wait to put are refused; those that wait
  /// to take learn that nothing comes. Closing again does nothing.
  public final func close() {
    Seam.perform(.close, on: subject) { seal() }
  }

  /// Lets nothing be put any more, and takes away what is there.
  ///
  /// - Returns: The elements that nobody has taken, the next one first. They count as done; see
  ///   `join()`.
  @discardableResult
  public final func closeAtOnce() -> [Element] {
    var elements: [Element] = []
    Seam.perform(.close, on: subject) {
      seal()
      let request = TakeRequest(queue: self)
      // It waits for those who are in the middle of a put, and for nobody else.
      while case .element(let element) = request.perform(until: nil) { elements.append(element) }
      accounts.add(elements.count)
      noteDone()
    }
    return elements
  }

  /// Whether the queue was closed.
  public final var isClosed: Bool { accounts.isClosed.load(ordering: .acquiring) }

  private func seal() {
    accounts.isClosed.store(true, ordering: .releasing)
    switch keeping {
    case .core(let core):
      core.seal()
      takers.wakeAll()
      putters.wakeAll()
    case .handOver(let rules):
      let woken = rules.withLock { $0.seal() }
      for sleeper in woken { sleeper.wake() }
    }
  }
}

// What a queue tells about itself. The answers may be old when they arrive.
extension BlockingQueue {
  /// How many elements are there to take.
  public final var count: Int {
    guard case .core(let core) = keeping else { return 0 }
    let (puts, takes) = core.counts
    return Swift.max(0, puts - takes)
  }

  /// How many threads and tasks wait to put.
  public final var waitingPutterCount: Int {
    switch keeping {
    case .core: putters.count
    case .handOver(let rules): rules.withLock { $0.offers.count }
    }
  }

  /// How many threads and tasks wait to take.
  public final var waitingTakerCount: Int {
    switch keeping {
    case .core: takers.count
    case .handOver(let rules): rules.withLock { $0.wants.count }
    }
  }
}

// Iterating.
extension BlockingQueue: Sequence {
  /// Takes elements until the queue is closed and empty.
  public struct Iterator: IteratorProtocol {
    let queue: BlockingQueue

    /// Takes the next element, waiting while there is none.
    ///
    /// - Returns: The element, or `nil` if the queue is closed and empty.
    public mutating func next() -> Element? { try? queue.take() }
  }

  /// The elements, each taken when it is asked for, until the queue is closed and empty.
  ///
  /// Several threads may iterate over one queue: each element goes to one of them.
  public final func makeIterator() -> Iterator { Iterator(queue: self) }

  /// The elements for asynchronous code, each taken when it is asked for, until the queue is closed
  /// and empty, or the task is cancelled.
  ///
  ///     for await order in orders.stream { await prepare(order) }
  public final var stream: QueueStream<Element> { QueueStream(queue: self) }
}

/// The elements of a queue for asynchronous code.
public struct QueueStream<Element: Sendable>: AsyncSequence, Sendable {
  /// Takes elements until the queue is closed and empty, or the task is cancelled.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let queue: BlockingQueue<Element>

    /// Takes the next element, suspending the task while there is none.
    ///
    /// - Returns: The element, or `nil` if the queue is closed and empty or the task was cancelled.
    public mutating func next() async -> Element? { try? await queue.take() }

    /// Takes the next element, suspending the task while there is none.
    ///
    /// - Returns: The element, or `nil` if the queue is closed and empty or the task was cancelled.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> Element? {
      let queue = queue
      return try? await queue.take()
    }
  }

  let queue: BlockingQueue<Element>

  /// The elements, each taken when it is asked for.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: queue) }
}
