#if Command
import ArgumentParser

/// A number of bytes as people write it: `1000`, `50MB`, `1GB`, `64KiB`.
struct ByteCount: Hashable, Sendable {
  let bytes: Int
}

extension ByteCount: ExpressibleByArgument {
  private static let units: [String: Int] = [
    "": 1, "b": 1,
    "k": 1_000, "kb": 1_000, "kib": 1 << 10,
    "m": 1_000_000, "mb": 1_000_000, "mib": 1 << 20,
    "g": 1_000_000_000, "gb": 1_000_000_000, "gib": 1 << 30,
    "t": 1_000_000_000_000, "tb": 1_000_000_000_000, "tib": 1 << 40,
  ]

  init?(argument: String) {
    let digits = argument.prefix(while: \.isNumber)
    guard let number = Int(digits),
      let unit = Self.units[argument.dropFirst(digits.count).lowercased()]
    else { return nil }
    let (bytes, isTooLarge) = number.multipliedReportingOverflow(by: unit)
    guard !isTooLarge else { return nil }
    self.init(bytes: bytes)
  }

  var defaultValueDescription: String { Quantity.bytes(UInt64(bytes)) }
}
#endif
