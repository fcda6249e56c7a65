/// The rules of an ordered stage: places, the turn, and results that are early.
///
/// The places from `turn` up to `next` are taken. Each of them is *at work*, or has *settled*. The
/// place `turn` is at work, or the thread that moved the turn to it passes on what it has settled.
/// So at any time exactly one thread has the turn, unless no place is taken.
struct PipelineLineRules<Output> {
  /// Whose results go on.
  private(set) var turn = 0
  /// The place that is given next.
  private(set) var next = 0
  private var isEnded = false
  /// The results of places that have settled before their turn, at the place's remainder.
  private var settled: [[Output]?]
  /// The one thread that waits until not all places are taken.
  private var entering: ThreadRecord?
  /// Threads that wait for the turn of their place.
  private var waiting: [(place: Int, thread: ThreadRecord)] = []

  /// - Parameter room: How many places can be taken at once.
  init(room: Int) {
    settled = Array(repeating: nil, count: room)
  }

  /// A thread wants an element, if there is a place for it.
  mutating func enter(_ thread: ThreadRecord) -> Entry {
    if isEnded { return .refuse }
    if next - turn < settled.count { return .pass }
    precondition(entering == nil, "one thread enters at a time")
    entering = thread
    return .wait
  }

  /// The thread that has entered has its element.
  ///
  /// - Returns: Its place.
  mutating func give() -> Int {
    precondition(next - turn < settled.count, "places \(turn)..<\(next) are all there are")
    defer { next += 1 }
    return next
  }

  mutating func awaitTurn(of place: Int, _ thread: ThreadRecord) -> Entry {
    if isEnded { return .refuse }
    if place == turn { return .pass }
    waiting.append((place, thread))
    return .wait
  }

  /// A place has no further results.
  ///
  /// - Returns: `results`, for the caller to pass on, if the place has the turn.
  mutating func settle(_ results: [Output], at place: Int) -> [Output]? {
    if place == turn { return results }
    settled[place % settled.count] = results
    return nil
  }

  /// The results of the place `turn` have been passed on.
  ///
  /// - Returns: What the caller passes on next, if that place has settled; and whom to wake.
  mutating func advance() -> (results: [Output]?, woken: [ThreadRecord]) {
    precondition(turn < next, "no place has the turn")
    turn += 1
    var woken: [ThreadRecord] = []
    if let thread = entering.take() { woken.append(thread) }
    if let index = waiting.firstIndex(where: { $0.place == turn }) {
      woken.append(waiting.remove(at: index).thread)
    }
    for thread in woken { thread.signal(.given) }
    return (settled[turn % settled.count].take(), woken)
  }

  /// Refuses whoever waits, and whoever comes.
  mutating func end() -> [ThreadRecord] {
    isEnded = true
    let woken = waiting.map(\.thread) + (entering.map { [$0] } ?? [])
    for thread in woken { thread.signal(.refused) }
    waiting = []
    entering = nil
    return woken
  }

  /// A thread does not wait any more.
  ///
  /// - Returns: `false` if it had been signalled.
  mutating func leave(_ thread: ThreadRecord) -> Bool {
    if entering === thread {
      entering = nil
      return true
    }
    guard let index = waiting.firstIndex(where: { $0.thread === thread }) else { return false }
    waiting.remove(at: index)
    return true
  }
}
