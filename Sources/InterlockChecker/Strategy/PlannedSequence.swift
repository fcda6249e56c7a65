/// The events of a run that are to happen from some step on in another one.
///
/// They are places in the trace, in order. The last one is the *candidate*, the event that the other
/// run is made for: it is not what happened at its place, but may have another label, or not have
/// happened at all.
struct PlannedSequence {
  /// How an event is related to a sequence of others.
  enum Relation {
    /// It is not in the sequence and would change it.
    case conflicting
    /// It is not in the sequence and could happen before it just as well as after it.
    case independent
    /// It is in the sequence at this position, and could happen first.
    case initial(Int)
  }

  /// The places.
  var places: [Int32] = []
  /// The place of the candidate; past the end of the trace if it has not happened.
  var candidatePlace = 0
  /// The event that the run is made for.
  var candidate = Event(EventID(thread: 0, index: 0), [])

  var isEmpty: Bool { places.isEmpty }

  func event(at position: Int, in trace: Trace) -> Event {
    let place = Int(places[position])
    return place == candidatePlace ? candidate : trace.events[place]
  }

  /// How an event is related to the sequence: whether a run that begins with the event may be the one
  /// that the sequence asks for.
  func relation(of event: Event, in trace: Trace) -> Relation {
    for position in places.indices {
      let own = self.event(at: position, in: trace)
      guard own.thread == event.thread else { continue }
      guard own.label == event.label else { return .conflicting }
      let row = Int(places[position])
      for earlier in 0..<position where isNeeded(Int(places[earlier]), by: row, in: trace) {
        return .conflicting
      }
      return .initial(position)
    }
    for position in places.indices {
      let own = self.event(at: position, in: trace)
      if own.footprint.conflicts(with: event.footprint) { return .conflicting }
    }
    return .independent
  }

  /// Whether an event of the sequence has to come before a later one of it.
  ///
  /// Everything between two of them that the later one is a consequence of is in the sequence too, so
  /// clocks tell; but not for the candidate, which is a consequence of what is left out.
  private func isNeeded(_ earlier: Int, by later: Int, in trace: Trace) -> Bool {
    guard later == candidatePlace else { return trace.isBefore(earlier, later) }
    let event = trace.events[earlier]
    return event.conflicts(with: candidate) || candidate.after == event.id
      || candidate.alsoAfter == event.id
  }
}
