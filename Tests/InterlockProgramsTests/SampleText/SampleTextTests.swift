import Testing

@testable import InterlockPrograms

@Suite struct `Sample text` {
  private func sample(_ byteCount: Int, seed: UInt64 = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    unsafe SampleText(seed: seed).write(byteCount: byteCount) { unsafe bytes += $0 }
    return bytes
  }

  @Test(arguments: [0, 1, 2, 17, 1_000, 262_144, 300_001])
  func `has as many bytes as it should, and ends its last line`(byteCount: Int) {
    let bytes = sample(byteCount)
    #expect(bytes.count == byteCount)
    #expect(bytes.last == (byteCount > 0 ? UInt8(ascii: "\n") : nil))
  }

  @Test func `is the same for the same seed, and another for another`() {
    #expect(sample(300_000) == sample(300_000))
    #expect(sample(300_000) != sample(300_000, seed: 2))
    #expect(sample(299_999).dropLast().elementsEqual(sample(400_000).prefix(299_998)))
  }

  @Test func `is the same in pieces of any size`() {
    let whole = sample(100_000)
    for size in [64, 100, 4_096] {
      var source = SampleText(seed: 1)
      var bytes: [UInt8] = []
      let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      defer { unsafe piece.deallocate() }
      while bytes.count < 99_999 {
        let count = unsafe source.fill(piece)
        unsafe bytes += piece[..<count]
      }
      #expect(bytes.prefix(99_999).elementsEqual(whole.dropLast()))
    }
  }

  @Test func `is made of words, sentences and lines that fit a terminal`() {
    let bytes = sample(200_000)
    let allowed = Set(" .,\n".utf8)
    #expect(
      bytes.allSatisfy {
        allowed.contains($0) || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20
      }
    )
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    #expect(lines.allSatisfy { $0.count <= 80 })
    var letters = LetterCount()
    letters.add(String(decoding: bytes, as: UTF8.self))
    #expect(letters.counts.allSatisfy { $0 > 0 })
    #expect(letters["e"] > letters["z"])
  }

  @Test func `begins as it always has`() {
    // Whoever has noted a seed wants the same text next year.
    #expect(String(decoding: sample(33), as: UTF8.self) == "Were. State dog on on men. Summe\n")
  }
}

@Suite struct `The random numbers` {
  @Test func `are those of the reference implementation`() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in random.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ]
    )
  }
}
