import Interlock

/// A part of the input that one worker counts at a time.
enum Piece: Sendable {
  /// A part of a file that is `size` bytes long, or all of it.
  case segment(InputFile, Range<Int>)
  /// Something that is read from its beginning until it ends.
  case stream(InputFile)
  /// Something on the web.
  case resource(WebResource)
}

/// A file that is being counted, perhaps by several threads: the last one to finish knows whether
/// all went well.
final class InputFile: Sendable {
  let file: OpenFile
  private let reference: FileReference?
  private let segmentsLeft: Atomic<Int>
  private let hasFailed = Atomic(false)

  /// - Parameters:
  ///   - file: The open file.
  ///   - reference: Where it was found; `nil` for standard input.
  ///   - segments: Into how many parts it is divided.
  init(_ file: OpenFile, at reference: FileReference?, segments: Int = 1) {
    self.file = file
    self.reference = reference
    segmentsLeft = Atomic(segments)
  }

  var path: String { reference?.path ?? "-" }

  /// Says that a segment could not be read.
  ///
  /// - Returns: Whether it is the first one of this file.
  func fail() -> Bool {
    !hasFailed.exchange(true, ordering: .relaxed)
  }

  /// Says that a segment was read or has failed.
  ///
  /// - Returns: Whether that completes the file, with all its segments.
  func finishSegment() -> Bool {
    // Ordering (P1): acquiring and releasing, so that the last one sees every `fail()`.
    let left = segmentsLeft.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    return left == 0 && !hasFailed.load(ordering: .relaxed)
  }
}
