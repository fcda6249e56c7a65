import Glibc
import Interlock
import Testing

@testable import InterlockChecker

@Suite struct `Fibers` {
  @Test func `take turns with their host, in the order in which it resumes them`() throws {
    var log: [String] = []
    let (left, right) = try (Fiber(), Fiber())
    for (fiber, name) in [(left, "left"), (right, "right")] {
      fiber.start {
        for turn in 1...2 {
          log.append("\(name) \(turn)")
          Fiber.suspend()
        }
      }
    }
    for fiber in [left, right, right, left] { #expect(fiber.resume().isSuspended) }
    #expect(left.resume().isFinished)
    #expect(right.resume().isFinished)
    #expect(log == ["left 1", "right 1", "right 2", "left 2"])
  }

  @Test func `keep what they were doing, however often they are switched`() throws {
    let pool = FiberPool()
    let (fibers, turns) = (20, 2000)
    var sums = [Int](repeating: 0, count: fibers)
    var running = try (0..<fibers).map { number in
      try pool.start {
        var (sum, product) = (number, 1.0)
        for turn in 1...turns {
          sum += turn
          product *= 1.0001
          Fiber.suspend()
        }
        sums[number] = product > 1 ? sum : -1
      }
    }
    while !running.isEmpty {
      running.removeAll { $0.resume().isFinished }
    }
    #expect(sums == (0..<fibers).map { $0 + turns * (turns + 1) / 2 })
  }

  @Test func `know how deep in their stacks an address is, and that is the same in each of them`()
    throws
  {
    let address = Box(Mutex<UInt>(0))
    func noteLocal() {
      var local = 0
      unsafe withUnsafePointer(to: &local) { pointer in
        address.value.withLock { $0 = UInt(bitPattern: pointer) }
      }
    }
    let depths = try (0..<2).map { _ in
      let fiber = try Fiber()
      fiber.start { noteLocal() }
      #expect(fiber.resume().isFinished)
      return fiber.depth(of: address.value.withLock { $0 })
    }
    #expect(depths[0] != nil)
    #expect(depths[0] == depths[1])
    noteLocal()
    #expect(try Fiber().depth(of: address.value.withLock { $0 }) == nil)
  }

  @Test func `run what is large in memory and deep in calls`() throws {
    let fiber = try Fiber()
    var texts: [String] = []
    fiber.start {
      for round in 0..<100 {
        let words = Dictionary(uniqueKeysWithValues: (0..<50).map { ("word\($0)", $0 * round) })
        Fiber.suspend()
        let line = words.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        texts.append(line.joined(separator: ", ").uppercased())
        #expect(depth(400) == 400)
      }
    }
    while fiber.resume().isSuspended {}
    #expect(texts.count == 100)
    #expect(texts.last?.hasPrefix("WORD0=0, WORD1=99, WORD10=990") == true)
  }

  @Test func `catch the errors that they throw, before and after they give way`() throws {
    struct Refusal: Error, Equatable { let round: Int }
    let pool = FiberPool()
    var caught = 0
    for round in 0..<300 {
      func refuse() throws(Refusal) {
        Fiber.suspend()
        throw Refusal(round: round)
      }
      let fibers = try (0..<2).map { _ in
        try pool.start {
          do throws(Refusal) { try refuse() } catch {
            Fiber.suspend()
            if error == Refusal(round: round) { caught += 1 }
          }
        }
      }
      for _ in 0..<3 {
        for fiber in fibers { _ = fiber.resume() }
      }
      for fiber in fibers { pool.giveBack(fiber) }
    }
    #expect(caught == 600)
  }

  @Test func `have each their own errno and their own identity`() throws {
    let pool = FiberPool()
    let registry = ThreadRegistry()
    var seen: [Int32] = []
    var names: [String] = []
    let host = ThreadIdentity.current
    let fibers = try (1...3).map { number in
      try pool.start {
        let record = ThreadRecord(name: "fiber \(number)", in: registry)
        record.becomeCurrent()
        errno = Int32(number)
        Fiber.suspend()
        seen.append(errno)
        names.append(ThreadIdentity.current.name)
        record.end()
      }
    }
    errno = 77
    for fiber in fibers { _ = fiber.resume() }
    let left = errno
    #expect(left == 77)
    #expect(ThreadIdentity.current == host)
    for fiber in fibers { _ = fiber.resume() }
    #expect(seen == [1, 2, 3])
    #expect(names == ["fiber 1", "fiber 2", "fiber 3"])
    #expect(ThreadIdentity.current == host)
  }

  @Test func `host other fibers`() throws {
    var log: [String] = []
    let outer = try Fiber()
    outer.start {
      guard let inner = try? Fiber() else { return }
      inner.start {
        log.append("inner \(Fiber.current === inner)")
        Fiber.suspend()
        log.append("inner again")
      }
      _ = inner.resume()
      log.append("outer \(Fiber.current === outer)")
      Fiber.suspend()
      _ = inner.resume()
    }
    #expect(outer.resume().isSuspended)
    log.append("host \(Fiber.current == nil)")
    #expect(outer.resume().isFinished)
    #expect(log == ["inner true", "outer true", "host true", "inner again"])
  }

  @Test func `that are abandoned lose their frames, and can be used again`() throws {
    let fiber = try Fiber()
    var count = 0
    for round in 0..<500 {
      fiber.start {
        count += 1
        // Something deep, and something on the heap.
        if round.isMultiple(of: 2) { suspendDeeply(round % 50) }
        count += 1
      }
      let state = fiber.resume()
      #expect(state.isSuspended == round.isMultiple(of: 2))
      fiber.abandon()
    }
    #expect(count == 750)
  }

  @Test func `that are abandoned free what the host gave them`() throws {
    final class Content {}
    let fiber = try Fiber()
    weak var content: Content?
    do {
      let made = Content()
      content = made
      fiber.start { withExtendedLifetime(made) {} }
    }
    #expect(content != nil)
    fiber.abandon()
    #expect(content == nil)
  }

  @Test func `know on a fiber from where they were called`() throws {
    let fiber = try Fiber()
    var places: [CodePlace] = []
    fiber.start { places = CallStack.capture().places() }
    _ = fiber.resume()
    #expect(places.first?.file?.hasSuffix("FiberTests.swift") == true)
  }

  @Test(arguments: Mistake.allCases)
  func `used wrongly end the program with advice`(mistake: Mistake) async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) { [mistake] in
      try mistake.commit()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains("BUG: Fiber.\(mistake.rawValue)(): "))
  }

  /// Mistakes, each with the method that finds it.
  enum Mistake: String, CaseIterable, Codable, Sendable {
    case suspend, resume, start, abandon

    func commit() throws {
      let fiber = try Fiber()
      switch self {
      case .suspend: Fiber.suspend()
      case .resume: _ = fiber.resume()
      case .start:
        fiber.start {}
        fiber.start {}
      case .abandon:
        fiber.start { fiber.abandon() }
        // A mistake on a fiber ends the fiber.
        if fiber.resume().crash != nil { exit(EXIT_FAILURE) }
      }
    }
  }
}

extension Fiber.State {
  var isSuspended: Bool { if case .suspended = self { true } else { false } }
  var isFinished: Bool { if case .finished = self { true } else { false } }
  var crash: Crash? { if case .crashed(let crash) = self { crash } else { nil } }
}

@inline(never)
private func depth(_ depth: Int) -> Int {
  depth == 0 ? 0 : 1 + InterlockCheckerTests.depth(depth - 1)
}

@inline(never)
private func suspendDeeply(_ depth: Int) {
  var words = (0..<depth).map { "word \($0)" }
  if depth == 0 { Fiber.suspend() } else { suspendDeeply(depth - 1) }
  words.removeAll()
}
