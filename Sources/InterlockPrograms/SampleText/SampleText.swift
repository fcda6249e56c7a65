/// Makes text that looks like English from a distance, as much of it as anybody wants.
///
/// The same seed gives the same text, on every machine and however large the pieces are in which it
/// is taken. Memory does not grow with its size.
///
///     try SampleText(seed: 7).write(byteCount: 1_000_000_000) { piece in
///       try file.append(piece)
///     }
public struct SampleText: Sendable {
  private let words = SampleWords()
  private var random: SplitMix64
  private var column = 0
  private var isNewSentence = true

  /// Starts the text that belongs to `seed`.
  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
  }

  private static let pieceSize = 256 << 10

  /// Hands out the first `byteCount` bytes of the text, piece by piece; the last one ends a line.
  ///
  /// - Parameters:
  ///   - byteCount: How much text to make.
  ///   - receive: Takes the next piece, which is gone when the call returns.
  /// - Throws: What `receive` throws; nothing more is made then.
  public consuming func write<Failure: Error>(
    byteCount: Int,
    to receive: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // SAFETY: the buffer lives as long as this call; `fill` says how much of it is initialised.
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.pieceSize,
      alignment: MemoryLayout<SampleWords.Letters>.alignment
    )
    defer { unsafe buffer.deallocate() }
    var missing = byteCount
    while missing > 0 {
      let count = min(unsafe fill(buffer), missing)
      missing -= count
      if missing == 0 { unsafe buffer[count - 1] = UInt8(ascii: "\n") }
      try unsafe receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Where a line is long enough.
  private static let lineLength = 72
  /// What a word takes at most: its store, the punctuation, and the end of a paragraph.
  private static let room = MemoryLayout<SampleWords.Letters>.size + 3

  /// Writes as many words as fit.
  ///
  /// - Parameter buffer: Has room for one word at least.
  /// - Returns: How many bytes were written.
  mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let space = UInt8(ascii: " ")
    let newline = UInt8(ascii: "\n")
    let upperCaseBit: UInt8 = 0x20
    // SAFETY: `choice` is less than the number of words, and each turn begins with `room` to spare.
    return unsafe words.letters.withUnsafeBufferPointer { letters in
      unsafe words.lengths.withUnsafeBufferPointer { lengths in
        var place = 0
        while place <= buffer.count - Self.room {
          let bits = random.next()
          let choice = Int(((bits >> 32) &* UInt64(truncatingIfNeeded: letters.count)) >> 32)
          unsafe buffer.storeBytes(of: letters[choice], toByteOffset: place, as: SIMD16<UInt8>.self)
          if isNewSentence {
            unsafe buffer[place] &= ~upperCaseBit
            isNewSentence = false
          }
          let length = unsafe lengths[choice]
          place &+= length
          column &+= length
          // One of 64 draws decides what follows the word.
          switch bits & 63 {
          case 0..<4:
            isNewSentence = true
            unsafe buffer[place &- 1] = UInt8(ascii: ".")
            unsafe buffer[place] = space
            place &+= 1
            column &+= 1
          case 4..<8:
            unsafe buffer[place &- 1] = UInt8(ascii: ",")
            unsafe buffer[place] = space
            place &+= 1
            column &+= 1
          default: break
          }
          guard column > Self.lineLength - 8 else { continue }
          unsafe buffer[place &- 1] = newline
          column = 0
          // A paragraph ends where a sentence and a line do.
          if isNewSentence {
            unsafe buffer[place] = newline
            place &+= 1
          }
        }
        return place
      }
    }
  }
}
