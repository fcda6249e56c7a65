extension Trace {
  /// Finds out what is before an event that comes next, and with what it could have changed places.
  ///
  /// Its clock becomes the row after that of the last event, its races are added to ``races``.
  ///
  /// Going back over the events on the same objects, newest first, two pasts are kept. The *full* one
  /// takes in every conflicting event and becomes the clock. The *fixed* one takes in only what stays
  /// before the event whatever happens: what made it possible, and what it races with. An event that is
  /// not in the fixed past is a partner if the new one could have happened just before it. If not (the
  /// release of a lock: the lock was held then), the walk goes on past it, to the acquisition.
  mutating func examine(_ event: Event) {
    admit(event.thread)
    let full = count
    let fixed = full + 1
    beginClock(of: event)
    clocks.append(like: full)
    var cursors = newestPlaces(on: event.footprint)
    while true {
      let newest = cursors.max()
      guard newest >= 0 else { break }
      let place = Int(newest)
      var isFixed = event.thread == events[place].thread || isBefore(place, fixed)
      if !isFixed, couldComeBefore(event, place) {
        races.append(Race(earlier: place, later: full))
        clocks.join(fixed, with: place)
        isFixed = true
      }
      if !isBefore(place, full) { clocks.join(full, with: place) }
      advance(&cursors, past: newest, of: event.footprint, isFixed: isFixed)
    }
    clocks.removeRows(from: fixed)
    clocks.set(full, event.thread, to: event.index + 1)
  }

  /// Forgets what ``examine(_:)`` found out about an event that did not happen.
  mutating func forgetExamined() {
    clocks.removeRows(from: count)
    while let race = races.last, race.later >= count { races.removeLast() }
  }

  /// The clock of an event before anything that only conflicts with it was taken in.
  private mutating func beginClock(of event: Event) {
    let own = threads[event.thread].last
    clocks.append(like: own.map { Int($0) })
    if event.isAfterAll {
      for thread in threads.indices {
        if let last = threads[thread].last { clocks.join(count, with: Int(last)) }
      }
      return
    }
    if let enabler = event.after.flatMap({ place(of: $0) }) { clocks.join(count, with: enabler) }
    if let enabler = event.alsoAfter.flatMap({ place(of: $0) }) {
      clocks.join(count, with: enabler)
    }
  }

  /// For each object, the newest event on it that conflicts.
  private func newestPlaces(on footprint: Footprint) -> SIMD4<Int32> {
    var places = SIMD4<Int32>(repeating: -1)
    for position in 0..<footprint.count {
      let touch = footprint[position]
      let last = last(on: touch.object)
      places[position] = touch.commutes ? last.ordered : last.any
    }
    return places
  }

  /// Whether an event could have happened just before the one at `place`, as far as objects let it.
  ///
  /// Of objects that are taken by one after the other, the state just before says so. Of those where
  /// several may be inside together it does not: who else is inside may be an accident of this order. So
  /// there every entrance is a partner, and those inside are dealt with when the race is planned.
  private func couldComeBefore(_ event: Event, _ place: Int) -> Bool {
    for position in 0..<event.footprint.count {
      let touch = event.footprint[position]
      let mode = touch.mode
      if mode == .read || mode == .write { continue }
      guard let other = events[place].footprint.position(of: touch.object) else { continue }
      switch mode {
      case .take:
        // That another object of the same name could be taken says nothing.
        guard events[place].couldTake(other), events[place].taken == event.taken else {
          return false
        }
      case .put:
        guard events[place].couldPut(other), events[place].taken == event.taken else {
          return false
        }
      case .acquireShared, .acquireExclusive:
        if !events[place].footprint[other].mode.isEntrance { return false }
      case .read, .write, .releaseShared, .releaseExclusive: continue
      }
    }
    return true
  }

  /// Lets the cursors that are at `newest` go on to the event before it on their object.
  ///
  /// If the event does not commute with any on the object, all earlier ones are before it. So where it
  /// is fixed, they are too, and the walk ends.
  private func advance(
    _ cursors: inout SIMD4<Int32>,
    past newest: Int32,
    of footprint: Footprint,
    isFixed: Bool
  ) {
    let place = Int(newest)
    for position in 0..<footprint.count where cursors[position] == newest {
      let touch = footprint[position]
      guard let other = events[place].footprint.position(of: touch.object) else { continue }
      if isFixed, !events[place].footprint[other].commutes {
        cursors[position] = -1
      } else {
        cursors[position] =
          touch.commutes ? links[place].ordered[other] : links[place].any[other]
      }
    }
  }
}
