import Glibc
import Interlock
import Testing

/// Where a random test begins.
///
/// It is an argument of the test, so that every failure shows it.
/// `INTERLOCK_TEST_SEED=0x2a swift test` runs the random tests from that seed only.
struct Seed: Sendable, Hashable {
  let value: UInt64

  /// One that is always the same, and a new one.
  static let all: [Seed] = {
    if let text = unsafe getenv("INTERLOCK_TEST_SEED").map({ unsafe String(cString: $0) }) {
      let isHexadecimal = text.hasPrefix("0x")
      let digits = isHexadecimal ? text.dropFirst(2) : text[...]
      if let value = UInt64(digits, radix: isHexadecimal ? 16 : 10) { return [Seed(value: value)] }
    }
    return [Seed(value: 1), Seed(value: .random(in: 2...(.max)))]
  }()

  /// Random numbers that begin here; each `stream` is another sequence.
  func dice(stream: Int = 0) -> Dice {
    var dice = Dice(state: value)
    dice.state ^= UInt64(bitPattern: Int64(stream)) &* 0xd1b5_4a32_d192_ed03
    return dice
  }
}

extension Seed: CustomTestStringConvertible {
  var testDescription: String { "seed 0x\(String(value, radix: 16))" }
}

/// SplitMix64: small, good enough, and the same on every machine.
struct Dice: RandomNumberGenerator {
  fileprivate(set) var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }

  /// `true` once in `sides` throws.
  mutating func isOne(in sides: Int) -> Bool { pick(0..<sides) == 0 }

  mutating func pick(_ range: Range<Int>) -> Int { .random(in: range, using: &self) }
}

extension Dice {
  /// A moment that is over, or soon will be.
  var deadline: Deadline {
    mutating get { .after(.microseconds(pick(0..<400))) }
  }
}
