/// Somebody who does the work of a benchmark, for comparison with others.
protocol Contestant: AnyObject {
  /// What the table calls it.
  var name: String { get }

  /// Works for about `seconds`, and says what one operation took.
  func measure(for seconds: Double) throws -> Sample
}

/// Does its work a certain number of times: as often as it is told, or found out before the first
/// round.
final class CountedWork: Contestant {
  let name: String
  private let size: Int
  private let run: (_ count: Int) throws -> Sample
  private var count: Int?

  /// Work that measures itself: `run` does it `count` times, each of which is `size` operations.
  init(
    name: String,
    size: Int = 1,
    count: Int? = nil,
    run: @escaping (_ count: Int) throws -> Sample
  ) {
    self.name = name
    self.size = size
    self.count = count
    self.run = run
  }

  /// Work on the calling thread: `loop` does it `count` times; as often as fits into a round if no
  /// number is given.
  convenience init(
    _ name: String,
    count: Int? = nil,
    loop: @escaping (_ count: Int) throws -> Void
  ) {
    self.init(name: name, count: count) { count in
      let stopwatch = Stopwatch()
      try loop(count)
      return stopwatch.stop(operations: count)
    }
  }

  /// Work of `threads` threads together: each runs `body`, which does its part `count` times.
  convenience init(
    _ name: String,
    threads: Int,
    _ placement: Placement,
    body: @escaping @Sendable (_ thread: Int, _ count: Int) -> Void
  ) {
    self.init(name: name) { count in
      let crew = try Crew(threads, placement) { thread in
        body(thread, count)
        return count
      }
      let stopwatch = crew.start()
      crew.join()
      return stopwatch.stop(operations: count)
    }
  }

  func measure(for seconds: Double) throws -> Sample {
    let count = try count ?? suitableCount(for: seconds)
    self.count = count
    return try run(count)
  }

  /// How often the work fits into `seconds`; finding out warms it up.
  private func suitableCount(for seconds: Double) throws -> Int {
    var count = 1
    while true {
      let tried = try run(count).wall * Double(count * size)
      if tried > seconds / 5 { return max(1, Int(Double(count) * seconds / tried)) }
      count *= 4
    }
  }
}

/// Threads that work against the clock, all of them until the time is over.
///
/// For work whose duration depends on how many threads are still at it: with a fixed number of
/// operations a part of every round would be done by the last thread alone.
final class TimedWork: Contestant {
  let name: String
  private let threads: Int
  private let placement: Placement
  private let body: @Sendable () -> Int

  /// Work of `threads` threads: each runs `body`, which works until ``Crew/isStopped``, and says how
  /// many operations it has done.
  init(
    _ name: String,
    threads: Int,
    _ placement: Placement,
    body: @escaping @Sendable () -> Int
  ) {
    self.name = name
    self.threads = threads
    self.placement = placement
    self.body = body
  }

  func measure(for seconds: Double) throws -> Sample {
    let crew = try Crew(threads, placement) { [body] _ in body() }
    let stopwatch = crew.start()
    crew.stop(after: seconds)
    return stopwatch.stop(operations: crew.join())
  }
}
