/// One thread measures everything, one segment after the other.
enum SequentialAreas {
  static func measure(_ segments: inout AreaSegments, to tally: inout AreaTally) throws {
    while !tally.hasFailed, let segment = segments.next() {
      let file = segments.file
      try tally.add(Result { () throws(SystemError) in try segment.measure(in: file) })
    }
  }
}
