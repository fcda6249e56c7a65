import Interlock

/// What each thread stood before when an execution first came so far.
///
/// Threads do the same again under the same schedule. If one does not, this says what it did before.
struct FirstSights {
  /// What a thread stood before, and where.
  struct Sight {
    let words: String
    let stack: CallStack
  }

  private var sights: [EventID: Sight] = [:]
  /// For each thread, how many steps it has done at the most.
  private var depths: [Int] = []

  /// Whether no execution has come to this step of the thread before.
  func isNew(_ thread: ControlledThread) -> Bool {
    thread.number >= depths.count || thread.stepCount >= depths[thread.number]
  }

  /// A thread stands before an operation.
  mutating func note(_ operation: Operation, by thread: ControlledThread) {
    note(operation.description, thread)
  }

  /// A thread stands before an access.
  mutating func note(_ access: WordAccess, by thread: ControlledThread) {
    note(access.kind.words, thread)
  }

  private mutating func note(_ words: String, _ thread: ControlledThread) {
    while depths.count <= thread.number { depths.append(0) }
    depths[thread.number] = thread.stepCount + 1
    sights[EventID(thread: thread.number, index: thread.stepCount)] = Sight(
      words: words,
      stack: .capture()
    )
  }

  /// What a thread stood before its step with this index.
  func sight(of event: EventID) -> Sight? { sights[event] }
}
