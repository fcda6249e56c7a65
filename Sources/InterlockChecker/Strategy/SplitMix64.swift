/// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Numbers that begin here.
  package init(seed: UInt64) {
    state = seed
  }

  /// Numbers of one run of one strategy, of which none depends on other runs.
  package init(seed: UInt64, strategy: UInt64, run: UInt64) {
    var state = Self.mix(seed)
    state = Self.mix(state ^ strategy &* 0xd1b5_4a32_d192_ed03)
    self.state = Self.mix(state ^ run &* 0x8cb9_2ba7_2f3d_8dd7)
  }

  /// The next number.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// A number from 0 up to, but not including, `limit`, which is not 0.
  mutating func pick(_ limit: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// A number from 0 up to, but not including, 1.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Scatters bits, so that neighbours have nothing in common.
  static func mix(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    return bits ^ (bits >> 31)
  }
}
