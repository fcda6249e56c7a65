/// The rules of a queue without room: each put waits for its take.
///
/// Invariant: offers and wants never stand here together, except those of sleepers that a signal
/// from elsewhere has reached; these are passed over.
struct HandOverRules<Element: Sendable> {
  struct Offer {
    let sleeper: Sleeper
    let place: Int
    let element: Element
  }

  struct Want {
    let sleeper: Sleeper
    let place: Int
    let cell: HandOverCell<Element>
  }

  private(set) var offers: [Offer] = []
  private(set) var wants: [Want] = []
  private(set) var isSealed = false
  private(set) var exchanges = 0

  /// Gives `element` to the first who wants one.
  mutating func put(_ element: Element) -> (RingPut, woken: Sleeper?) {
    if isSealed { return (.sealed, nil) }
    while !wants.isEmpty {
      let want = wants.removeFirst()
      // Before the signal, for it is read after that. Somebody who waits in several places may have
      // been given something in the same cell already.
      let given = want.cell.element
      want.cell.element = element
      if want.sleeper.signal(.given, from: want.place) {
        exchanges += 1
        return (.done, want.sleeper)
      }
      want.cell.element = given
    }
    return (.full, nil)
  }

  /// Takes the element of the first who offers one.
  mutating func take() -> (RingTake<Element>, woken: Sleeper?) {
    while !offers.isEmpty {
      let offer = offers.removeFirst()
      if offer.sleeper.signal(.given, from: offer.place) {
        exchanges += 1
        return (.element(offer.element), offer.sleeper)
      }
    }
    return (isSealed ? .sealed : .empty, nil)
  }

  mutating func enter(_ offer: Offer) { offers.append(offer) }

  mutating func enter(_ want: Want) { wants.append(want) }

  /// - Returns: Whether the sleeper stood there.
  mutating func leave(_ sleeper: Sleeper, place: Int) -> Bool {
    let before = offers.count + wants.count
    offers.removeAll { $0.sleeper === sleeper && $0.place == place }
    wants.removeAll { $0.sleeper === sleeper && $0.place == place }
    return offers.count + wants.count < before
  }

  /// - Returns: Whom to wake: nothing will be handed over any more.
  mutating func seal() -> [Sleeper] {
    isSealed = true
    defer {
      offers = []
      wants = []
    }
    let waiting = offers.map { ($0.sleeper, $0.place) } + wants.map { ($0.sleeper, $0.place) }
    return waiting.filter { $0.signal(.refused, from: $1) }.map(\.0)
  }
}

/// Where an element is left for whoever waits for it.
///
/// Written under the guard of the rules before the sleeper is signalled; read by the sleeper after
/// the signal, when it has left all lines.
final class HandOverCell<Element: Sendable>: @unchecked Sendable {
  // SAFETY: the signal orders the accesses (W1).
  var element: Element?
}
