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

  private enum What {
    case operation(Operation)
    case access(WordAccess.Kind)
  }

  private var sights: [EventID: (what: What, stack: CallStack)] = [:]
  /// For each thread, how many steps it has done at the most.
  private var depths: [Int] = []

  /// Whether no execution has come to this step of the thread before.
  func isNew(_ thread: ControlledThread) -> Bool {
    thread.number >= depths.count || thread.stepCount >= depths[thread.number]
  }

  /// A thread stands before an operation.
  mutating func note(_ operation: Operation, by thread: ControlledThread) {
    note(.operation(operation), thread)
  }

  /// A thread stands before an access.
  mutating func note(_ access: WordAccess, by thread: ControlledThread) {
    note(.access(access.kind), thread)
  }

  private mutating func note(_ what: What, _ thread: ControlledThread) {
    while depths.count <= thread.number { depths.append(0) }
    depths[thread.number] = thread.stepCount + 1
    sights[EventID(thread: thread.number, index: thread.stepCount)] = (what, .capture())
  }

  /// What a thread stood before its step with this index.
  func sight(of event: EventID) -> Sight? {
    sights[event].map { sight in
      let words: String =
        switch sight.what {
        case .operation(let operation): operation.description
        case .access(let kind): kind.words
        }
      return Sight(words: words, stack: sight.stack)
    }
  }
}
