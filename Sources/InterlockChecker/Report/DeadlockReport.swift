import Interlock

/// Why no thread can go on: who waits for whom, and what nobody does any more.
///
/// A thread that waits for a lock, or for another thread's end, waits for a thread. If that comes round to
/// where it began, the circle is the story, and whoever else waits is a consequence. If it does not, it ends at
/// threads that wait for what no thread has, such as a notification; then these are the story.
struct DeadlockReport {
  private let trace: ExecutionTrace
  private let blocked: [BlockedThread]
  /// Who has what the thread at that place waits for.
  private let holders: [[Holder]]
  /// The places of threads that wait for each other, each for the next one, and the last one for the first.
  private let cycle: [Int]
  /// The places of those that wait for nobody.
  private let roots: [Int]

  private struct Holder {
    let thread: Int
    /// Since when, if it is a lock.
    let step: Int?
  }

  /// - Parameters:
  ///   - blocked: All threads that have not ended.
  ///   - trace: How it came to that.
  init(_ blocked: [BlockedThread], _ trace: ExecutionTrace) {
    self.trace = trace
    self.blocked = blocked
    let holders = blocked.map { thread in
      if let joined = thread.joined { return [Holder(thread: joined, step: nil)] }
      guard let resource = thread.resource else { return [] }
      return trace.holds.filter { $0.lock.identity == resource.identity }
        .map { Holder(thread: $0.thread, step: $0.step) }
    }
    let edges = holders.map { holders in
      holders.compactMap { holder in blocked.firstIndex { $0.number == holder.thread } }
    }
    self.holders = holders
    cycle = Self.findCycle(edges)
    roots = blocked.indices.filter { holders[$0].isEmpty }
  }

  /// The first way round that there is, beginning with its lowest place.
  private static func findCycle(_ edges: [[Int]]) -> [Int] {
    var path: [Int] = []
    var isDone = edges.map { _ in false }
    func walk(from place: Int) -> [Int]? {
      if let start = path.firstIndex(of: place) { return Array(path[start...]) }
      guard !isDone[place] else { return nil }
      path.append(place)
      defer {
        path.removeLast()
        isDone[place] = true
      }
      for next in edges[place] {
        if let cycle = walk(from: next) { return cycle }
      }
      return nil
    }
    for place in edges.indices {
      guard let cycle = walk(from: place) else { continue }
      let first = cycle.firstIndex(of: cycle.min() ?? 0) ?? 0
      return Array(cycle[first...] + cycle[..<first])
    }
    return []
  }
}

// In words.
extension DeadlockReport {
  /// What is wrong, in a sentence.
  var summary: String {
    if !cycle.isEmpty {
      return "deadlock: " + cycle.indices.map(link).joined(separator: "; ")
    }
    let lost = lostWakeUps
    if !lost.isEmpty {
      return "lost wake-up: " + lost.map { "\(wait(at: $0.0)), \($0.1)" }.joined(separator: "; ")
    }
    let waits = (roots.isEmpty ? Array(blocked.indices) : roots).map { place in
      fullWait(at: place, holding: holdForOthers(at: place))
    }
    return "no thread can go on: " + waits.joined(separator: "; ")
  }

  /// Who else waits, and for whom.
  var details: [String] {
    let lost = lostWakeUps.map(\.0)
    let told = !cycle.isEmpty ? cycle : lost.isEmpty ? roots : lost
    guard !told.isEmpty else { return [] }
    return blocked.indices.filter { !told.contains($0) }.map { "Also, \(fullWait(at: $0))." }
  }

  private var lostWakeUps: [(Int, String)] {
    roots.compactMap { place in
      LostWakeUp(blocked[place], trace).map { (place, $0.words(trace)) }
    }
  }

  /// What the thread at a place of the cycle has and waits for.
  private func link(_ position: Int) -> String {
    let place = cycle[position]
    let before = cycle[(position + cycle.count - 1) % cycle.count]
    let name = trace.name(blocked[place].number)
    let hold = holders[before].first { $0.thread == blocked[place].number }
    let call = call(at: place)
    guard let step = hold?.step, let resource = blocked[before].resource else {
      return "\(name) waits in \(call)"
    }
    let itself = cycle.count == 1 ? " itself" : ""
    let since = trace.place(of: step, after: "since")
    return "\(name)\(itself) holds \(resource)\(since) and waits in \(call)"
  }

  private func call(at place: Int) -> String {
    let thread = blocked[place]
    let position = trace.approaches[thread.number]?.place.map { " at \($0.fileAndLine)" } ?? ""
    return thread.action + position
  }

  /// Of what a thread has, the first that another one waits for.
  private func holdForOthers(at place: Int) -> String {
    for (other, holders) in zip(blocked, holders) {
      guard let hold = holders.first(where: { $0.thread == blocked[place].number }),
        let step = hold.step, let resource = other.resource
      else { continue }
      return " holds \(resource)\(trace.place(of: step, after: "since")) and"
    }
    return ""
  }

  private func wait(at place: Int) -> String {
    "\(trace.name(blocked[place].number)) waits in \(call(at: place))"
  }

  /// The same, and who has what it waits for, or that nobody has.
  private func fullWait(at place: Int, holding hold: String = "") -> String {
    let wait = "\(trace.name(blocked[place].number))\(hold) waits in \(call(at: place))"
    if blocked[place].joined != nil { return wait }
    guard !holders[place].isEmpty else {
      return blocked[place].operation.map { "\(wait), and \($0.missing)" } ?? wait
    }
    let thread = blocked[place]
    let holds = holders[place].map { holder in
      let since = holder.step.map { trace.place(of: $0, after: "since") } ?? ""
      return "\(trace.name(holder.thread)) holds\(since)"
    }
    // Who was notified waits for another thing than the one in the call.
    let isOther = thread.resource?.identity != thread.operation?.subject.identity
    let what = isOther ? thread.resource.map { ", now for \($0)" } ?? "" : ""
    return "\(wait)\(what), which \(holds.joined(separator: " and "))"
  }
}

extension DeadlockReport {
  /// The threads that wait, those of the cycle first.
  var waits: [Counterexample.Wait] {
    (cycle + blocked.indices.filter { !cycle.contains($0) }).map { place in
      let thread = blocked[place]
      return Counterexample.Wait(
        thread: thread.name,
        action: thread.action,
        place: trace.approaches[thread.number]?.place,
        holders: holders[place].map { holder in
          Counterexample.Holder(
            thread: trace.names[holder.thread] ?? "",
            place: holder.step.flatMap { trace.steps[$0].stack?.place }
          )
        },
        isInCycle: cycle.contains(place),
        number: thread.number,
        isAsleep: thread.isAsleep
      )
    }
  }
}
