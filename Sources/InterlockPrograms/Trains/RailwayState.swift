/// Where the trains are and whose the crossings are, after some events: what a drawing shows.
public struct RailwayState: Hashable, Sendable {
  /// What is known about a train.
  public struct Train: Hashable, Sendable {
    /// Where its front is.
    public internal(set) var position = 0
    /// The crossing that it waits for.
    public internal(set) var wanted: Int?
    /// Whether it is at its goal.
    public internal(set) var hasArrived = false
  }

  /// The tracks.
  public let railway: Railway
  private var trains: [Train]
  private var owners: [Int?]

  /// Creates the state in which no train has moved.
  public init(_ railway: Railway) {
    self.railway = railway
    trains = railway.numbers.map { _ in Train() }
    owners = railway.numbers.map { _ in nil }
  }

  /// What is known about the train with this number.
  public func train(_ number: Int) -> Train { trains[number - 1] }

  /// The number of the train to which the crossing with this number belongs.
  public func owner(ofCrossing number: Int) -> Int? { owners[number - 1] }

  /// Takes an event into account.
  public mutating func apply(_ event: TrainEvent) {
    let index = event.train - 1
    trains[index].position = event.position
    switch event.action {
    case .move: trains[index].wanted = nil
    case .ask(let crossing): trains[index].wanted = crossing
    case .reserve(let crossing):
      owners[crossing - 1] = event.train
      if trains[index].wanted == crossing { trains[index].wanted = nil }
    case .leave(let crossing): owners[crossing - 1] = nil
    case .arrive: trains[index].hasArrived = true
    case .giveUp: break
    }
  }
}
