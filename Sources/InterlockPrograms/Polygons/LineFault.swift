/// A line that is no polygon, and why.
struct LineFault: Codable, Hashable, Sendable {
  /// What is wrong.
  enum Reason: UInt8, Codable, Sendable {
    case noPoint
    case noOpening
    case noNumber
    case numberTooLarge
    case noComma
    case noClosing
    case noCommaBetweenPoints
    case areaTooLarge
    case lineTooLong
  }

  /// How many lines come before it.
  var line: Int
  /// How many bytes of the line are right.
  let offset: Int
  let reason: Reason
}

extension LineFault: CustomStringConvertible {
  /// What is wrong, in a few words.
  var description: String {
    let place = "at byte \(offset + 1)"
    return switch reason {
    case .noPoint: "the line has no point"
    case .noOpening: "a point begins with `(`, \(place)"
    case .noNumber: "a whole number is missing \(place)"
    case .numberTooLarge: "the number \(place) takes more than 64 bits"
    case .noComma: "a `,` is missing \(place), between two numbers"
    case .noClosing: "a point ends with `)`, \(place)"
    case .noCommaBetweenPoints: "a `,` is missing \(place), between two points"
    case .areaTooLarge: "the area is too large: twice of it takes more than 128 bits"
    case .lineTooLong: "the line is too long"
    }
  }
}
