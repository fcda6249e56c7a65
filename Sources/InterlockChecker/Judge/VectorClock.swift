/// What a thread knows to have happened: for each thread, how many of its steps.
///
/// Most programs that are checked have few threads, whose counts are kept in place.
struct VectorClock: Equatable {
  private var first = SIMD8<UInt32>()
  /// The counts of threads from 8 on.
  private var rest: [UInt32] = []

  subscript(thread: Int) -> UInt32 {
    get {
      if thread < SIMD8<UInt32>.scalarCount { return first[thread] }
      let place = thread - SIMD8<UInt32>.scalarCount
      return place < rest.count ? rest[place] : 0
    }
    set {
      if thread < SIMD8<UInt32>.scalarCount {
        first[thread] = newValue
        return
      }
      let place = thread - SIMD8<UInt32>.scalarCount
      if place >= rest.count {
        rest.append(contentsOf: repeatElement(0, count: place + 1 - rest.count))
      }
      rest[place] = newValue
    }
  }

  /// Learns what another one knows.
  mutating func join(_ other: VectorClock) {
    first = pointwiseMax(first, other.first)
    guard !other.rest.isEmpty else { return }
    for place in other.rest.indices {
      let thread = place + SIMD8<UInt32>.scalarCount
      if other.rest[place] > self[thread] { self[thread] = other.rest[place] }
    }
  }
}
