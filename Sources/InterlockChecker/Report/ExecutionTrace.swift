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
    /// The operation that it is, or is part of; its object may be gone.
    var operation: Operation?
    /// What it did, as its author wrote it.
    var action = ""
    /// What came of it.
    var result = ""
    /// The value that it got, if that is worth showing.
    var got: String?
    /// Whether the thread sleeps after it.
    var isAsleep = false
    /// Of a notification: how many threads waited for one.
    var listeners: Int?
  }

  /// A thread has a lock.
  struct Hold {
    let thread: Int
    let lock: NamedSubject
    /// The step in which it got it.
    let step: Int
  }

  private(set) var steps: [Step] = []
  /// The names of the threads, by their numbers.
  private(set) var names: [Int: String] = [:]
  /// The locks that threads have, in the order in which they got them.
  private(set) var holds: [Hold] = []
  /// What threads have let go while they wait for a condition or in a monitor.
  private var lentHolds: [Int: Hold] = [:]
  /// What threads put that is worth showing, until that is done.
  private var arguments: [Int: String] = [:]
  /// From where each thread called what it does next.
  private(set) var approaches: [Int: CallStack] = [:]

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
    let listeners = operation.kind == .notify ? operation.condition?.waiterCount : nil
    change { step in
      step.operation = operation
      step.action = operation.description
      step.listeners = listeners
    }
  }

  /// The step's operation puts a value, or has got one.
  mutating func note(_ value: Any, by thread: ControlledThread, isResult: Bool) {
    guard let text = ShortValue.text(of: value) else { return }
    if isResult {
      change { $0.got = text }
    } else {
      arguments[thread.number] = text
      if let operation = thread.operation { change { $0.action = operation.call(with: text) } }
    }
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
  mutating func sleep(_ thread: ControlledThread) {
    if let lock = thread.operation?.outerLock {
      lentHolds[thread.number] = release(UInt(bitPattern: ObjectIdentifier(lock)), thread.number)
    }
    let arrivals = thread.operation?.arrivals.map { ", \($0)" } ?? ""
    change { step in
      step.result = "sleeps\(arrivals)"
      step.isAsleep = true
    }
  }

  /// The step's thread had slept, and goes on.
  mutating func goOn(_ thread: ControlledThread, isWoken: Bool) {
    let argument = arguments[thread.number]
    change { step in
      step.operation = thread.operation
      step.action = thread.operation?.call(with: argument) ?? "sleep"
      let isOver = thread.operation?.kind == .sleep ? "" : "gives up waiting"
      step.result = isWoken ? "wakes up" : isOver
    }
  }

  /// The step's operation is done; but it is still the thread's, so that to look at its object is part of it.
  mutating func end(_ operation: Operation, by thread: ControlledThread, succeeded: Bool) {
    noteHolds(operation, by: thread.number, succeeded: succeeded)
    arguments[thread.number] = nil
    let result = operation.result(succeeded: succeeded, listeners: steps.last?.listeners)
    change { step in
      if let got = step.got {
        step.result = step.result.isEmpty ? "got \(got)" : "\(step.result), got \(got)"
      } else if step.result.isEmpty {
        step.result = result
      }
    }
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

// Who has which lock.
extension ExecutionTrace {
  private mutating func noteHolds(_ operation: Operation, by thread: Int, succeeded: Bool) {
    let subject = operation.subject
    if operation.acquiresLock, succeeded {
      holds.append(Hold(thread: thread, lock: subject.named, step: steps.count - 1))
    } else if operation.releasesLock {
      _ = release(subject.identity, thread)
    } else if let lent = lentHolds.removeValue(forKey: thread) {
      holds.append(Hold(thread: thread, lock: lent.lock, step: steps.count - 1))
    }
  }

  /// The lock that a thread has let go to wait for a condition.
  func lentLock(of thread: Int) -> UInt? { lentHolds[thread]?.lock.identity }

  private mutating func release(_ lock: UInt, _ thread: Int) -> Hold? {
    holds.lastIndex { $0.lock.identity == lock && $0.thread == thread }.map { holds.remove(at: $0) }
  }
}

// What readers of a report see.
extension ExecutionTrace {
  /// The name of a thread, in quotation marks.
  func name(_ thread: Int) -> String { "\"\(names[thread] ?? "thread \(thread)")\"" }

  /// Where a step was, as in `Bank.swift:12`, after a word; empty if that is not known.
  func place(of step: Int, after word: String) -> String {
    guard steps.indices.contains(step), let place = steps[step].stack?.place else { return "" }
    return " \(word) \(place.fileAndLine)"
  }

  /// The steps, with names and places in place of numbers and addresses.
  var forUsers: [Counterexample.Step] {
    steps.map { step in
      Counterexample.Step(
        thread: names[step.thread] ?? "thread \(step.thread)",
        action: step.action.isEmpty ? "ends" : step.action,
        result: step.result,
        // A thread's end is no call of its author's.
        place: step.operation?.kind == .finish ? nil : step.stack?.place,
        number: step.thread
      )
    }
  }
}

extension CodePlace {
  /// The name of the file with the line, as in `Bank.swift:12`; if there is none, the function.
  var fileAndLine: String {
    guard let name = file?.split(separator: "/").last else { return description }
    return name + (line.map { ":\($0)" } ?? "")
  }
}
