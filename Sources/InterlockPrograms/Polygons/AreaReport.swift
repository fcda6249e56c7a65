/// What came of measuring polygons.
public struct AreaReport: Hashable, Sendable {
  /// How many polygons were measured.
  public let polygons: Int
  /// The sum of their areas; `nil` if twice of it takes more than 128 bits.
  public let total: Area?
  /// How many lines were no polygons, and one more if the input could not be read to its end.
  public let errors: Int
  /// Whether the run was stopped before it had seen everything.
  public let wasStopped: Bool
}
