import CInterlockKernels
import Glibc
import Testing

/// A way to count letters, as Swift sees it.
@safe
struct LetterKernel: CustomTestStringConvertible, @unchecked Sendable {
  let testDescription: String
  // SAFETY: it points to constants and functions of the kernel library.
  let variant: interlock_letters_variant

  /// All that this machine can run.
  static let supported: [LetterKernel] = {
    var count = 0
    guard let first = unsafe interlock_letters_variants(&count) else { return [] }
    return unsafe UnsafeBufferPointer(start: first, count: count)
      .filter { unsafe $0.is_supported() }
      .map { unsafe LetterKernel(testDescription: String(cString: $0.name), variant: $0) }
  }()

  func count(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt64] {
    var counts = [UInt64](repeating: 0, count: Int(INTERLOCK_LETTER_COUNT))
    unsafe variant.count_letters(bytes.baseAddress, bytes.count, &counts)
    return counts
  }
}

/// Which letter a byte is, from 0 for a and A to 25.
private func letter(_ byte: UInt8) -> Int? {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a"))
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A"))
  default: nil
  }
}

private func naiveCount(_ bytes: some Sequence<UInt8>) -> [UInt64] {
  var counts = [UInt64](repeating: 0, count: Int(INTERLOCK_LETTER_COUNT))
  for byte in bytes { if let letter = letter(byte) { counts[letter] += 1 } }
  return counts
}

/// SplitMix64, so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

@Suite struct `Every variant of the letter kernel` {
  @Test func `is the portable one, or faster`() {
    #expect(LetterKernel.supported.last?.testDescription == "portable")
  }

  @Test(arguments: LetterKernel.supported)
  func `counts random bytes of every length at every kind of address`(kernel: LetterKernel) {
    var generator = SeededGenerator(state: 2)
    let longest = 2000
    let bytes = (0..<longest + 64).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for offset in [0, 1, 3, 8, 15, 31, 33, 63] {
      var expected = naiveCount([])
      for length in 0...longest {
        let counts = unsafe bytes.withUnsafeBufferPointer {
          unsafe kernel.count(UnsafeBufferPointer(rebasing: $0[offset..<offset + length]))
        }
        #expect(counts == expected, "\(length) bytes at offset \(offset)")
        if let letter = letter(bytes[offset + length]) { expected[letter] += 1 }
      }
    }
  }

  @Test(arguments: LetterKernel.supported)
  func `counts letters and nothing else`(kernel: LetterKernel) {
    for byte in UInt8.min...UInt8.max {
      for length in [1, 40, 600, 1100] {
        let counts = unsafe Array(repeating: byte, count: length).withUnsafeBufferPointer {
          unsafe kernel.count($0)
        }
        var expected = naiveCount([])
        if let letter = letter(byte) { expected[letter] = UInt64(length) }
        #expect(counts == expected, "\(length) times byte \(byte)")
      }
    }
  }

  @Test(arguments: LetterKernel.supported)
  func `does not overflow where one letter fills everything`(kernel: LetterKernel) {
    let size = 20_000_003
    let counts = unsafe Array(repeating: UInt8(ascii: "z"), count: size).withUnsafeBufferPointer {
      unsafe kernel.count($0)
    }
    #expect(counts.last == UInt64(size))
    #expect(counts.dropLast().allSatisfy { $0 == 0 })
  }

  @Test(arguments: LetterKernel.supported)
  func `reads no byte beyond the last one`(kernel: LetterKernel) throws {
    // SAFETY: two fresh pages, of which the second cannot be read, so that reading on would crash.
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let memory = unsafe mmap(
      nil,
      2 * page,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS,
      -1,
      0
    )
    let start = try unsafe #require(memory)
    try unsafe #require(start != MAP_FAILED)
    defer { unsafe munmap(start, 2 * page) }
    unsafe mprotect(start + page, page, PROT_NONE)
    unsafe memset(start, Int32(UInt8(ascii: "Q")), page)
    for length in 0...1500 {
      let counts = unsafe kernel.count(
        UnsafeBufferPointer(
          start: (start + page - length).assumingMemoryBound(to: UInt8.self),
          count: length
        )
      )
      #expect(counts.reduce(0, +) == UInt64(length))
    }
  }

  @Test(arguments: LetterKernel.supported)
  func `adds to what was counted before`(kernel: LetterKernel) {
    var counts = [UInt64](repeating: 7, count: Int(INTERLOCK_LETTER_COUNT))
    unsafe kernel.variant.count_letters(Array("Banana".utf8), 6, &counts)
    #expect(counts[0] == 10)
    #expect(counts[1] == 8)
    #expect(counts[2] == 7)
  }
}

@Test func `the kernel that is chosen counts as the naive one does`() {
  let text = Array(repeating: "The quick brown fox jumps over the lazy dog.\n", count: 100)
    .joined().utf8
  var counts = [UInt64](repeating: 0, count: Int(INTERLOCK_LETTER_COUNT))
  unsafe interlock_count_letters(Array(text), text.count, &counts)
  #expect(counts == naiveCount(text))
}
