import Testing

@testable import InterlockCommand

@Suite struct `Numbers as people read them` {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (-100, "-100"),
  ])
  func `keep their thousands apart`(number: Int, text: String) {
    #expect(Quantity.count(number) == text)
  }

  @Test func `have a plural unless there is one`() {
    #expect(Quantity.count(1, "file") == "1 file")
    #expect(Quantity.count(0, "file") == "0 files")
    #expect(Quantity.count(2_000, "file") == "2,000 files")
    #expect(Quantity.count(1, "process", plural: "processes") == "1 process")
    #expect(Quantity.count(2, "process", plural: "processes") == "2 processes")
  }

  @Test(arguments: [
    (1, "1 byte"), (999, "999 bytes"), (1_500, "1.50 kB"), (2_000_000_000, "2.00 GB"),
  ])
  func `have units of size`(bytes: UInt64, text: String) {
    #expect(Quantity.bytes(bytes) == text)
  }

  @Test(arguments: [
    (0.25, "0.250"), (0.0004, "0.000"), (-0.0004, "0.000"), (-1.5, "-1.500"), (12, "12.000"),
  ])
  func `are rounded`(number: Double, text: String) {
    #expect(Quantity.decimal(number, places: 3) == text)
  }
}

@Suite struct `A number of bytes` {
  @Test(arguments: [
    ("0", 0), ("17", 17), ("64KiB", 65_536), ("50MB", 50_000_000), ("1gb", 1_000_000_000),
    ("2g", 2_000_000_000), ("5B", 5),
  ])
  func `is read as people write it`(text: String, bytes: Int) {
    #expect(ByteCount(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["", "MB", "-1", "1.5GB", "12XB", "9223372036854775808", "99999999TB"])
  func `is refused if it is none`(text: String) {
    #expect(ByteCount(argument: text) == nil)
  }
}
