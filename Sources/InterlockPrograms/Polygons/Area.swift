/// The area of polygons whose corners have whole coordinates, exactly: a whole number of halves.
///
///     let triangle = Area(halves: 25)
///     print(triangle)  // 12.5
public struct Area: Hashable, Sendable {
  /// How many halves it is.
  public let halves: UInt128

  /// An area of so many halves.
  public init(halves: UInt128) {
    self.halves = halves
  }
}

extension Area {
  /// The sum; `nil` if its halves take more than 128 bits.
  func adding(_ other: Area) -> Area? {
    let (halves, isTooLarge) = halves.addingReportingOverflow(other.halves)
    return isTooLarge ? nil : Area(halves: halves)
  }
}

extension Area: Comparable {
  /// Whether one area is smaller than another.
  public static func < (left: Area, right: Area) -> Bool { left.halves < right.halves }
}

extension Area: CustomStringConvertible {
  /// The area as a decimal number, as in `12` and `12.5`.
  public var description: String {
    "\(halves >> 1)\(halves & 1 == 1 ? ".5" : "")"
  }
}

extension Area {
  /// Appends the decimal number to a text.
  func write(to text: inout [UInt8]) {
    // Nearly all areas are that small, and the library's way takes longer than measuring them.
    if var rest = UInt64(exactly: halves >> 1) {
      let start = text.count
      repeat {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        text.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit))
        rest = quotient
      } while rest > 0
      text[start...].reverse()
      if halves & 1 == 1 { text += [UInt8(ascii: "."), UInt8(ascii: "5")] }
    } else {
      text += Array(description.utf8)
    }
  }
}
