extension ExhaustiveSearch {
  /// Takes out of the sequence that is planned whoever would still be inside when the candidate enters.
  ///
  /// Of those who are inside together, the race was found with one. Others may have entered, too, and left
  /// only later, in consequence of the event that is to come second; they must not enter either.
  ///
  /// - Returns: Whether the candidate can enter then. If one would be inside who entered before the
  ///   step, the race with that one is planned elsewhere.
  mutating func settle(before step: Int) -> Bool {
    let footprint = planned.candidate.footprint
    for position in 0..<footprint.count where footprint[position].mode.isEntrance {
      guard settle(footprint[position], before: step) else { return false }
    }
    return true
  }

  private mutating func settle(_ touch: Touch, before step: Int) -> Bool {
    while true {
      let inside = holders(of: touch, before: step)
      guard !inside.isEmpty else { return true }
      if inside.contains(where: { $0 < step }) { return false }
      planned.places.removeAll { place in
        Int(place) != planned.candidatePlace
          && inside.contains { $0 == Int(place) || trace.isBefore($0, Int(place)) }
      }
    }
  }

  /// The entrances of those who are inside after the sequence, and in the way of the candidate.
  private func holders(of touch: Touch, before step: Int) -> [Int] {
    var inside: [Int: (place: Int, mode: Mode)] = [:]
    let sequence = planned.places.dropLast().map { Int($0) }
    for place in Array(0..<step) + sequence {
      let event = trace.events[place]
      guard let use = event.footprint.position(of: touch.object) else { continue }
      switch event.footprint[use].mode {
      case .acquireShared, .acquireExclusive:
        inside[event.thread] = (place, event.footprint[use].mode)
      case .releaseShared, .releaseExclusive: inside[event.thread] = nil
      case .read, .write, .take, .put: break
      }
    }
    let others = inside.values.filter {
      touch.mode == .acquireExclusive || $0.mode == .acquireExclusive
    }
    return others.map(\.place)
  }
}
