import InterlockPrograms
import Testing

@Suite struct `The examples of the lessons` {
  private func events(_ example: Example, _ mode: Example.Mode) throws -> [String] {
    var events: [String] = []
    try example.run(mode) { events.append($0) }
    return events
  }

  @Test(arguments: Example.allCases)
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

  @Test func `show when all are done`() throws {
    let events = try events(.waitGroup, .processes)
    #expect(events.last == "all are done")
    #expect(events.contains("worker 2 found \(2_000_000 * 2_000_001 / 2)"))
  }
}
