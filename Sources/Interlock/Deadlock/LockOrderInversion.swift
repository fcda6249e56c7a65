/// Threads that acquire the same locks in orders that contradict each other: a deadlock that has not
/// happened yet.
///
/// It happens when each of them has its first lock before any has its second one. ``DeadlockDetection``
/// tells of each such set of locks once, when the second order is first seen, whether or not the threads
/// came into each other's way.
public struct LockOrderInversion: Sendable {
  /// A thread that acquired a lock while it had another one.
  public struct Step: Sendable {
    /// The thread.
    public let thread: ThreadIdentity
    /// What it had, as in `Lock "left"`.
    public let held: String
    /// What it acquired then.
    public let wanted: String

    let holdStack: CallStack
    let stack: CallStack

    /// Where it had acquired what it had; to find it out may take a second in a large program.
    public var heldSince: CodePlace? { holdStack.place }

    /// Where it acquired the other one.
    public var wantedAt: CodePlace? { stack.place }
  }

  /// The circle: each step acquires what the next one has, and the last one what the first one has.
  public let steps: [Step]
}

extension LockOrderInversion: CustomStringConvertible {
  /// The steps, a line for each.
  public var description: String {
    let lines = steps.map { step in
      "  \"\(step.thread.name)\" acquires \(step.wanted)\(place(" in ", step.wantedAt)) "
        + "while it holds \(step.held)\(place(", acquired in ", step.heldSince))"
    }
    return lines.joined(separator: ";\n")
  }

  private func place(_ word: String, _ place: CodePlace?) -> String {
    place.map { word + $0.description } ?? ""
  }
}

extension LockOrderInversion {
  init(_ circle: [LockOrder.Step]) {
    steps = circle.map { step in
      Step(
        thread: step.thread,
        held: step.held.subject.description,
        wanted: step.wanted.description,
        holdStack: step.held.stack,
        stack: step.stack
      )
    }
  }
}
