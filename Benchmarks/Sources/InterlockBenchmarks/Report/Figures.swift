/// Numbers as people read them.
enum Figures {
  /// `9.71 ns`, `12.3 µs`, `305 ms`.
  static func time(_ seconds: Double) -> String {
    switch abs(seconds) {
    case ..<1e-6: "\(threeDigits(seconds * 1e9)) ns"
    case ..<1e-3: "\(threeDigits(seconds * 1e6)) µs"
    case ..<1: "\(threeDigits(seconds * 1e3)) ms"
    default: "\(threeDigits(seconds)) s"
    }
  }

  /// `11.3 MiB`.
  static func memory(_ bytes: Double) -> String { "\(fixed(bytes / 1_048_576, 1)) MiB" }

  /// `1.03`.
  static func ratio(_ ratio: Double) -> String { fixed(ratio, 2) }

  /// `1.03 (0.99–1.10)`: the median, the least and the greatest.
  static func spread(_ spread: Spread, _ format: (Double) -> String) -> String {
    "\(format(spread.median)) (\(format(spread.least))–\(format(spread.greatest)))"
  }

  private static func threeDigits(_ number: Double) -> String {
    switch abs(number) {
    case ..<10: fixed(number, 2)
    case ..<100: fixed(number, 1)
    default: fixed(number, 0)
    }
  }

  /// The number with `digits` digits after the point.
  static func fixed(_ number: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
    guard number.isFinite, abs(number) < 1e12 else { return "\(number)" }
    let scaled = Int((abs(number) * Double(scale)).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }
}

extension Bar: CustomStringConvertible {
  /// `cpu ≤ 1.10 ×`.
  var description: String {
    let subject =
      switch quantity {
      case .cpuRatio, .cpu: "cpu"
      case .wallRatio, .wall: "wall"
      case .rateRatio: "rate"
      case .cpuDifference: "cpu: more by"
      case .residentBytes: "memory"
      case .leastShare: "least share"
      }
    let times =
      switch quantity {
      case .cpuRatio, .wallRatio, .rateRatio: " ×"
      case .cpuDifference, .cpu, .wall, .residentBytes, .leastShare: ""
      }
    return switch limit {
    case .atMost(let bound): "\(subject) ≤ \(figure(bound))\(times)"
    case .atLeast(let bound): "\(subject) ≥ \(figure(bound))\(times)"
    }
  }

  /// A value of the quantity, with its unit.
  func figure(_ value: Double) -> String {
    switch quantity {
    case .cpuRatio, .wallRatio, .rateRatio, .leastShare: Figures.ratio(value)
    case .cpuDifference, .cpu, .wall: Figures.time(value)
    case .residentBytes: Figures.memory(value)
    }
  }
}
