import Testing

@testable import InterlockPrograms

@Suite struct `The line of a polygon` {
  /// What the two readers say about a line, as halves; the quick one may leave it to the other.
  private func halves(_ line: String) throws -> UInt128 {
    let bytes = Array("\(line)\n".utf8)
    let (quick, isAtNextLine) = unsafe bytes.withUnsafeBufferPointer { bytes in
      guard var place = bytes.baseAddress else { return (nil as UInt128?, false) }
      let halves = unsafe PolygonLine.quick(&place)
      return unsafe (halves, place == bytes.baseAddress.map { unsafe $0 + bytes.count })
    }
    let careful = try unsafe bytes.dropLast().withUnsafeBufferPointer { line in
      try unsafe PolygonLine.careful(line)
    }
    #expect(quick == nil || (quick == careful && isAtNextLine))
    return careful
  }

  private func fault(_ line: String) -> PolygonLine.Fault? {
    #expect(throws: PolygonLine.Fault.self) { try halves(line) }
  }

  @Test(arguments: [
    ("(0,0),(4,0),(4,3),(0,3)", "12"),
    ("(0,3),(4,3),(4,0),(0,0)", "12"),
    ("(0,0),(5,0),(0,5)", "12.5"),
    ("(-2,-2),(2,-2),(2,2),(-2,2)", "16"),
    ("(0,0),(1,0),(0,1)", "0.5"),
    ("(7,7)", "0"),
    ("(0,0),(3,3)", "0"),
    ("(0,0),(4,4),(4,0),(0,4)", "0"),
    (" ( 0 , 0 ) , (4,0) ,\t(0,3) \r", "6"),
    ("(007,-0),(4,0),(4,3)", "4.5"),
  ])
  func `has the area that the shoelace formula says`(line: String, area: String) throws {
    #expect(Area(halves: try halves(line)).description == area)
  }

  @Test func `is exact where numbers take all of 64 bits`() throws {
    let (least, greatest) = (Int64.min, Int64.max)
    let triangle = "(\(least),\(least)),(\(greatest),\(least)),(\(least),\(greatest))"
    let side = UInt128(UInt64.max)
    #expect(try halves(triangle) == side * side)
    // The sum passes what 128 bits hold, and comes back.
    let thereAndBack =
      "(\(least),\(least)),(\(greatest),\(least)),(\(greatest),\(greatest)),"
      + "(\(greatest),\(least)),(\(least),\(least)),(1,0),(0,1)"
    #expect(try halves(thereAndBack) == UInt128(1) << 64 + 1)
    let square =
      "(\(least),\(least)),(\(greatest),\(least)),(\(greatest),\(greatest)),"
      + "(\(least),\(greatest))"
    #expect(fault(square) == PolygonLine.Fault(reason: .areaTooLarge, offset: 0))
  }

  @Test(
    arguments: [
      ("", .noPoint, 0), (" \r", .noPoint, 0),
      ("0,0", .noOpening, 0), ("(1,2),", .noOpening, 6), ("(1,2),3", .noOpening, 6),
      ("(,2)", .noNumber, 1), ("(1,)", .noNumber, 3), ("(-,1)", .noNumber, 2),
      ("(+1,2)", .noNumber, 1), ("(1,", .noNumber, 3),
      ("(9223372036854775808,0)", .numberTooLarge, 1),
      ("(0,-9223372036854775809)", .numberTooLarge, 3),
      ("(1)", .noComma, 2), ("(1.5,2)", .noComma, 2), ("(1 2,3)", .noComma, 3),
      ("(1,2", .noClosing, 4), ("(1,2,3)", .noClosing, 4), ("(1,2\0)", .noClosing, 4),
      ("(1,2)(3,4)", .noCommaBetweenPoints, 5), ("(1,2),(3,4)x", .noCommaBetweenPoints, 11),
    ] as [(String, LineFault.Reason, Int)]
  )
  func `is refused with the place and the reason`(
    line: String,
    reason: LineFault.Reason,
    offset: Int
  ) {
    #expect(fault(line) == PolygonLine.Fault(reason: reason, offset: offset))
  }

  @Test func `means the same to both readers`() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2_000 {
      let points = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        let bits = Int.random(in: 0...63, using: &random)
        let limit = Int64(truncatingIfNeeded: (UInt64(1) << bits) - 1)
        let x = Int64.random(in: -limit...limit, using: &random)
        return "(\(x),\(Int64.random(in: -limit...limit, using: &random)))"
      }
      _ = try halves(points.joined(separator: ","))
    }
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.5"), (200, "100"), (UInt128(UInt64.max), "9223372036854775807.5"),
      (UInt128.max, "170141183460469231731687303715884105727.5"),
    ] as [(UInt128, String)]
  )
  func `has an area that is written exactly`(halves: UInt128, text: String) {
    var bytes: [UInt8] = []
    Area(halves: halves).write(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    #expect(Area(halves: halves).description == text)
  }
}
