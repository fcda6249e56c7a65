/// Numbers, sizes and times as people read them.
enum Quantity {
  /// A whole number with its thousands kept apart, as in `12,345`.
  static func count(_ number: some BinaryInteger) -> String {
    let digits = String(number)
    var text = ""
    for (place, digit) in digits.reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A number and what is counted, as in `1 file` and `2 files`; the plural may need more than an s.
  static func count(
    _ number: some BinaryInteger,
    _ noun: String,
    plural: String? = nil
  )
    -> String
  {
    "\(count(number)) \(number == 1 ? noun : plural ?? "\(noun)s")"
  }

  /// A size, as in `1.50 GB`.
  static func bytes(_ number: UInt64) -> String {
    let units: [(UInt64, String)] = [
      (1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"),
    ]
    for (size, name) in units where number >= size {
      return "\(decimal(Double(number) / Double(size), places: 2)) \(name)"
    }
    return count(number, "byte")
  }

  /// A time, as in `0.250 s`.
  static func seconds(_ duration: Duration) -> String {
    "\(decimal(duration.inSeconds, places: 3)) s"
  }

  /// A number with so many digits after the point.
  static func decimal(_ number: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (abs(number) * scale).rounded()
    let digits = String(UInt64(scaled))
    let padding = String(repeating: "0", count: max(places + 1 - digits.count, 0))
    let padded = padding + digits
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + padded }
    return sign + padded.dropLast(places) + "." + padded.suffix(places)
  }
}

extension Duration {
  /// The duration as a number, for results.
  var inSeconds: Double { self / .seconds(1) }
}
