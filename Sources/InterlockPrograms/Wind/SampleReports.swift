/// Makes archives of weather reports, as large as anybody wants.
///
/// They look like those that can be had of airports: a header of comments, METAR reports every half
/// hour, the newest first, wrapped where they are long, and forecasts in the end. Half of the reports are
/// London Heathrow's. Some winds are variable or calm or have gusts, and some are missing.
///
/// The same seed gives the same archive, on every machine. Memory does not grow with its size.
///
///     try SampleReports(seed: 7).write(byteCount: 1_000_000_000) { piece in
///       try file.append(piece)
///     }
public struct SampleReports: Sendable {
  private static let pieceSize = 256 << 10
  /// How much of an archive comes before its forecasts, in tenths.
  private static let reportShare = 9

  private var random: SplitMix64
  private var text: [UInt8] = []
  private var column = 0
  private var time = SampleTime()

  /// Starts the archive that belongs to `seed`.
  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  /// Hands out an archive of so many bytes, piece by piece; the last one ends a line.
  ///
  /// - Parameters:
  ///   - byteCount: How many bytes to make.
  ///   - receive: Takes the next piece.
  /// - Throws: What `receive` throws; nothing more is made then.
  public consuming func write<Failure: Error>(
    byteCount: Int,
    to receive: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    let reportBytes = byteCount / 10 * Self.reportShare
    var done = 0
    appendHeader(of: "METAR/SPECI")
    var isForecasting = false
    while done + text.count < byteCount {
      if !isForecasting, done + text.count >= reportBytes {
        isForecasting = true
        appendHeader(of: "TAF")
      }
      if isForecasting { appendForecast() } else { appendReport() }
      if text.count >= Self.pieceSize, done + text.count < byteCount {
        done += text.count
        try receive(text)
        text.removeAll(keepingCapacity: true)
      }
    }
    guard done < byteCount else { return }
    text.removeSubrange((byteCount - done)...)
    text[text.count - 1] = ASCII.newline
    try receive(text)
  }

  private mutating func appendHeader(of kind: String) {
    let rule = String(repeating: "#", count: 58)
    text +=
      """
      \(rule)
      # These reports are made up
      # EGLL, London / Heathrow Airport (United Kingdom), and others
      \(rule)

      \(String(repeating: "#", count: 35))
      #  \(kind) from EGLL
      \(String(repeating: "#", count: 35))

      """.utf8
  }
}

// One report.
extension SampleReports {
  private mutating func appendReport() {
    let station = chance(2) ? Words.heathrow : pick(Words.stations)
    time.goBack()
    begin(Words.metar, station: chance(4) ? Words.correction + station : station)
    if chance(150) {
      word(Words.missing)
    } else {
      appendWeather()
    }
    end()
  }

  private mutating func appendForecast() {
    if chance(20) { time.goBack() }
    begin(Words.forecast, station: Words.heathrow)
    word(time.period)
    appendWind()
    word(pick(Words.clouds))
    for _ in 0..<below(4) {
      newLine()
      word(pick(Words.changes))
      appendWind()
      word(pick(Words.clouds))
    }
    end()
  }

  private mutating func appendWeather() {
    appendWind()
    word(pick(Words.sights))
    for _ in 0..<below(4) { word(pick(Words.clouds)) }
    word(digits(below(30), count: 2) + Words.slash + digits(below(20), count: 2))
    word(Words.pressure + digits(970 + below(70), count: 4))
    word(pick(Words.trends))
    if chance(8) {
      word(Words.temporarily)
      word(pick(Words.clouds))
    }
  }

  private mutating func appendWind() {
    let speed = digits(2 + below(20), count: 2)
    switch below(1_000) {
    case 0..<30: word(Words.variable + digits(1 + below(4), count: 2) + Words.knots)
    case 30..<40: word(Words.calm)
    case 40..<45: word(Words.unknown)
    case 45..<70:
      word(direction() + speed + Words.gust + digits(25 + below(20), count: 2) + Words.knots)
    case 70..<120:
      word(direction() + speed + Words.knots)
      word(direction() + Words.to + direction())
    default: word(direction() + speed + Words.knots)
    }
  }

  /// A direction in tens of degrees, most often around south-west.
  private mutating func direction() -> [UInt8] {
    let tens = chance(2) ? 18 + below(11) : 1 + below(36)
    return digits(10 * tens, count: 3)
  }
}

// Words and lines.
extension SampleReports {
  private static let lineLength = 69
  private static let indentation = [UInt8](repeating: ASCII.space, count: 24)

  /// Begins a report with what all have: when it was sent, what it is, where it is from.
  private mutating func begin(_ kind: [UInt8], station: [UInt8]) {
    column = 0
    word(time.stamp)
    word(kind)
    word(station)
    word(time.dayAndTime)
  }

  private mutating func word(_ word: [UInt8]) {
    if column + word.count >= Self.lineLength { newLine() }
    if column > 0, column != Self.indentation.count {
      text.append(ASCII.space)
      column += 1
    }
    text += word
    column += word.count
  }

  private mutating func newLine() {
    text.append(ASCII.newline)
    text += Self.indentation
    column = Self.indentation.count
  }

  private mutating func end() {
    text.append(ASCII.closing)
    text.append(ASCII.newline)
  }

  /// Whether something happens that does so once in so many times.
  private mutating func chance(_ limit: Int) -> Bool { below(limit) == 0 }

  private mutating func pick(_ words: [[UInt8]]) -> [UInt8] { words[below(words.count)] }

  /// A random number from 0 up to, not including, a limit that is small.
  private mutating func below(_ limit: Int) -> Int {
    Int(((random.next() >> 32) &* UInt64(limit)) >> 32)
  }

  private func digits(_ number: Int, count: Int) -> [UInt8] { SampleTime.digits(number, count) }
}

/// What reports consist of.
private enum Words {
  static let metar = bytes("METAR")
  static let forecast = bytes("TAF")
  static let correction = bytes("COR ")
  static let heathrow = bytes("EGLL")
  static let missing = bytes("NIL")
  static let calm = bytes("00000KT")
  static let unknown = bytes("/////KT")
  static let variable = bytes("VRB")
  static let knots = bytes("KT")
  static let gust = bytes("G")
  static let to = bytes("V")
  static let slash = bytes("/")
  static let pressure = bytes("Q")
  static let temporarily = bytes("TEMPO")
  static let stations = ["EGKK", "EGSS", "EHAM", "LFPG", "EDDF"].map(bytes)
  static let sights = ["9999", "CAVOK", "8000", "4500 -RADZ", "9999 -RA", "7000 SHRA", "0800 FG"]
    .map(bytes)
  static let clouds = [
    "FEW015", "FEW029", "SCT016", "SCT033", "BKN014", "BKN040", "BKN018CB", "OVC009",
  ]
  .map(bytes)
  static let trends = ["NOSIG", "NOSIG", "BECMG 9999", "TEMPO SHRA"].map(bytes)
  static let changes = ["BECMG 0609", "TEMPO 1421", "PROB30 TEMPO 2106"].map(bytes)

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}

/// When a report was made: a half hour of a month that has 28 days.
private struct SampleTime: Sendable {
  private var halfHours = Self.count

  /// How many there are before they come again: those of 60 years.
  private static let count = 60 * 12 * 28 * 48
  private static let firstYear = 1_960

  private var day: Int { halfHours / 48 % 28 + 1 }
  private var month: Int { halfHours / (48 * 28) % 12 + 1 }
  private var year: Int { halfHours / (48 * 28 * 12) + Self.firstYear }
  private var hourAndMinute: Int { halfHours / 2 % 24 * 100 + (halfHours % 2 == 0 ? 20 : 50) }

  mutating func goBack() {
    halfHours = (halfHours == 0 ? Self.count : halfHours) - 1
  }

  /// Year, month, day, hour and minute.
  var stamp: [UInt8] {
    Self.digits(((year * 100 + month) * 100 + day) * 10_000 + hourAndMinute, 12)
  }

  /// Day, hour and minute of universal time.
  var dayAndTime: [UInt8] { Self.digits(day * 10_000 + hourAndMinute, 6) + [UInt8(ascii: "Z")] }

  /// What a forecast is for: the rest of the day.
  var period: [UInt8] { Self.digits(day * 10_000 + hourAndMinute / 100 * 100 + 24, 6) }

  static func digits(_ number: Int, _ count: Int) -> [UInt8] {
    var rest = number
    var digits = [UInt8](repeating: UInt8(ascii: "0"), count: count)
    for place in digits.indices.reversed() {
      digits[place] += UInt8(rest % 10)
      rest /= 10
    }
    return digits
  }
}
