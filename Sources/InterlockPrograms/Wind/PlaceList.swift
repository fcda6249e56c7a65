/// Places in a text, in their order, of which those of one report after the other are taken.
@safe
struct PlaceList {
  // SAFETY: whoever makes a list vouches for its memory as long as it, or a part of it, lives. `position`
  // does not pass its end.
  private let places: UnsafeBufferPointer<UInt32>
  private var position = 0

  init(_ places: UnsafeBufferPointer<UInt32>) {
    unsafe self.places = places
  }

  /// Takes those places from which so many bytes lie in a report; the ones before are passed over.
  @inline(__always)
  mutating func take(in report: ReportBatch.Place, length: Int) -> Part {
    while unsafe position < places.count && places[position] < report.start { position += 1 }
    let first = position
    while unsafe position < places.count && Int(places[position]) + length <= Int(report.end) {
      position += 1
    }
    return unsafe Part(places: places.baseAddress, start: first, end: position)
  }

  /// The places in one report.
  @safe
  struct Part: Sequence, IteratorProtocol {
    // SAFETY: as in the list.
    fileprivate let places: UnsafePointer<UInt32>?
    fileprivate var start: Int
    fileprivate let end: Int

    @inline(__always)
    var isEmpty: Bool { start == end }

    @inline(__always)
    var first: Int? {
      var part = self
      return part.next()
    }

    @inline(__always)
    mutating func next() -> Int? {
      guard start < end, let places = unsafe places else { return nil }
      defer { start += 1 }
      return unsafe Int(places[start])
    }
  }
}
