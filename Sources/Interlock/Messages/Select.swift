/// One of several puts and takes of which a thread wants the first that can be done.
///
///     let result = select(
///       .take(from: orders) { order in order.map(prepare) },
///       .take(from: cancellations) { order in order.map(forget) },
///       .put(sample, into: display) { _ in nil },
///       until: .after(.seconds(1))
///     )
///
/// A case whose queue is closed can be done at once, too: a take gets `nil`, a put gets its element
/// back. Leave such a case out the next time.
///
/// ## Ordering
///
/// That of the put or take that was done.
///
/// ## Waiting
///
/// ``select(_:)`` blocks until one of the cases can be done, the forms with a deadline give up when it
/// passes, or when the calling thread is cancelled, and ``trySelect(_:)`` never waits. If several cases
/// can be done, each has its turn: a thread begins at another case every time. Exactly one is done, and
/// its closure is called when the others are given up.
///
/// ## Cost
///
/// That of the put or take if it can be done at once; otherwise, for each case, a place in a line.
public struct SelectCase<Result> {
  /// A put or a take, whatever its elements are.
  let request: any SelectRequest<Result>

  /// Takes the next element of `queue`.
  ///
  /// - Parameters:
  ///   - queue: Where to take it from.
  ///   - body: What to do with it; called with `nil` if the queue is closed and empty.
  /// - Returns: The case, for ``select(_:)`` and its like.
  public static func take<Element: Sendable>(
    from queue: BlockingQueue<Element>,
    _ body: @escaping (Element?) -> Result
  ) -> SelectCase {
    SelectCase(
      request: MappedRequest(request: TakeRequest(queue: queue), subject: queue.subject) {
        guard case .element(let element) = $0 else { return body(nil) }
        return body(element)
      }
    )
  }

  /// Puts `element` into `queue`.
  ///
  /// - Parameters:
  ///   - element: The element.
  ///   - queue: Where to put it.
  ///   - body: What to do then; called with the element if it was refused because the queue is closed.
  /// - Returns: The case, for ``select(_:)`` and its like.
  public static func put<Element: Sendable>(
    _ element: Element,
    into queue: BlockingQueue<Element>,
    _ body: @escaping (_ refused: Element?) -> Result
  ) -> SelectCase {
    let request = PutRequest(element: element, queue: queue)
    return SelectCase(
      request: MappedRequest(request: request, subject: queue.subject) {
        body($0 == .done ? nil : element)
      }
    )
  }
}

/// Does the first of several puts and takes that can be done, waiting until one can.
///
/// - Returns: What the closure of that case returns.
/// - Precondition: There is a case.
public func select<Result>(_ cases: SelectCase<Result>...) -> Result {
  // Without a deadline the wait does not give up.
  while true {
    if let result = Selection(cases).wait(until: nil) { return result }
  }
}

/// Does the first of several puts and takes that can be done, waiting until one can, or gives up.
///
/// - Parameters:
///   - cases: The puts and takes.
///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
/// - Returns: What the closure of that case returns, or `nil` if the deadline passed or the thread was
///   cancelled.
public func select<Result>(_ cases: SelectCase<Result>..., until deadline: Deadline) -> Result? {
  Selection(cases).wait(until: deadline)
}

/// Does the first of several puts and takes that can be done, waiting until one can, or gives up.
///
/// - Parameters:
///   - cases: The puts and takes.
///   - duration: How long to wait at the most.
/// - Returns: What the closure of that case returns, or `nil` if the time was over or the thread was
///   cancelled.
public func select<Result>(_ cases: SelectCase<Result>..., for duration: Duration) -> Result? {
  Selection(cases).wait(until: .after(duration))
}

/// Does the first of several puts and takes that can be done at once.
///
/// - Returns: What the closure of that case returns, or `nil` if none can be done at the moment.
public func trySelect<Result>(_ cases: SelectCase<Result>...) -> Result? {
  Selection(cases).attempt()
}

/// Does the first of any number of puts and takes that can be done, waiting until one can, or gives
/// up.
///
/// - Parameters:
///   - cases: The puts and takes; with none the thread waits for the deadline.
///   - deadline: When to give up; with ``Deadline/never`` only for cancellation.
/// - Returns: What the closure of that case returns, or `nil` if the deadline passed or the thread was
///   cancelled.
public func select<Result>(among cases: [SelectCase<Result>], until deadline: Deadline) -> Result? {
  Selection(cases).wait(until: deadline)
}

/// A put or a take and what follows from it.
protocol SelectRequest<Result> {
  associatedtype Result

  var subject: Subject { get }

  /// - Returns: What is to be done afterwards.
  func attempt() -> (() -> Result)?
  func enter(_ sleeper: Sleeper, place: Int)
  func isReady(besides sleeper: Sleeper) -> Bool
  func leave(_ sleeper: Sleeper, place: Int) -> Bool
  func finish(_ reason: ThreadRecord.WakeReason) -> () -> Result
  func passOn()
}

private struct MappedRequest<Request: QueueRequest, Result>: SelectRequest {
  let request: Request
  let subject: Subject
  let body: (Request.Outcome) -> Result

  func attempt() -> (() -> Result)? {
    guard let outcome = request.attempt() else { return nil }
    return { body(outcome) }
  }

  func enter(_ sleeper: Sleeper, place: Int) { request.enter(sleeper, place: place) }
  func isReady(besides sleeper: Sleeper) -> Bool { request.isReady(besides: sleeper) }
  func leave(_ sleeper: Sleeper, place: Int) -> Bool { request.leave(sleeper, place: place) }

  func finish(_ reason: ThreadRecord.WakeReason) -> () -> Result {
    let outcome = request.finish(reason)
    return { body(outcome) }
  }

  func passOn() { request.passOn() }
}

/// One call of `select`.
///
/// The thread attempts all cases. If none can be done it stands in the lines of all, looks again, and
/// sleeps. It is signalled once: whoever wants to give it something, or to take something from it,
/// must be the first to signal it. If the thread itself finds that a case has become ready it signals
/// itself, so that from then on nobody else does, leaves all lines, and attempts again. (Two threads
/// that find each other ready at the same moment may both do so, and both attempt again; one of them
/// is the first to stand in line again.)
private struct Selection<Result> {
  private let cases: [any SelectRequest<Result>]
  private let thread = ThreadRecord.current

  init(_ cases: [SelectCase<Result>]) {
    self.cases = cases.map(\.request)
  }

  private var subject: Subject {
    cases.first?.subject ?? Subject("SelectCase", unnamed: thread)
  }

  /// Lets a world that watches know that the operation is about more than its subject.
  private func announce() {
    guard Seam.isWatched else { return }
    unsafe thread.selectedQueues = cases.map(\.subject.identity)
  }

  /// Does the first case that can be done at once.
  func attempt() -> Result? {
    var follow: (() -> Result)?
    announce()
    _ = Seam.attempt(.select, on: subject) {
      follow = attemptEach(from: thread.nextSelection())
      return follow != nil
    }
    return follow?()
  }

  func wait(until deadline: Deadline?) -> Result? {
    if cases.isEmpty, deadline == nil {
      misuse("select() without a case would wait for ever: give it a put or a take to wait for.")
    }
    var follow: (() -> Result)?
    announce()
    _ = Seam.attempt(.select, on: subject) {
      follow = chosen(until: deadline)
      return follow != nil
    }
    return follow?()
  }

  /// - Returns: What follows from the case that was done, or `nil` if the thread gave up.
  private func chosen(until deadline: Deadline?) -> (() -> Result)? {
    let start = thread.nextSelection()
    if let follow = attemptEach(from: start) { return follow }
    let me = Sleeper.thread(thread)
    while true {
      thread.prepareToWait()
      for (place, request) in cases.enumerated() { request.enter(me, place: place) }
      if cases.contains(where: { $0.isReady(besides: me) }) {
        _ = thread.signalOnce(.tryAgain, from: cases.count)
      }
      var reason = thread.waitForSignal(Operation(.select, subject), until: deadline)
      if reason == .none, !thread.signalOnce(.tryAgain, from: cases.count) {
        reason = thread.signalled
      }
      let place = thread.signallingPlace
      for (place, request) in cases.enumerated() { _ = request.leave(me, place: place) }
      // What follows is foreign code, which may use other queues: the others are passed on first.
      switch reason {
      case .given, .refused:
        let follow = cases[place].finish(reason)
        passOn()
        return follow
      case .tryAgain:
        let follow = attemptEach(from: start)
        passOn()
        if let follow { return follow }
        // A call that has begun need only be let through, but not beyond the deadline.
        Seam.world.yield()
        if let deadline, deadline.hasPassed || thread.isCancelled { return nil }
      case .none:
        passOn()
        return nil
      }
    }
  }

  /// Attempts the cases one after the other, beginning at another one each time.
  private func attemptEach(from start: Int) -> (() -> Result)? {
    for offset in cases.indices {
      if let follow = cases[(start % cases.count + offset) % cases.count].attempt() {
        return follow
      }
    }
    return nil
  }

  private func passOn() {
    for request in cases { request.passOn() }
  }
}
