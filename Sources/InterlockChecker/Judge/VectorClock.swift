/// What a thread knows to have happened: for each thread, how many of its steps.
struct VectorClock: Equatable {
  private var steps: [UInt32] = []

  subscript(thread: Int) -> UInt32 {
    get { thread < steps.count ? steps[thread] : 0 }
    set {
      if thread >= steps.count {
        steps.append(contentsOf: repeatElement(0, count: thread + 1 - steps.count))
      }
      steps[thread] = newValue
    }
  }

  /// Learns what another one knows.
  mutating func join(_ other: VectorClock) {
    for thread in other.steps.indices where other.steps[thread] > self[thread] {
      self[thread] = other.steps[thread]
    }
  }
}
