/// Who reports the weather: an airport, by its ICAO code of four characters.
///
///     let station = WeatherStation("EGLL")  // London Heathrow
public struct WeatherStation: Codable, Hashable, Sendable {
  /// London Heathrow.
  public static let heathrow = WeatherStation(unchecked: "EGLL")

  /// The code, in capital letters.
  public let code: String

  /// The station with a code, in letters of either case; `nil` if that is no code.
  ///
  /// - Parameter code: Four letters or digits, of which the first is a letter.
  public init?(_ code: String) {
    // Some letters become others in upper case.
    let isASCII = code.utf8.allSatisfy { $0 < 0x80 }
    let bytes = Array(code.uppercased().utf8)
    guard isASCII, bytes.count == Self.length, let first = bytes.first, ASCII.isCapital(first),
      bytes.allSatisfy({ ASCII.isCapital($0) || ASCII.isDigit($0) })
    else { return nil }
    self.init(unchecked: String(decoding: bytes, as: UTF8.self))
  }

  private init(unchecked code: String) {
    self.code = code
  }

  /// How many characters a code has.
  static let length = 4
}
