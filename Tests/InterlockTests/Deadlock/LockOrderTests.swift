import Testing

@testable import Interlock

/// Which orders contradict each other, as rules: who acquires what while holding what.
@Suite struct `Orders of acquiring locks` {
  /// Some threads and locks, and what is known of their orders.
  private final class Scene {
    private let registry = ThreadRegistry()
    private var threads: [String: ThreadIdentity] = [:]
    private var locks: [String: Lock] = [:]
    private var order = LockOrder()

    private func thread(_ name: String) -> ThreadIdentity {
      if let thread = threads[name] { return thread }
      let thread = ThreadIdentity(ThreadRecord(name: name, in: registry))
      threads[name] = thread
      return thread
    }

    func subject(_ name: String) -> NamedSubject {
      if let lock = locks[name] { return lock.subject.named }
      let lock = Lock(name: name)
      locks[name] = lock
      return lock.subject.named
    }

    /// A thread acquires a lock while it holds others, given in the order of their acquisition; those
    /// with small letters are shared.
    ///
    /// - Returns: The locks that are acquired in the circle that this closes.
    @discardableResult
    func acquire(_ thread: String, _ wanted: String, holding held: [String]) -> [String]? {
      let holds = held.map { name in
        HeldLocks.Hold(
          subject: subject(name.uppercased()),
          isShared: name == name.lowercased(),
          stack: .capture()
        )
      }
      var circle: [String]?
      for hold in holds {
        let found = order.note(
          LockOrder.Step(
            thread: self.thread(thread),
            held: hold,
            allHeld: holds,
            wanted: subject(wanted.uppercased()),
            wantsShared: wanted == wanted.lowercased(),
            stack: .capture()
          )
        )
        if let found { circle = found.compactMap(\.wanted.name) }
      }
      return circle
    }

    func forget(_ name: String) -> Bool { order.forget(subject(name).identity) }
  }

  @Test func `contradict each other when two threads acquire two locks the other way round`() {
    let scene = Scene()
    #expect(scene.acquire("red", "B", holding: ["A"]) == nil)
    #expect(scene.acquire("blue", "A", holding: ["B"]) == ["A", "B"])
  }

  @Test func `agree when everybody keeps the same order`() {
    let scene = Scene()
    for thread in ["red", "blue", "green"] {
      #expect(scene.acquire(thread, "B", holding: ["A"]) == nil)
      #expect(scene.acquire(thread, "C", holding: ["A", "B"]) == nil)
      #expect(scene.acquire(thread, "C", holding: ["A"]) == nil)
    }
  }

  @Test func `are told of once`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["A"])
    #expect(scene.acquire("blue", "A", holding: ["B"]) != nil)
    #expect(scene.acquire("green", "A", holding: ["B"]) == nil)
    #expect(scene.acquire("red", "B", holding: ["A", "C"]) == nil)
  }

  @Test func `do not contradict each other in a single thread`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["A"])
    #expect(scene.acquire("red", "A", holding: ["B"]) == nil)
    // Another thread makes it possible.
    #expect(scene.acquire("blue", "A", holding: ["B"]) != nil)
  }

  @Test func `do not contradict each other behind a gate that both must pass`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["G", "A"])
    #expect(scene.acquire("blue", "A", holding: ["G", "B"]) == nil)
    // One that does not pass the gate.
    #expect(scene.acquire("green", "A", holding: ["B"]) != nil)
  }

  @Test func `contradict each other behind a gate that lets several pass`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["g", "A"])
    #expect(scene.acquire("blue", "A", holding: ["g", "B"]) != nil)
  }

  @Test(arguments: 3...7)
  func `contradict each other in a circle of any length`(length: Int) {
    let scene = Scene()
    let names = (0..<length).map { "L\($0)" }
    for place in 0..<length - 1 {
      #expect(scene.acquire("T\(place)", names[place + 1], holding: [names[place]]) == nil)
    }
    let circle = scene.acquire("last", names[0], holding: [names[length - 1]])
    #expect(circle.map(Set.init) == Set(names))
  }

  @Test func `are told of by the shortest circle`() {
    let scene = Scene()
    scene.acquire("1", "B", holding: ["A"])
    scene.acquire("2", "C", holding: ["B"])
    scene.acquire("3", "D", holding: ["C"])
    scene.acquire("4", "D", holding: ["A"])
    #expect(scene.acquire("5", "A", holding: ["D"]).map(Set.init) == ["A", "D"])
  }

  @Test func `do not make a circle of three of two threads`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["A"])
    scene.acquire("blue", "C", holding: ["B"])
    #expect(scene.acquire("red", "A", holding: ["C"]) == nil)
    #expect(scene.acquire("green", "A", holding: ["C"]) != nil)
  }

  @Test func `do not contradict each other where both only read`() {
    let scene = Scene()
    // Both read A; the one that writes A is alone.
    scene.acquire("red", "B", holding: ["a"])
    #expect(scene.acquire("blue", "a", holding: ["B"]) == nil)
    #expect(scene.acquire("green", "A", holding: ["B"]) != nil)
  }

  @Test func `are forgotten with the lock`() {
    let scene = Scene()
    scene.acquire("red", "B", holding: ["A"])
    #expect(scene.forget("A"))
    #expect(!scene.forget("A"))
    #expect(scene.acquire("blue", "A", holding: ["B"]) == nil)
    #expect(scene.acquire("green", "B", holding: ["A"]) != nil)
  }

  @Test func `stay affordable when many threads do everything`() {
    let scene = Scene()
    for seed in 0..<40 {
      var random = SplitMix(seed: UInt64(seed))
      let names = (0..<6).map { _ in "L\(random.next() % 40)" }
      for place in 1..<names.count {
        scene.acquire("T\(seed)", names[place], holding: Array(names[..<place]))
      }
    }
  }
}
