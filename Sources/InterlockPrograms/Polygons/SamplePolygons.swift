/// Makes convex polygons with 10 to 30 points, as many as anybody wants, one a line.
///
/// The same seed gives the same polygons, on every machine. Memory does not grow with their number.
///
///     try SamplePolygons(seed: 7).write(count: 1_000_000) { piece in
///       try file.append(piece)
///     }
///
/// The method is Pavel Valtr's, "Probability that n random points are in convex position" (1995):
/// random steps to the right and back, and up and down, are put together at random, sorted by their
/// direction, and laid end to end. All of it in whole numbers, so that nothing is rounded.
public struct SamplePolygons: Sendable {
  private struct Step {
    var x: Int
    var y: Int

    /// Whether the direction is in the upper half, from the right on and not including the left.
    var isUpper: Bool { y > 0 || (y == 0 && x > 0) }

    static func turnsLeft(_ first: Step, _ second: Step) -> Bool {
      if first.isUpper != second.isUpper { return first.isUpper }
      return first.x * second.y > first.y * second.x
    }
  }

  private static let points = 10...30
  private static let side = 1_000
  private static let pieceSize = 256 << 10

  private var random: SplitMix64

  /// Starts the polygons that belong to `seed`.
  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  /// Hands out `count` polygons, piece by piece.
  ///
  /// - Parameters:
  ///   - count: How many polygons to make.
  ///   - receive: Takes the next piece, which ends a line.
  /// - Throws: What `receive` throws; nothing more is made then.
  public consuming func write<Failure: Error>(
    count: Int,
    to receive: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var text: [UInt8] = []
    for _ in 0..<count {
      append(to: &text)
      if text.count >= Self.pieceSize {
        try receive(text)
        text.removeAll(keepingCapacity: true)
      }
    }
    if !text.isEmpty { try receive(text) }
  }

  private mutating func append(to text: inout [UInt8]) {
    var steps: [Step]
    // Two points that are the same would be one.
    repeat { steps = makeSteps() } while steps.contains { $0.x == 0 && $0.y == 0 }
    steps.sort(by: Step.turnsLeft)
    var corners: [Step] = []
    var corner = Step(x: 0, y: 0)
    for step in steps {
      corners.append(corner)
      corner.x += step.x
      corner.y += step.y
    }
    let left = corners.reduce(0) { min($0, $1.x) }
    let bottom = corners.reduce(0) { min($0, $1.y) }
    for corner in corners {
      text.append(UInt8(ascii: "("))
      Area(halves: UInt128(2 * (corner.x - left))).write(to: &text)
      text.append(UInt8(ascii: ","))
      Area(halves: UInt128(2 * (corner.y - bottom))).write(to: &text)
      text += [UInt8(ascii: ")"), UInt8(ascii: ",")]
    }
    text[text.count - 1] = UInt8(ascii: "\n")
  }

  private mutating func makeSteps() -> [Step] {
    let count = below(Self.points.count) + Self.points.lowerBound
    let widths = makeDistances(count)
    var heights = makeDistances(count)
    for place in heights.indices.reversed() { heights.swapAt(place, below(place + 1)) }
    return zip(widths, heights).map { Step(x: $0, y: $1) }
  }

  /// Distances whose sum is 0: the way from the least of some random places to the greatest and back,
  /// where each place is on one of the two ways.
  private mutating func makeDistances(_ count: Int) -> [Int] {
    var places: [Int] = []
    for _ in 0..<count { places.append(below(Self.side)) }
    places.sort()
    var (there, back) = (places[0], places[0])
    var distances: [Int] = []
    for place in places.dropFirst().dropLast() {
      if below(2) == 0 {
        distances.append(place - there)
        there = place
      } else {
        distances.append(back - place)
        back = place
      }
    }
    distances += [places[count - 1] - there, back - places[count - 1]]
    return distances
  }

  /// A random number from 0 up to, not including, a limit that is small.
  private mutating func below(_ limit: Int) -> Int {
    Int(((random.next() >> 32) &* UInt64(limit)) >> 32)
  }
}
