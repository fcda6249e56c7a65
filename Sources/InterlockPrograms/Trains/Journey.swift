/// How far a train has come, and what happens next: the rules, without time and threads.
///
/// A train begins outside, with its front where its track begins. It covers everything from its end
/// up to its front, the unit behind the front included.
public struct Journey: Hashable, Sendable {
  /// Something that happens on the way.
  public enum Step: Hashable, Sendable {
    /// The train is about to enter the first crossing of a row, which it should be able to pass in
    /// one go.
    case reach(row: [Int])
    /// The end of the train has left a crossing.
    case leave(crossing: Int)
    /// The train moves on by one unit.
    case move
  }

  /// The way.
  public let route: Route
  /// Where the front of the train is.
  public private(set) var front = 0
  // How many passages have been reached, and left.
  private var reached = 0
  private var left = 0

  /// Creates the journey of a train that has not moved yet.
  public init(_ route: Route) {
    self.route = route
  }

  /// Where the end of the train is, outside at the beginning.
  public var end: Int { front - route.trainLength }

  /// Whether the train is at its goal.
  public var hasArrived: Bool { front == route.goal && left == route.passages.count }

  /// Goes on by one step.
  ///
  /// - Returns: What happens; `nil` when the train has arrived.
  public mutating func next() -> Step? {
    let passages = route.passages
    if left < reached, passages[left].end == end {
      left += 1
      return .leave(crossing: passages[left - 1].crossing)
    }
    if reached < passages.count, passages[reached].start == front {
      reached += 1
      return .reach(row: route.row(beginningAt: reached - 1))
    }
    guard front < route.goal else { return nil }
    front += 1
    return .move
  }
}
