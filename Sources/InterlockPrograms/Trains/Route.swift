/// The way of one train, from one end of its track to the other.
public struct Route: Hashable, Sendable {
  /// A crossing on the way.
  public struct Passage: Hashable, Sendable {
    /// Its number.
    public let crossing: Int
    /// Where the train enters it.
    public let start: Int
    /// Where the train has passed it.
    public let end: Int

    /// Creates a passage from `start` up to `end`.
    public init(crossing: Int, start: Int, end: Int) {
      self.crossing = crossing
      self.start = start
      self.end = end
    }
  }

  /// The number of the train.
  public let train: Int
  /// How long the train is.
  public let trainLength: Int
  /// How long the track is.
  public let trackLength: Int
  /// The crossings, in the order in which the train comes to them.
  public let passages: [Passage]

  /// Creates a route.
  ///
  /// - Parameters:
  ///   - train: The number of the train.
  ///   - trainLength: How long the train is.
  ///   - trackLength: How long the track is.
  ///   - passages: The crossings, in the order in which the train comes to them.
  public init(train: Int, trainLength: Int, trackLength: Int, passages: [Passage]) {
    self.train = train
    self.trainLength = trainLength
    self.trackLength = trackLength
    self.passages = passages
  }

  /// The place where the train is at its goal: the end of the track, with every crossing behind it.
  public var goal: Int {
    max(trackLength, (passages.last?.end ?? 0) + trainLength)
  }

  /// The crossings that a train must be able to pass in one go when it comes to a passage.
  ///
  /// A train that stopped between two of them would still stand on the one behind it.
  ///
  /// - Parameter place: The place of a passage in ``passages``.
  /// - Returns: The numbers of the crossings, in the order of the way.
  func row(beginningAt place: Int) -> [Int] {
    var last = place
    while last + 1 < passages.count, isTooShortToStop(before: last + 1) { last += 1 }
    return passages[place...last].map(\.crossing)
  }

  /// Whether a train that stops before a passage still stands on the one before that.
  private func isTooShortToStop(before place: Int) -> Bool {
    passages[place].start - trainLength < passages[place - 1].end
  }
}
