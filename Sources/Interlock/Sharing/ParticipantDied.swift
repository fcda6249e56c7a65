/// A process that took part in something died, so that what is waited for may never come.
///
/// `reset()` or `declareMended()` of what threw it lets the others go on, when they have put right what the
/// dead one has left.
public struct ParticipantDied: Error, Hashable, Sendable {}

extension ParticipantDied: CustomStringConvertible {
  /// What happened, and what to do about it.
  public var description: String {
    "a process that took part has died; when what it left is put right, reset or declare mended"
  }
}
