/// Where the elements of an ordered stage stand in line, from the take to when their results go on.
///
/// An element gets its *place* when it is taken. One place at a time has the *turn*; its results go
/// on, nobody else's. Whoever has settled its results while the turn is another's leaves them here, and
/// takes the next element. See `Documentation/Internals/Pipeline.md`.
final class PipelineLine<Output: Sendable>: Sendable {
  private let name: String
  /// Taken in this order: places are given in the order of the takes.
  private let entry: Lock
  private let rules: Guarded<PipelineLineRules<Output>>
  /// How many results an element may have ready before its turn.
  private let patience: Int
  // The turn, for a look without the guard. It changes under the guard.
  private let turn = Atomic(0)

  /// - Parameters:
  ///   - room: How many places can be taken at once.
  ///   - patience: How many results an element may have ready before its turn.
  ///   - name: What the stage is called.
  init(room: Int, patience: Int, name: String) {
    self.name = name
    self.patience = patience
    entry = Lock(name: name)
    rules = Guarded(PipelineLineRules(room: room))
  }

  /// Takes the next element, when there is a place for it.
  ///
  /// - Returns: The element and its place, or `nil` if nothing is left or the run has ended.
  func take<Input: Sendable>(
    from inlet: BlockingQueue<Input>
  ) -> (element: Input, place: Int)? {
    entry.withLock {
      // One thread at a time comes here, so there is a place when the element comes.
      guard waitForRoom(), let element = try? inlet.take() else { return nil }
      return (element, rules.withLock { $0.give() })
    }
  }

  /// Looks whether a place has the turn; waits for it if the element has as many results ready as it may.
  ///
  /// - Returns: Whether it has the turn; `false` if it may have more results ready.
  /// - Throws: `CancellationError` if the run has ended.
  func turnComes(to place: Int, with earlyCount: Int) throws(CancellationError) -> Bool {
    // Ordering (P2): acquiring, pairs with the store in `advance`: the puts of earlier turns come
    // before those of this one.
    if turn.load(ordering: .acquiring) == place { return true }
    guard earlyCount >= patience else { return false }
    let isGiven = wait(
      enter: { $0.awaitTurn(of: place, $1) },
      leave: { ($0.leave($1), []) }
    )
    guard isGiven else { throw CancellationError() }
    return true
  }

  /// An element has no further results.
  ///
  /// - Returns: What the caller passes on now, because it has the turn; then it calls ``advance()``.
  ///   `nil` if the results were left for whoever has the turn.
  func settle(_ results: [Output], at place: Int) -> [Output]? {
    var due: [Output]?
    Seam.perform(.put, on: subject) { due = rules.withLock { $0.settle(results, at: place) } }
    return due
  }

  /// The caller has the turn and has passed on all results of that place.
  ///
  /// - Returns: What the caller passes on next, if the next place has settled; otherwise `nil`, and the
  ///   turn is that place's.
  func advance() -> [Output]? {
    var due: [Output]?
    Seam.perform(.notify, on: subject) {
      let (results, woken) = rules.withLock { rules in
        let action = rules.advance()
        // Ordering (P2): releasing, pairs with the load in `turnComes`.
        turn.store(rules.turn, ordering: .releasing)
        return action
      }
      woken.wake()
      due = results
    }
    return due
  }

  /// The run has ended: refuses whoever waits.
  func end() {
    Seam.perform(.close, on: subject) { rules.withLock { $0.end() }.wake() }
  }
}

extension PipelineLine {
  private var subject: Subject { Subject("Pipeline", self) }

  private func waitForRoom() -> Bool {
    wait(enter: { $0.enter($1) }, leave: { ($0.leave($1), []) })
  }

  /// - Returns: Whether the thread was given what it asks for; `false` if the run has ended.
  private func wait(
    enter: (inout PipelineLineRules<Output>, ThreadRecord) -> Entry,
    leave: (inout PipelineLineRules<Output>, ThreadRecord) -> (Bool, [ThreadRecord])
  ) -> Bool {
    Seam.attempt(.wait, on: subject) {
      rules.wait(
        for: Operation(.wait, subject),
        until: nil,
        enter: enter,
        leave: leave
      ) == .given
    }
  }
}

extension PipelineLine: Named {
  var nameForReports: String? { name }
}
