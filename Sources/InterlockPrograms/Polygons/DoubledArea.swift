/// Twice the area of a polygon, by the shoelace formula.
///
/// That is the sum, over its sides from (a, b) to (c, d), of a·d − b·c. It is negative if the corners
/// run clockwise.
///
/// A term fits 128 bits. The sum of many need not, on the way even if it does in the end, so there
/// are 64 bits more: no line has so many corners that these are not enough.
struct DoubledArea {
  private var low: UInt128 = 0
  private var high: Int64 = 0

  /// Adds the term of one side.
  mutating func addSide(from start: SIMD2<Int64>, to end: SIMD2<Int64>) {
    // At most 2^126 each, so that the difference fits.
    let term = Int128(start.x) &* Int128(end.y) &- Int128(start.y) &* Int128(end.x)
    let (sum, carries) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: term))
    low = sum
    high += (carries ? 1 : 0) - (term < 0 ? 1 : 0)
  }

  /// The sum without its sign; `nil` if that takes more than 128 bits.
  var magnitude: UInt128? {
    if high == 0 { return low }
    // All of the higher bits are ones: the negative of what is below, unless that is 0.
    return high == -1 && low != 0 ? 0 &- low : nil
  }
}
