public import Interlock

/// A schedule under which a body goes wrong.
///
/// Printed, it is a report for people: a sentence, what else there is to know, a table of what happened,
/// and how to see it again. ``json`` is the same for programs.
///
///     do {
///       try explore { try transferTwice() }
///     } catch {
///       print(error.summary)
///       for wait in error.waits { print(wait.thread, wait.place as Any) }
///     }
public struct Counterexample: Error, Sendable {
  /// What kind of failure it is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The body threw, or something that it required was not so.
    case failure
    /// The program would have ended.
    case crash
    /// Two threads touched the same plain memory, and nothing orders them.
    case race
    /// No thread can go on.
    case deadlock
    /// A thread has ended, and still holds a lock.
    case leakedLock
    /// Nobody has joined a thread; see ``Exploration/reportsUnjoinedThreads``.
    case unjoinedThread
    /// Some threads do the same again and again, and may for ever.
    case livelock
    /// It has more steps than were allowed, and does not repeat itself.
    case tooLong
    /// A thread does not come to its next operation: it waits for something that is not Interlock's, or
    /// computes on and on.
    ///
    /// There is no simpler schedule and no step, for nothing is run any more: what the thread holds, such as a
    /// lock of the system, stays held.
    case stuck
    /// The body did something else under the same schedule.
    case nondeterminism
    /// The schedule that should be replayed is none, or not one of this body.
    case unusableSchedule
    /// What should be so sometimes is so in no execution at all; see ``sometimes(_:_:)``.
    case unreached
  }

  /// What one thread does, without another in between.
  public struct Step: Sendable, Hashable {
    /// The name of the thread.
    public let thread: String
    /// What it does, as its author wrote it.
    public let action: String
    /// What comes of it; empty if there is nothing to say.
    public let result: String
    /// Where, if that is known.
    public let place: CodePlace?
    /// The number of the thread, for two may have one name.
    let number: Int
  }

  /// A thread that can never go on.
  public struct Wait: Sendable, Hashable {
    /// The name of the thread.
    public let thread: String
    /// The call in which it waits, as its author wrote it.
    public let action: String
    /// Where that is, if it is known.
    public let place: CodePlace?
    /// Who has what it waits for; nobody, if that is nothing that threads have.
    public let holders: [Holder]
    /// Whether it waits, by way of others, for itself.
    public let isInCycle: Bool
    /// The number of the thread.
    let number: Int
    /// Whether it sleeps in the middle of the call; if not, it stands before it.
    let isAsleep: Bool
  }

  /// A thread that has what another one waits for.
  public struct Holder: Sendable, Hashable {
    /// The name of the thread.
    public let thread: String
    /// Where it acquired that, if it did and the place is known.
    public let place: CodePlace?
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// What went wrong, in a sentence.
  public let summary: String
  /// What else there is to know, each a sentence; often nothing.
  public let details: [String]
  /// The schedule, for ``Exploration/Strategy/replay(_:)``.
  public let schedule: String
  /// How many executions it took to find it.
  public let executions: Int
  /// The names of the threads that did something or can never go on, in the order in which they came to be.
  public let threads: [String]
  /// What happened, step by step.
  public let steps: [Step]
  /// The threads that can never go on, those first that wait for each other in a circle, each for what the next
  /// one has.
  public let waits: [Wait]
  /// The numbers of ``threads``.
  let numbers: [Int]
  /// What the table leaves out.
  let folds: [StepFold]

  init(
    kind: Kind,
    summary: String,
    details: [String] = [],
    schedule: String,
    executions: Int,
    trace: ExecutionTrace? = nil,
    waits: [Wait] = [],
    folds: [StepFold]? = nil
  ) {
    self.kind = kind
    self.summary = summary
    self.details = details
    self.schedule = schedule
    self.executions = executions
    steps = trace?.forUsers ?? []
    self.waits = waits
    numbers = Set(steps.map(\.number) + waits.map(\.number)).sorted()
    threads = numbers.map { trace?.names[$0] ?? "thread \($0)" }
    self.folds = folds ?? StepFold.folds(of: steps)
  }
}

extension Counterexample {
  /// The steps as a table: a column for each thread, a row for each step.
  ///
  /// Of runs of one thread, and of circles, that are long it has the beginning and the end; ``steps`` has all.
  public var table: String { table(width: nil) }

  /// The steps as a table that is at most so wide.
  ///
  /// If there is no room for a column for each thread, it is a list.
  ///
  /// - Parameter width: How many characters a line may have; `nil` for as many as it takes.
  /// - Returns: The table, without a line break at its end.
  public func table(width: Int?) -> String {
    StepTable(self, width: width).description
  }
}

extension Counterexample: CustomStringConvertible {
  /// All of it, for a terminal.
  public var description: String { description(width: nil) }

  /// All of it, for a terminal.
  ///
  /// - Parameter width: How many characters a line of the table may have; `nil` for as many as it takes.
  /// - Returns: The report.
  public func description(width: Int?) -> String {
    var parts = [summary]
    if !details.isEmpty { parts.append(details.joined(separator: "\n")) }
    if !steps.isEmpty { parts.append(table(width: width)) }
    guard !schedule.isEmpty || kind == .unusableSchedule else {
      return parts.joined(separator: "\n\n")
    }
    if kind == .unusableSchedule {
      parts.append("The schedule was \"\(schedule)\".")
    } else {
      parts.append(
        "Found in execution \(executions). "
          + "To see it again: explore(strategy: .replay(\"\(schedule)\")) { … }"
      )
    }
    return parts.joined(separator: "\n\n")
  }
}
