import CInterlockKernels

/// How often each letter occurs in some bytes.
///
/// The letters are a to z, upper and lower case together. Every byte counts for itself, whatever
/// encoding a text has, and whether it is a text at all.
///
///     var count = LetterCount()
///     count.add("Parallel")
///     print(count["l"])  // 3
public struct LetterCount: Codable, Hashable, Sendable {
  /// The 26 letters, in the order of ``counts``.
  public static let alphabet: [Character] = Array("abcdefghijklmnopqrstuvwxyz")

  /// How often each letter occurs, from a to z.
  public internal(set) var counts: [UInt64]
  /// How many files, streams and web resources were read to their end.
  public internal(set) var files = 0
  /// How many bytes were read.
  public internal(set) var bytes: UInt64 = 0

  /// Counts nothing yet.
  public init() {
    counts = Array(repeating: 0, count: Self.alphabet.count)
  }

  /// How many letters there are, all together.
  public var total: UInt64 { counts.reduce(0, +) }

  /// How often `letter` occurs, which is one from a to z in either case; 0 for any other.
  public subscript(letter: Character) -> UInt64 {
    let lowercased = Character(letter.lowercased())
    return Self.alphabet.firstIndex(of: lowercased).map { counts[$0] } ?? 0
  }

  /// Counts the letters of `bytes` in addition.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    self.bytes += UInt64(bytes.count)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      // SAFETY: there are as many counters as letters.
      unsafe interlock_count_letters(
        bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
        bytes.count,
        counts.baseAddress
      )
    }
  }

  /// Counts the letters of `text` in addition.
  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { unsafe add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds what was counted somewhere else.
  public static func += (left: inout LetterCount, right: LetterCount) {
    for letter in left.counts.indices { left.counts[letter] += right.counts[letter] }
    left.files += right.files
    left.bytes += right.bytes
  }
}
