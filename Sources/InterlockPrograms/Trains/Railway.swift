/// Tracks that form a box: each crosses the one before it and the one after it.
///
/// Lengths and places are whole units, counted from where a track begins. Tracks and trains have the
/// same numbers, and so have crossings, all from 1 on: track 2 goes over crossings 2 and 3, and the
/// last track over the last crossing and crossing 1.
///
/// ```
///            4     2
///            ↑     ↓
///     1 → ───1─────2───
///            │     │
///         ───4─────3─── ← 3
///            │     │
/// ```
public struct Railway: Hashable, Sendable {
  /// How many tracks there are, each with one train: 2 or more.
  public var tracks: Int
  /// How long each track is.
  public var trackLength: Int
  /// How long each train is.
  public var trainLength: Int
  /// Where on a track its first crossing begins.
  public var firstCrossing: Int
  /// Where on a track its second crossing begins.
  public var secondCrossing: Int
  /// How much of a track a crossing takes.
  public var crossingLength: Int

  /// Creates the railway of the lesson, or one of another size.
  ///
  /// - Parameters:
  ///   - tracks: How many tracks there are, each with one train: 2 or more.
  ///   - trackLength: How long each track is.
  ///   - trainLength: How long each train is. In the lesson it is longer than the way between two
  ///     crossings, so that it still stands on the first one when it comes to the second.
  ///   - firstCrossing: Where on a track its first crossing begins.
  ///   - secondCrossing: Where on a track its second crossing begins.
  ///   - crossingLength: How much of a track a crossing takes.
  public init(
    tracks: Int = 4,
    trackLength: Int = 300,
    trainLength: Int = 70,
    firstCrossing: Int = 120,
    secondCrossing: Int = 170,
    crossingLength: Int = 10
  ) {
    self.tracks = tracks
    self.trackLength = trackLength
    self.trainLength = trainLength
    self.firstCrossing = firstCrossing
    self.secondCrossing = secondCrossing
    self.crossingLength = crossingLength
  }

  /// The numbers of the trains, and of the crossings.
  public var numbers: ClosedRange<Int> { 1...tracks }

  /// The way of a train.
  public func route(of train: Int) -> Route {
    let places = [(train, firstCrossing), (train % tracks + 1, secondCrossing)]
    return Route(
      train: train,
      trainLength: trainLength,
      trackLength: trackLength,
      passages: places.map { crossing, start in
        Route.Passage(crossing: crossing, start: start, end: start + crossingLength)
      }
    )
  }
}
