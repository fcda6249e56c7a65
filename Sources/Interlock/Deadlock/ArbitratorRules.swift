/// The rules of an arbitrator: who holds what, and a line of threads with what each wants.
///
/// The invariant: whoever stands in line wants something that is held, or that somebody further in front
/// wants. So nobody can be overtaken by one who wants the same, and those who want other things pass.
struct ArbitratorRules<Resource: Hashable> {
  struct Request {
    let thread: ThreadRecord
    let wanted: Set<Resource>
  }

  /// What a release did.
  enum Release {
    /// These threads have what they want.
    case done(woken: [ThreadRecord])
    /// Nothing: the thread does not hold this.
    case notHeld(Resource)
  }

  private(set) var holders: [Resource: ThreadRecord] = [:]
  private(set) var line: [Request] = []

  /// Whether a thread holds anything.
  func isHolder(_ thread: ThreadRecord) -> Bool {
    holders.values.contains { $0 === thread }
  }

  /// The threads that have what a thread in line wants, or will have it before.
  func threadsBefore(_ thread: ThreadRecord) -> [ThreadRecord] {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return [] }
    let wanted = line[place].wanted
    let inFront = line[..<place].filter { !$0.wanted.isDisjoint(with: wanted) }.map(\.thread)
    return wanted.compactMap { holders[$0] } + inFront
  }

  /// Takes all that is wanted if nothing of it is held, and nobody waits for any of it.
  mutating func acquireAtOnce(_ wanted: Set<Resource>, _ thread: ThreadRecord) -> Bool {
    guard isFree(wanted), line.allSatisfy({ $0.wanted.isDisjoint(with: wanted) }) else {
      return false
    }
    hand(wanted, to: thread)
    return true
  }

  /// The same, or puts the thread in line; refuses one that holds something already.
  mutating func acquire(_ wanted: Set<Resource>, _ thread: ThreadRecord) -> Entry {
    if isHolder(thread) { return .refuse }
    if acquireAtOnce(wanted, thread) { return .pass }
    line.append(Request(thread: thread, wanted: wanted))
    return .wait
  }

  /// Takes all of it back, or nothing.
  mutating func release(_ given: Set<Resource>, _ thread: ThreadRecord) -> Release {
    if let other = given.first(where: { holders[$0] !== thread }) { return .notHeld(other) }
    for resource in given { holders[resource] = nil }
    return .done(woken: serve())
  }

  mutating func leave(_ thread: ThreadRecord) -> (hasLeft: Bool, woken: [ThreadRecord]) {
    guard let place = line.firstIndex(where: { $0.thread === thread }) else { return (false, []) }
    line.remove(at: place)
    // Others may have waited only because it stood in front of them.
    return (true, serve())
  }

  private func isFree(_ wanted: Set<Resource>) -> Bool {
    wanted.allSatisfy { holders[$0] == nil }
  }

  private mutating func hand(_ wanted: Set<Resource>, to thread: ThreadRecord) {
    for resource in wanted { holders[resource] = thread }
  }

  /// Gives those what they want who need not wait for it any more, the first in line first.
  private mutating func serve() -> [ThreadRecord] {
    var woken: [ThreadRecord] = []
    var waiting: [Request] = []
    // What those further in front go on waiting for.
    var promised: Set<Resource> = []
    for request in line {
      if isFree(request.wanted), request.wanted.isDisjoint(with: promised) {
        hand(request.wanted, to: request.thread)
        request.thread.signal(.given)
        woken.append(request.thread)
      } else {
        promised.formUnion(request.wanted)
        waiting.append(request)
      }
    }
    line = waiting
    return woken
  }
}
