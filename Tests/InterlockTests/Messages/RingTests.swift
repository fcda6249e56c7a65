import Testing

@testable import Interlock

@Suite struct `The slots of a ring` {
  @Test(arguments: [1, 2, 3, 5, 8], Seed.all)
  func `behave as a list with an end, for thousands of laps`(capacity: Int, seed: Seed) {
    let ring = Ring<Int>(capacity: capacity)
    defer { ring.free() }
    var model: [Int] = []
    var (puts, takes) = (0, 0)
    var dice = seed.dice()
    for step in 0..<12_000 * capacity {
      // Now more puts, now more takes, so that it gets full and empty. One expectation a step: they
      // cost much more than the steps.
      let putsOfSix = (step / 64).isMultiple(of: 2) ? 4 : 2
      var isRight: Bool
      if dice.pick(0..<6) < putsOfSix {
        let isFull = model.count == capacity
        isRight = ring.isReadyToPut == !isFull
        switch ring.put(puts) {
        case .done:
          model.append(puts)
          puts += 1
          isRight = isRight && !isFull
        case .full: isRight = isRight && isFull
        case .sealed: isRight = false
        }
      } else {
        isRight = (ring.stock == .some) == !model.isEmpty
        switch ring.take() {
        case .element(let element):
          takes += 1
          isRight = isRight && !model.isEmpty && model.removeFirst() == element
        case .empty: isRight = isRight && model.isEmpty
        case .sealed: isRight = false
        }
      }
      isRight = isRight && ring.count == model.count && ring.puts == puts && ring.takes == takes
      if !isRight || ring.stock == .over {
        Issue.record("wrong at step \(step), with \(model)")
        return
      }
    }
    #expect(takes / capacity > 2000)
  }

  @Test(arguments: [1, 2, 3, 5, 8])
  func `take nothing more when they are sealed, and give out what they have`(capacity: Int) {
    for filled in 0...capacity {
      for start in 0..<2 * capacity {
        let ring = Ring<Int>(capacity: capacity)
        defer { ring.free() }
        for number in 0..<start {
          _ = ring.put(number)
          _ = ring.take()
        }
        for number in 0..<filled { _ = ring.put(number) }
        ring.seal()
        ring.seal()
        guard case .sealed = ring.put(99) else {
          Issue.record("put into a sealed ring")
          return
        }
        #expect(ring.isReadyToPut && ring.count == filled && ring.puts == start + filled)
        for number in 0..<filled {
          #expect(ring.stock == .some)
          guard case .element(number) = ring.take() else {
            Issue.record("\(number) is lost")
            return
          }
        }
        guard case .sealed = ring.take() else {
          Issue.record("not drained")
          return
        }
        #expect(ring.stock == .over && ring.count == 0)
      }
    }
  }

  @Test(arguments: Seed.all)
  func `are as many as needed without a capacity`(seed: Seed) {
    let rings = Rings<Int>(capacity: nil)
    var model: [Int] = []
    var puts = 0
    var dice = seed.dice()
    for step in 0..<50_000 {
      guard rings.isReadyToPut, rings.isReadyToTake == !model.isEmpty else {
        Issue.record("not ready at \(step)")
        return
      }
      // Crowds of up to some thousands, and back to none.
      if dice.pick(0..<6) < ((step / 8192).isMultiple(of: 2) ? 4 : 2) {
        guard case .done = rings.put(puts) else {
          Issue.record("refused at \(step)")
          return
        }
        model.append(puts)
        puts += 1
      } else if case .element(let element) = rings.take() {
        guard !model.isEmpty, model.removeFirst() == element else {
          Issue.record("\(element) out of turn at \(step)")
          return
        }
      } else if !model.isEmpty {
        Issue.record("empty at \(step)")
        return
      }
      if step.isMultiple(of: 512) { #expect(rings.counts == (puts, puts - model.count)) }
    }
    rings.seal()
    guard case .sealed = rings.put(0) else {
      Issue.record("put into sealed rings")
      return
    }
    #expect(rings.isReadyToTake)
    for element in model {
      guard case .element(element) = rings.take() else {
        Issue.record("\(element) lost")
        return
      }
    }
    guard case .sealed = rings.take() else {
      Issue.record("not drained")
      return
    }
    #expect(rings.isReadyToTake)
  }
}

@Suite struct `A heap` {
  @Test(arguments: Seed.all)
  func `gives out what a sorted list does, equals in the order of their tickets`(seed: Seed) {
    var dice = seed.dice()
    for _ in 0..<200 {
      let range = [1, 3, 1000][dice.pick(0..<3)]
      var heap = Heap<Int> { ($0.element, $0.ticket) < ($1.element, $1.ticket) }
      var model: [(Int, Int)] = []
      var ticket = 0
      for _ in 0..<dice.pick(1..<200) {
        if dice.pick(0..<3) > 0 {
          let element = dice.pick(0..<range)
          heap.insert(element * 1000 + ticket, ticket: ticket)
          model.append((element * 1000 + ticket, ticket))
          ticket += 1
        } else {
          let least = model.indices.min { model[$0] < model[$1] }
          let expected = least.map { model.remove(at: $0).0 }
          let removed = heap.removeFirst()
          #expect(removed == expected)
        }
        #expect(heap.count == model.count)
      }
      model.sort { $0 < $1 }
      var rest: [Int] = []
      while let element = heap.removeFirst() { rest.append(element) }
      #expect(rest == model.map(\.0) && heap.count == 0)
    }
  }

  @Test func `tells elements apart by their tickets alone`() {
    var heap = Heap<String> { $0.ticket < $1.ticket }
    for number in 0..<100 { heap.insert("\(number)", ticket: number) }
    let taken = (0..<100).map { _ in heap.removeFirst() }
    #expect(taken == (0..<100).map { "\($0)" })
  }
}
