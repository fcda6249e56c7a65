/// Elements that are taken in another order than the one in which they were put.
final class Shelf<Element: Sendable>: QueueCore {
  private let capacity: Int
  // A mutex and no guard: to compare elements is foreign code.
  private let heap: Mutex<Heap<Element>>

  // Changed only by who holds `heap`, and read by everybody: those who stand in line must not wait for
  // a mutex.
  private let puts = Atomic(0)
  private let takes = Atomic(0)
  private let isSealed = Atomic(false)

  init(capacity: Int?, name: String?, goesFirst: @escaping Heap<Element>.Comparison) {
    self.capacity = capacity ?? .max
    heap = Mutex(Heap(goesFirst: goesFirst), name: name)
  }

  func put(_ element: Element) -> RingPut {
    heap.withLock { heap in
      if isSealed.load(ordering: .sequentiallyConsistent) { return .sealed }
      if heap.count >= capacity { return .full }
      heap.insert(element, ticket: puts.load(ordering: .relaxed))
      puts.wrappingAdd(1, ordering: .sequentiallyConsistent)
      return .done
    }
  }

  func take() -> RingTake<Element> {
    heap.withLock { heap in
      if let element = heap.removeFirst() {
        takes.wrappingAdd(1, ordering: .sequentiallyConsistent)
        return .element(element)
      }
      return isSealed.load(ordering: .sequentiallyConsistent) ? .sealed : .empty
    }
  }

  func seal() {
    heap.withLock { _ in isSealed.store(true, ordering: .sequentiallyConsistent) }
  }

  var isReadyToPut: Bool {
    let (puts, takes) = counts
    return puts - takes < capacity || isSealed.load(ordering: .sequentiallyConsistent)
  }

  var isReadyToTake: Bool {
    let (puts, takes) = counts
    return puts > takes || isSealed.load(ordering: .sequentiallyConsistent)
  }

  var counts: (puts: Int, takes: Int) {
    // The takes first: they never overtake the puts.
    let takes = takes.load(ordering: .sequentiallyConsistent)
    return (puts.load(ordering: .sequentiallyConsistent), takes)
  }
}
