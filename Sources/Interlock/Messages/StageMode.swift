/// How many threads work in a stage of a ``Pipeline``, and in which order its results go on.
public enum StageMode: Hashable, Sendable {
  /// One thread: one element after the other, in the order in which they come.
  case serial

  /// Several threads: each result goes on as soon as it is there, so a slow element is overtaken.
  case parallel(workers: Int)

  /// Several threads, whose results go on in the order of the elements that they come from.
  ///
  /// Results that are early wait for their turn. So that they do not fill the memory, the stage takes
  /// no further element while the oldest unfinished one has as many behind it as the stage has workers
  /// and its queue has room.
  case ordered(workers: Int)

  /// How many threads work in the stage.
  public var workers: Int {
    switch self {
    case .serial: 1
    case .parallel(let workers), .ordered(let workers): workers
    }
  }
}
