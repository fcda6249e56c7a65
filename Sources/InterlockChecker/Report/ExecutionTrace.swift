import Interlock

/// What happened in an execution, step by step, for whoever reads about it.
///
/// Written down only when an execution is made for a report: it takes a hundred times as long.
struct ExecutionTrace {
  /// What one thread did without another in between.
  struct Step {
    /// The number of the thread.
    let thread: Int
    /// From where the thread called.
    let stack: CallStack?
    /// What it did, as its author wrote it.
    var action = ""
    /// What came of it.
    var result = ""
  }

  private(set) var steps: [Step] = []
  /// The names of the threads, by their numbers.
  private(set) var names: [Int: String] = [:]
  /// From where each thread called what it does next.
  private var approaches: [Int: CallStack] = [:]

  /// A thread stands before its next operation.
  mutating func approach(_ thread: ControlledThread) {
    names[thread.number] = thread.record.name
    approaches[thread.number] = .capture()
  }

  /// A thread goes on.
  mutating func begin(_ thread: ControlledThread) {
    names[thread.number] = thread.record.name
    steps.append(Step(thread: thread.number, stack: approaches[thread.number]))
  }

  /// What the step is.
  mutating func describe(_ operation: Operation) {
    change { $0.action = operation.description }
  }

  /// What the step is.
  mutating func describe(_ access: WordAccess) {
    change { $0.action = access.kind.words }
  }

  /// What the step is, and what came of it.
  mutating func describe(_ action: String, result: String) {
    change { step in
      step.action = action
      step.result = result
    }
  }

  /// The step's thread sleeps.
  mutating func sleep() {
    change { $0.result = "sleeps" }
  }

  /// The step's thread had slept, and goes on.
  mutating func goOn(_ thread: ControlledThread, isWoken: Bool) {
    change { step in
      step.action = thread.operation?.description ?? "sleep"
      step.result = isWoken ? "wakes up" : "gives up waiting"
    }
  }

  /// The step's operation is done.
  mutating func end(_ operation: Operation, succeeded: Bool) {
    guard !succeeded else { return }
    change { $0.result = operation.kind == .sleep ? "" : "in vain" }
  }

  /// The step's access is done.
  mutating func end(_ access: WordAccess, read: UInt128?, written: UInt128?) {
    change { step in
      switch (access.kind, read, written) {
      case (.update, let read?, let written?):
        step.result = "\(Self.text(read)) → \(Self.text(written))"
      case (.update, let read?, nil): step.result = "\(Self.text(read)), unchanged"
      case (_, let read?, _): step.result = "is \(Self.text(read))"
      case (_, nil, let written?): step.result = "becomes \(Self.text(written))"
      default: break
      }
    }
  }

  private mutating func change(_ body: (inout Step) -> Void) {
    guard !steps.isEmpty else { return }
    body(&steps[steps.count - 1])
  }

  /// Bits of a word as a number with a sign, which they are most often.
  private static func text(_ bits: UInt128) -> String {
    String(Int64(truncatingIfNeeded: bits))
  }
}

extension WordAccess.Kind {
  fileprivate var words: String {
    switch self {
    case .load: "Atomic.load()"
    case .store: "Atomic.store()"
    case .update: "Atomic update"
    case .plainLoad: "reads a PlainCell"
    case .plainStore: "writes a PlainCell"
    case .fence: "memoryFence()"
    case .guarding: "a guard of the toolkit's"
    }
  }
}

extension ExecutionTrace {
  /// The steps with names in place of numbers.
  var forUsers: [Counterexample.Step] {
    steps.map { step in
      Counterexample.Step(
        thread: names[step.thread] ?? "thread \(step.thread)",
        action: step.action.isEmpty ? "ends" : step.action,
        result: step.result,
        place: step.stack?.place
      )
    }
  }
}
