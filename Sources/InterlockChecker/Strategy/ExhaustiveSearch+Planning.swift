extension ExhaustiveSearch {
  /// Makes sure that runs of all neighbouring classes will be made.
  ///
  /// All races of the run are planned each time, also those of the part that it has in common with the
  /// one before: what is to come along with the later event depends on the whole run, and leaving them
  /// out loses classes.
  mutating func plan(_ machine: any Machine) {
    var next = 0
    while next < trace.races.count {
      let race = trace.races[next]
      add(trace.events[race.later].with(label: 0), place: race.later, before: race.earlier)
      next += 1
    }
    planPending(machine)
    planLabels()
  }

  /// Plans the races of events that did not happen, as if they happened now.
  ///
  /// Whoever waits for a signal or for the end of a thread is left out: what would make the event
  /// possible is in conflict with others itself. Of threads that a failure has stopped, only the next event
  /// is known; what they would have done after it is not, so the search is not exact then.
  private mutating func planPending(_ machine: any Machine) {
    for thread in 0..<machine.threadCount {
      let standing = machine.standing(of: thread)
      guard standing == .blocked || standing == .stopped else { continue }
      let event = machine.pending(thread)
      let known = trace.races.count
      trace.examine(event)
      var next = known
      while next < trace.races.count {
        add(event, place: trace.count, before: trace.races[next].earlier)
        next += 1
      }
      trace.forgetExamined()
    }
  }

  /// Plans the other labels of each event: races of an event with itself.
  private mutating func planLabels() {
    for place in 0..<trace.count where trace.events[place].labelCount > 1 {
      let event = trace.events[place]
      for label in 0..<Int(event.labelCount) where label != event.label {
        add(event.with(label: label), place: place, before: place)
      }
    }
  }

  /// Plans that a run does an event before another one, if none has that begins in such a way.
  ///
  /// - Parameters:
  ///   - event: What is to come first.
  ///   - place: Where it is in the trace; past the end if it has not happened.
  ///   - step: The event that it is to come before.
  private mutating func add(_ event: Event, place: Int, before step: Int) {
    let isPlain = !event.footprint.hasEntrance
    if isPlain, isCovered(event, before: step) { return }
    collect(event, place: place, before: step)
    if !isPlain, !settle(before: step) || isCovered(before: step) { return }
    insert(at: step)
  }

  /// Whether the event at `other` happens, in the run that is planned, before the candidate: it comes
  /// after `step` and is a consequence neither of it nor of the candidate.
  private func stays(_ other: Int, without step: Int, _ candidate: Event) -> Bool {
    let id = trace.events[step].id
    return trace.clocks[other, id.thread] <= id.index
      && trace.clocks[other, candidate.thread] <= candidate.index
  }

  /// Writes down what is to happen.
  private mutating func collect(_ event: Event, place: Int, before step: Int) {
    planned.places.removeAll(keepingCapacity: true)
    planned.candidate = event
    planned.candidatePlace = place
    var other = step + 1
    while other < trace.count {
      if stays(other, without: step, event) {
        planned.places.append(Int32(truncatingIfNeeded: other))
      }
      other += 1
    }
    planned.places.append(Int32(truncatingIfNeeded: place))
  }

  private func sleepers(of step: Int) -> Range<Int> {
    let end = step + 1 < stack.count ? stack[step + 1].firstSleeper : sleepers.count
    return stack[step].firstSleeper..<end
  }

  private func isCovered(before step: Int) -> Bool {
    for place in sleepers(of: step) {
      if case .conflicting = planned.relation(of: sleepers[place], in: trace) { continue }
      return true
    }
    return false
  }

  /// Adds what is written down to the tree of a step, unless one of its leaves stands for that.
  private mutating func insert(at step: Int) {
    var parent: Int32 = -1
    var node = stack[step].branches.first
    while node >= 0 {
      switch planned.relation(of: trees.event(of: node), in: trace) {
      case .conflicting:
        node = trees.sibling(after: node)
        continue
      case .independent: break
      case .initial(let position): planned.places.remove(at: position)
      }
      guard !trees.children(of: node).isEmpty, !planned.isEmpty else { return }
      parent = node
      node = trees.children(of: node).first
    }
    for position in planned.places.indices {
      let event = planned.event(at: position, in: trace)
      if parent < 0 {
        parent = trees.append(event, to: &stack[step].branches)
      } else {
        parent = trees.append(event, below: parent)
      }
    }
  }
}

extension ExhaustiveSearch {
  /// Whether a sleeper of a step could begin the run that is planned, which was made then.
  ///
  /// It is what `isCovered(before:)` says of the sequence, found out without writing it down; most
  /// plans end here.
  private func isCovered(_ event: Event, before step: Int) -> Bool {
    for sleeper in sleepers(of: step) where begins(sleepers[sleeper], event, step) {
      return true
    }
    return false
  }

  /// Whether a sleeper is a weak initial of the sequence.
  ///
  /// The sleeper's thread stands at it when the step is taken, so the sleeper is the next event of its
  /// thread in the trace, if there is one. All that is before an event of the sequence and later than the
  /// step is in the sequence too. Hence it is first if its clock has, of other threads, nothing later
  /// than the step.
  private func begins(_ sleeper: Event, _ event: Event, _ step: Int) -> Bool {
    if sleeper.id == event.id {
      return sleeper.label == event.label && comesFirst(event, step)
    }
    if let own = trace.place(of: sleeper.id), own > step, stays(own, without: step, event) {
      return trace.events[own].label == sleeper.label
        && trace.clocks.isWithin(own, step, of: trace.earlier, except: sleeper.thread)
    }
    return isIndependent(sleeper, event, step)
  }

  /// Whether nothing in the sequence conflicts with the candidate or makes it possible.
  ///
  /// Its clock does not say that: it may know of an event of the sequence by way of one that is left out.
  private func comesFirst(_ event: Event, _ step: Int) -> Bool {
    isFree(event.footprint, event, step) && !isInSequence(event.after, event, step)
      && !isInSequence(event.alsoAfter, event, step)
  }

  private func isInSequence(_ id: EventID?, _ event: Event, _ step: Int) -> Bool {
    guard let place = id.flatMap({ trace.place(of: $0) }), place > step else { return false }
    return stays(place, without: step, event)
  }

  /// Whether a sleeper that is not in the sequence could change places with all of it.
  private func isIndependent(_ sleeper: Event, _ event: Event, _ step: Int) -> Bool {
    !sleeper.footprint.conflicts(with: event.footprint) && isFree(sleeper.footprint, event, step)
  }

  /// Whether no event of the sequence but the candidate conflicts with a footprint.
  private func isFree(_ footprint: Footprint, _ event: Event, _ step: Int) -> Bool {
    for position in 0..<footprint.count {
      let touch = footprint[position]
      let last = trace.last(on: touch.object)
      var other = Int(touch.commutes ? last.ordered : last.any)
      while other > step {
        if stays(other, without: step, event) { return false }
        guard let use = trace.events[other].footprint.position(of: touch.object) else { break }
        let links = trace.links[other]
        other = Int(touch.commutes ? links.ordered[use] : links.any[use])
      }
    }
    return true
  }
}
