/// Reads polygons as they stand in lines: `(x,y),(x,y),…`, with whole numbers of 64 bits.
///
/// The polygon is closed from the last point to the first. With one or two points it has no area.
///
/// There are two readers. `quick` takes the usual lines, whose numbers are short and which have no
/// blanks, and does little more than look at each byte once; where it gives up, `careful` reads the
/// line again, takes everything that is allowed, and says what is wrong and where.
///
/// Whole words at a time (SWAR) and vector instructions were tried and were not faster: the lengths
/// of neighbouring numbers are alike, so that the plain loop's branches are predicted. The processor
/// then reads on without waiting for a byte, as long as nothing else makes a place depend on one. That
/// is why a sign is a branch too, to a loop of its own.
enum PolygonLine {
  private static let newline = UInt8(ascii: "\n")
  private static let comma = UInt8(ascii: ",")
  private static let opening = UInt8(ascii: "(")
  private static let closing = UInt8(ascii: ")")
  private static let minus = UInt8(ascii: "-")
  private static let zero = UInt8(ascii: "0")

  /// How many digits `quick` takes: a sum of 2^24 terms of such numbers fits 127 bits.
  private static let quickDigitLimit = 15
  /// How long a line is that `quick` takes: so it has less than 2^24 points, of 5 bytes at least.
  static let quickLength = 64 << 20

  /// Reads a line, if it is a usual one.
  ///
  /// - Parameter place: Where the line begins; afterwards, where the next one begins.
  /// - Returns: Twice the area; `nil` if somebody else must read the line, from where it begins.
  @inline(__always)
  static func quick(_ place: inout UnsafePointer<UInt8>) -> UInt128? {
    // SAFETY: the line ends with a newline, which no step but the last one passes.
    var next = unsafe place
    guard let firstX = unsafe quickNumber(after: opening, &next),
      let firstY = unsafe quickNumber(after: comma, &next),
      unsafe next.pointee == closing
    else { return nil }
    unsafe next += 1
    var (oldX, oldY) = (firstX, firstY)
    var sum: Int128 = 0
    while unsafe next.pointee == comma {
      unsafe next += 1
      guard let x = unsafe quickNumber(after: opening, &next),
        let y = unsafe quickNumber(after: comma, &next),
        unsafe next.pointee == closing
      else { return nil }
      unsafe next += 1
      sum &+= Int128(oldX) &* Int128(y) &- Int128(oldY) &* Int128(x)
      (oldX, oldY) = (x, y)
    }
    guard unsafe next.pointee == newline, unsafe next - place <= quickLength else { return nil }
    sum &+= Int128(oldX) &* Int128(firstY) &- Int128(oldY) &* Int128(firstX)
    unsafe place = next + 1
    return sum.magnitude
  }

  /// Reads a byte and a short number behind it.
  @inline(__always)
  private static func quickNumber(
    after byte: UInt8,
    _ next: inout UnsafePointer<UInt8>
  ) -> Int64? {
    guard unsafe next.pointee == byte else { return nil }
    unsafe next += 1
    if unsafe next.pointee == minus {
      unsafe next += 1
      return unsafe quickDigits(&next).map { 0 &- $0 }
    }
    return unsafe quickDigits(&next)
  }

  /// Reads the digits of a short number.
  @inline(__always)
  private static func quickDigits(_ next: inout UnsafePointer<UInt8>) -> Int64? {
    let start = unsafe next
    var number = unsafe UInt64(next.pointee) &- UInt64(zero)
    guard number < 10 else { return nil }
    unsafe next += 1
    while true {
      let digit = unsafe UInt64(next.pointee) &- UInt64(zero)
      guard digit < 10 else { break }
      number = number &* 10 &+ digit
      unsafe next += 1
    }
    guard unsafe next - start <= quickDigitLimit else { return nil }
    return Int64(truncatingIfNeeded: number)
  }

  /// Why a line is none, and how many of its bytes are right.
  struct Fault: Error, Hashable {
    let reason: LineFault.Reason
    let offset: Int
  }

  /// Reads a line of any kind.
  ///
  /// Blanks may stand between numbers and signs; that includes the carriage return at the end of
  /// lines from elsewhere.
  ///
  /// - Parameter line: The line without its newline.
  /// - Returns: Twice the area.
  /// - Throws: ``Fault`` if it is no polygon.
  static func careful(_ line: UnsafeBufferPointer<UInt8>) throws(Fault) -> UInt128 {
    var reader = unsafe LineReader(line: line)
    reader.skipBlanks()
    guard !reader.isAtEnd else { throw Fault(reason: .noPoint, offset: 0) }
    var sum = DoubledArea()
    let first = try reader.point()
    var last = first
    while !reader.isAtEnd {
      try reader.expect(comma, or: .noCommaBetweenPoints)
      let point = try reader.point()
      sum.addSide(from: last, to: point)
      last = point
    }
    sum.addSide(from: last, to: first)
    guard let magnitude = sum.magnitude else { throw Fault(reason: .areaTooLarge, offset: 0) }
    return magnitude
  }

  /// A line and how far it was read: always to something that is no blank.
  @safe
  private struct LineReader {
    // SAFETY: the line lives as long as `careful` reads it.
    let line: UnsafeBufferPointer<UInt8>
    var place = 0

    init(line: UnsafeBufferPointer<UInt8>) {
      unsafe self.line = line
    }

    var isAtEnd: Bool { unsafe place == line.count }

    private var byte: UInt8? { isAtEnd ? nil : unsafe line[place] }

    mutating func skipBlanks() {
      while let byte, [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(byte) {
        place += 1
      }
    }

    mutating func expect(_ wanted: UInt8, or reason: LineFault.Reason) throws(Fault) {
      guard byte == wanted else { throw Fault(reason: reason, offset: place) }
      place += 1
      skipBlanks()
    }

    mutating func point() throws(Fault) -> SIMD2<Int64> {
      try expect(opening, or: .noOpening)
      let x = try number()
      try expect(comma, or: .noComma)
      let y = try number()
      try expect(closing, or: .noClosing)
      return SIMD2(x, y)
    }

    private mutating func number() throws(Fault) -> Int64 {
      let start = place
      let isNegative = byte == minus
      if isNegative { place += 1 }
      guard let first = byte, first &- zero < 10 else {
        throw Fault(reason: .noNumber, offset: place)
      }
      var number: Int64 = 0
      while let byte, byte &- zero < 10 {
        // Towards the sign, because the least number is further from 0 than the greatest.
        let digit = Int64(byte &- zero)
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, isStillTooLarge) =
          isNegative
          ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
        if isTooLarge || isStillTooLarge { throw Fault(reason: .numberTooLarge, offset: start) }
        number = sum
        place += 1
      }
      skipBlanks()
      return number
    }
  }
}
