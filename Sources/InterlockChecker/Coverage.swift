/// What an exploration has covered that found nothing wrong; never more than that.
public struct Coverage: Sendable, Hashable {
  /// What is known now.
  public enum Verdict: Sendable, Hashable {
    /// No schedule goes wrong: all that differ in anything that the threads see were tried.
    case proved
    /// The same, but of schedules in which a thread that waits or sleeps finds its time over, or gives way or
    /// looks in vain, at most so often while others could go on: some thread could do so again and again.
    case limited(timeouts: Int)
    /// None with so few preemptions goes wrong, and with at most two such time-outs of each thread.
    case bounded(preemptions: Int)
    /// None of those that were tried went wrong, which says nothing about others.
    case sampled
  }

  /// Something that executions come to sometimes; see ``sometimes(_:_:)``.
  public struct Landmark: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// How many executions have reached it.
    public let executions: Int
  }

  /// What is known now.
  public let verdict: Verdict
  /// How many executions there were.
  public let executions: Int
  /// What executions should come to sometimes, in the order in which it was met.
  public let landmarks: [Landmark]

  /// What no execution has come to, though some should.
  public var unreached: [Landmark] { landmarks.filter { $0.executions == 0 } }
}

extension Coverage: CustomStringConvertible {
  /// What is known, in a sentence.
  public var description: String {
    let names = unreached.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return names.isEmpty ? outcome : "\(outcome); none of them reached \(names)"
  }

  private var outcome: String {
    switch verdict {
    case .proved: "proved: correct in all \(executions) executions that differ"
    case .limited(let timeouts):
      "proved within a limit: correct in all \(executions) executions that differ, with at most "
        + "\(timeouts) time-outs or vain looks of each thread while others could go on"
    case .bounded(let preemptions):
      "bounded: correct in all \(executions) executions with at most \(preemptions) preemptions"
    case .sampled: "sampled: correct in \(executions) executions, which is no proof"
    }
  }
}
