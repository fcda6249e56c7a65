/// Elements in the order in which they were put, in a ring; without a capacity, in as many as needed.
///
/// An unbounded queue begins with a small ring. A put that finds it full seals it and opens one of
/// twice the size; takes empty the old one and move on. Rings stay until the queue goes: its memory
/// is that of the largest crowd it ever held, twice at the most, and no thread can meet a ring that
/// is gone. A queue that has grown to its size never grows again.
///
/// Invariant: all rings but the last are sealed; the last one is sealed when the queue is. An element
/// is put into a ring only after all earlier rings were sealed, so each thread's elements are taken
/// in the order in which it put them.
final class Rings<Element: Sendable>: QueueCore {
  /// The size of the first ring of an unbounded queue: most queues stay small.
  private static var firstCapacity: Int { 32 }

  private struct State {
    /// The bases of all rings, the oldest first.
    var bases: [UInt]
    /// Which of them takes come from.
    var taken = 0
    var isSealed = false
  }

  // Where puts go and takes come from. They change under the guard of `state`.
  let ends: RingEnds<Element>
  let capacity: Int?
  private let state: Guarded<State>

  /// - Parameter capacity: How many elements there can be, at least 1; `nil` for any number.
  init(capacity: Int?) {
    self.capacity = capacity
    let ring = Ring<Element>(capacity: capacity ?? Self.firstCapacity)
    let base = unsafe UInt(bitPattern: ring.base)
    state = Guarded(State(bases: [base]))
    ends = RingEnds(base)
  }

  deinit {
    for base in state.last.bases { RingEnds<Element>.ring(base).free() }
    ends.free()
  }

  func put(_ element: Element) -> RingPut {
    while true {
      let ring = ends.putRing()
      switch ring.put(element) {
      case .done: return .done
      case .full: if capacity != nil { return .full }
      case .sealed: break
      }
      if !grow(beyond: ring) { return .sealed }
    }
  }

  func take() -> RingTake<Element> {
    while true {
      let ring = ends.takeRing()
      switch ring.take() {
      case .element(let element): return .element(element)
      case .empty: return .empty
      case .sealed: if !moveOn(from: ring) { return .sealed }
      }
    }
  }

  func seal() {
    state.withLock { state in
      state.isSealed = true
      RingEnds<Element>.ring(state.bases[state.bases.count - 1]).seal()
    }
  }

  var isReadyToPut: Bool { capacity == nil || ends.putRing().isReadyToPut }

  var isReadyToTake: Bool {
    while true {
      let ring = ends.takeRing()
      switch ring.stock {
      case .some: return true
      case .none: return false
      case .over: if !moveOn(from: ring) { return true }
      }
    }
  }

  var counts: (puts: Int, takes: Int) {
    state.withLock { state in
      let rings = state.bases.map { RingEnds<Element>.ring($0) }
      // The takes first: they never overtake the puts.
      let takes = rings.reduce(0) { $0 + $1.takes }
      return (rings.reduce(0) { $0 + $1.puts }, takes)
    }
  }

  /// Opens another ring, if nobody else has opened one after `ring`.
  ///
  /// - Returns: Whether puts may go on.
  private func grow(beyond ring: Ring<Element>) -> Bool {
    state.withLock { state in
      if state.isSealed { return false }
      let base = unsafe UInt(bitPattern: ring.base)
      guard capacity == nil, state.bases.last == base else { return true }
      let next = unsafe UInt(
        bitPattern: Ring<Element>(capacity: Int(ring.capacity) * 2).base
      )
      state.bases.append(next)
      ring.seal()
      ends.setPutBase(next)
      return true
    }
  }

  /// Lets takes come from the ring after `ring`, which is sealed and empty.
  ///
  /// - Returns: `false` if there is none, so that the queue is sealed and empty.
  private func moveOn(from ring: Ring<Element>) -> Bool {
    state.withLock { state in
      guard unsafe state.bases[state.taken] == UInt(bitPattern: ring.base) else { return true }
      guard state.taken + 1 < state.bases.count else { return false }
      state.taken += 1
      ends.setTakeBase(state.bases[state.taken])
      return true
    }
  }
}
