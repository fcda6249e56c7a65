/// Something that a train does, for those who watch.
public struct TrainEvent: Hashable, Sendable {
  /// What a train can do.
  public enum Action: Hashable, Sendable {
    /// It has moved on by one unit.
    case move
    /// It is about to enter a crossing, and asks for it.
    case ask(crossing: Int)
    /// A crossing belongs to it now.
    case reserve(crossing: Int)
    /// It has left a crossing, which belongs to nobody now.
    case leave(crossing: Int)
    /// It has come to its goal.
    case arrive
    /// It has found out that it would wait for ever, and gives up.
    case giveUp
  }

  /// The number of the train.
  public let train: Int
  /// Where its front is, in units from the beginning of its track.
  public let position: Int
  /// What it does.
  public let action: Action

  /// Creates an event.
  ///
  /// - Parameters:
  ///   - train: The number of the train.
  ///   - position: Where its front is, in units from the beginning of its track.
  ///   - action: What it does.
  public init(train: Int, position: Int, action: Action) {
    self.train = train
    self.position = position
    self.action = action
  }
}

extension TrainEvent: CustomStringConvertible {
  /// The event in words, as in `train 2 reserves crossing 3 at 120`.
  public var description: String { "train \(train) \(verb) at \(position)" }

  private var verb: String {
    switch action {
    case .move: "is"
    case .ask(let crossing): "asks for crossing \(crossing)"
    case .reserve(let crossing): "reserves crossing \(crossing)"
    case .leave(let crossing): "leaves crossing \(crossing)"
    case .arrive: "arrives"
    case .giveUp: "gives up"
    }
  }
}
