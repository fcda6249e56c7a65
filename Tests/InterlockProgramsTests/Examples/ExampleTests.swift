import InterlockPrograms
import Testing

@Suite struct `The examples of the lessons` {
  private func events(_ example: Example, _ mode: Example.Mode) throws -> [String] {
    var events: [String] = []
    try example.run(mode) { events.append($0) }
    return events
  }

  @Test(arguments: Example.allCases.filter { $0.modes.count > 1 })
  func `do the same with threads and with processes`(_ example: Example) throws {
    let (threads, processes) = (try events(example, .threads), try events(example, .processes))
    // But for the word.
    #expect(processes.map { $0.replacing("processes", with: "threads") } == threads)
    #expect(!threads.isEmpty)
    #expect(try events(example, .threads) == threads)
  }

  @Test func `show how the array fills`() throws {
    let events = try events(.sharedArray, .processes)
    #expect(events.count == 11)
    #expect(events.first == "\([Int](repeating: -1, count: 10))")
    #expect(events[4] == "[0, 1, 2, 3, -1, -1, -1, -1, -1, -1]")
    #expect(events.last == "\(Array(0..<10))")
  }

  @Test func `show that threads share a variable, and what one costs`() throws {
    let events = try events(.threads, .threads)
    #expect(events.count == 7)
    #expect(events[5] == "all 4 have counted in the same variable: 4 visits")
    #expect(events[6].contains(#/takes \d+ µs here/#))
  }

  @Test func `show that processes share no variable, and what one costs`() throws {
    let events = try events(.processes, .processes)
    #expect(events.count == 7)
    #expect(events[1...4].allSatisfy { $0.hasSuffix("and counted to 1") })
    #expect(events[5].hasSuffix("here there are still 0 visits"))
    #expect(events[6].contains(#/takes \d+ µs here/#))
  }

  @Test func `show that red and blue take turns`() throws {
    let events = try events(.redBlue, .processes)
    #expect(
      events.map { $0.prefix(4) } == ["red ", "blue", "red ", "blue", "red ", "blue", "both"]
    )
  }

  @Test func `show when all are done`() throws {
    let events = try events(.waitGroup, .processes)
    #expect(events.last == "all are done")
    #expect(events.contains("worker 2 found \(2_000_000 * 2_000_001 / 2)"))
  }
}
