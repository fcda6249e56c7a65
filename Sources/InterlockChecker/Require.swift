/// What a body requires was not so.
public struct RequirementFailure: PlacedFailure, CustomStringConvertible {
  /// What was required, and where.
  public let description: String
  /// Where it was required.
  package let place: String
}

/// A failure that is known by its place: its words may be others under other schedules.
package protocol PlacedFailure: Error {
  /// Where the body was found wrong, as `file:line`.
  var place: String { get }
}

/// Fails the execution if something is not so.
///
/// - Parameters:
///   - condition: What must be so.
///   - message: What to say if it is not.
///   - fileID: Where that is required; the caller's place.
///   - line: The line in that file.
/// - Throws: ``RequirementFailure`` if it is not so.
public func require(
  _ condition: @autoclosure () throws -> Bool,
  _ message: @autoclosure () -> String = "a requirement does not hold",
  fileID: StaticString = #fileID,
  line: UInt = #line
) throws {
  guard try !condition() else { return }
  let place = "\(fileID):\(line)"
  throw RequirementFailure(description: "\(message()) (\(place))", place: place)
}
