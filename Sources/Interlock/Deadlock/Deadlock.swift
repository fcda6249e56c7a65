/// Threads that wait for each other in a circle, so that none of them will ever go on.
///
/// Who waits without a deadline for a lock, for the end of a thread or of a pool task, or for a value
/// that another thread makes, waits for a thread. If these waits come round to where they began, only
/// giving up ends them: one of the threads is the victim, gets this error, and lets go what the others
/// wait for.
///
///     do {
///       try left.withLockUnlessDeadlocked {
///         try right.withLockUnlessDeadlocked { play() }
///       }
///     } catch let deadlock as Deadlock {
///       print(deadlock)
///     }
///
/// To be told of deadlocks of threads that do not ask, turn ``DeadlockDetection`` on.
public struct Deadlock: Error, Sendable {
  /// One thread of the circle, which waits for what the next one has.
  public struct Link: Sendable {
    /// The thread that waits.
    public let thread: ThreadIdentity
    /// The call in which it waits, as in `Lock.acquire() on "fork 3"`.
    public let operation: String
    /// What it waits for, as in `Lock "fork 3"`.
    public let resource: String
    /// Who has that, or stands in line for it in front: the thread of the next link.
    public let holder: ThreadIdentity

    let isBehind: Bool
    let waitStack: CallStack?
    let holdStack: CallStack?

    /// Where the thread waits, if that is known; to find it out may take a second in a large program.
    public var waitsAt: CodePlace? { waitStack?.place }

    /// Where the holder acquired what the thread waits for; known if ``DeadlockDetection`` was on then, and
    /// has been since.
    public var heldSince: CodePlace? { holdStack?.place }
  }

  /// The circle: each waits for what the next one has, and the last one for what the first one has.
  public let links: [Link]

  /// The threads of the circle.
  public var threads: [ThreadIdentity] { links.map(\.thread) }
}

extension Deadlock: CustomStringConvertible {
  /// The circle in a sentence.
  public var description: String {
    let steps = links.map { link in
      let waits = "\"\(link.thread.name)\" waits for \(link.resource)\(place(" in ", link.waitsAt))"
      if link.isBehind { return "\(waits) behind \"\(link.holder.name)\"" }
      return
        "\(waits), which \"\(link.holder.name)\" holds\(place(", acquired in ", link.heldSince))"
    }
    return steps.joined(separator: "; ")
  }

  private func place(_ word: String, _ place: CodePlace?) -> String {
    place.map { word + $0.description } ?? ""
  }
}
