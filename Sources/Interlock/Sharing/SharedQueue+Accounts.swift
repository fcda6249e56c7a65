// Closing.
extension SharedQueue {
  /// Lets nothing be put any more.
  ///
  /// What is there can still be taken. Whoever waits to put is refused; whoever waits to take learns that
  /// nothing comes. Closing again does nothing.
  public func close() { core.close() }

  /// Lets nothing be put any more, and takes away what is there.
  ///
  /// - Returns: The elements that nobody has taken, the next one first, but for those that cannot be
  ///   decoded. All count as done; see ``join()``.
  @discardableResult
  public func closeAtOnce() -> [Element] {
    core.close()
    var elements: [Element] = []
    while true {
      var bytes: [UInt8] = []
      let outcome = core.takeAndWake(1, isDone: true) { bytes = $0.bytes }
      guard case .taken = outcome else { break }
      if let element = try? coding.decode(bytes) { elements.append(element) }
    }
    core.noteDone()
    return elements
  }

  /// Whether the queue was closed.
  public var isClosed: Bool { core.isClosed }

  /// How many elements are there to take; it may be another number in a moment.
  public var count: Int { core.count }
}

// Knowing when all work is done.
extension SharedQueue {
  /// Says that elements that this process has taken are done with.
  ///
  ///     for order in orders {
  ///       prepare(order)
  ///       orders.taskDone()
  ///     }
  ///
  /// Only queues that somebody joins need this.
  ///
  /// - Parameter count: How many elements.
  /// - Precondition: This process has taken so many that are not done yet, and has had this queue or
  ///   another shared object ever since.
  public func taskDone(_ count: Int = 1) {
    guard count > 0 else {
      misuse("SharedQueue.taskDone(\(count)): a number of elements is 1 or more.")
    }
    guard core.finish(count) else {
      misuse(
        "SharedQueue.taskDone(\(count)): this process has not taken so many elements that are not done. Call "
          + "it once for each element, in the process that took it, and not for those that closeAtOnce() "
          + "gave back."
      )
    }
  }

  /// Waits until all elements that were put are done with.
  ///
  /// That is when ``taskDone(_:)`` was called for each of them; elements that ``closeAtOnce()`` gave
  /// back count, too. Nobody has to have closed the queue. A process that lets go of everything that it
  /// shares is as good as dead here: nobody can say any more that its elements are done.
  ///
  /// - Throws: ``ParticipantDied`` if a process has died that had taken elements and not said that they are
  ///   done; see ``declareMended()``.
  public func join() throws(ParticipantDied) {
    guard let outcome = core.join(until: nil) else {
      fatalError("a wait without a deadline does not give up")
    }
    try outcome.get()
  }

  /// Waits until all elements that were put are done with, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether all are done; `false` if the deadline passed or the thread or task was cancelled.
  /// - Throws: ``ParticipantDied`` if a process has died that had taken elements and not said that they are
  ///   done.
  public func join(until deadline: Deadline) throws(ParticipantDied) -> Bool {
    guard let outcome = core.join(until: deadline) else { return false }
    try outcome.get()
    return true
  }

  /// Waits until all elements that were put are done with, or gives up.
  ///
  /// - Parameter duration: How long to wait at the most.
  /// - Returns: Whether all are done; `false` if the time was over or the thread or task was cancelled.
  /// - Throws: ``ParticipantDied`` if a process has died that had taken elements and not said that they are
  ///   done.
  public func join(for duration: Duration) throws(ParticipantDied) -> Bool {
    try join(until: .after(duration))
  }

  /// How many elements were taken by processes that have died since and had not said that they are done.
  ///
  /// It is zero again after ``declareMended()``.
  public var lostCount: Int { core.lostCount }

  /// Says that nobody need wait any more for the elements that were lost with processes.
  ///
  /// Whoever calls it has put them again, or can do without them. From then on ``join()`` waits for the
  /// others.
  public func declareMended() { core.declareMended() }
}
