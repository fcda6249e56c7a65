import Dispatch
import Synchronization

@testable import Interlock

/// A controlled world for tests: its threads run one at a time, and a `Choice` says who goes next.
///
/// The threads are threads of the system that hand a baton on. One that parks gives the baton away
/// until it is woken; when all threads are parked, time moves on to the next deadline, and without
/// one the world is stuck: it says so, and lets every parked thread time out, so that the test ends.
final class TurnWorld: World {
  /// Where the baton may change hands.
  enum Level {
    /// Before each operation of the toolkit.
    case operations
    /// Before each access to a shared word, too.
    case words
  }

  /// Who goes next, of those who can.
  enum Choice {
    /// The thread that was started first.
    case first
    /// The thread that was started last.
    case last
    /// Any of them, or one that sleeps until a deadline: that passes then.
    case random(SplitMix)

    var letsDeadlinesPass: Bool {
      if case .random = self { true } else { false }
    }

    mutating func next(of runnable: [Int]) -> Int {
      switch self {
      case .first: return runnable[0]
      case .last: return runnable[runnable.count - 1]
      case .random(var generator):
        defer { self = .random(generator) }
        return runnable[Int.random(in: runnable.indices, using: &generator)]
      }
    }
  }

  private struct Member {
    let record: ThreadRecord?
    let baton = DispatchSemaphore(value: 0)
    var isFinished = false
    /// The word on which the member is parked, and until when.
    var parked: (address: UInt, deadline: Deadline)?
    var hasTimedOut = false
  }

  private struct State {
    var members: [Member] = []
    var running = 0
    var time: UInt64 = 0
    var log: [String] = []
    var depth: [Int: Int] = [:]
    var isStuck = false
    var choice: Choice
  }

  let registry = ThreadRegistry()
  private let level: Level
  private let state: Synchronization::Mutex<State>

  init(level: Level, choosing choice: Choice) {
    self.level = level
    state = Synchronization::Mutex(State(choice: choice))
  }

  /// Runs `body` as the first thread of the world and returns when all its threads have finished.
  ///
  /// - Returns: The operations in the order in which they began, and whether the world was stuck.
  func run(_ body: @escaping @Sendable () -> Void) -> (log: [String], isStuck: Bool) {
    let binding = WorldBinding(self)
    let isOver = DispatchSemaphore(value: 0)
    onEnd.withLock { $0 = isOver }
    addMember(ThreadRecord(name: "first", in: registry), binding, body)
    state.withLock { $0.members[0].baton }.signal()
    isOver.wait()
    return state.withLock { ($0.log, $0.isStuck) }
  }

  private let onEnd = Synchronization::Mutex<DispatchSemaphore?>(nil)
}

// Threads.
extension TurnWorld {
  func start(
    _ thread: ThreadRecord,
    stackSize: Int?,
    body: @escaping @Sendable () -> Void
  )
    throws(ThreadError)
  {
    addMember(thread, WorldBinding(self), body)
  }

  private func addMember(
    _ record: ThreadRecord,
    _ binding: WorldBinding,
    _ body: @escaping @Sendable () -> Void
  ) {
    let (index, baton) = state.withLock { state in
      let member = Member(record: record)
      state.members.append(member)
      return (state.members.count - 1, member.baton)
    }
    let carrier = ThreadRecord(name: nil, in: RealWorld.shared.registry)
    try? RealWorld.shared.start(carrier, stackSize: nil) {
      baton.wait()
      Seam.run(record, in: binding, body)
      self.finish(index)
    }
  }

  private func finish(_ index: Int) {
    let isLast = state.withLock { state in
      state.members[index].isFinished = true
      return state.members.allSatisfy(\.isFinished)
    }
    if isLast {
      onEnd.withLock { $0 }?.signal()
    } else {
      passBaton()
    }
  }
}

// Turns.
extension TurnWorld {
  /// Gives the baton to whoever is chosen.
  private func passBaton() {
    let baton = state.withLock { state -> DispatchSemaphore in
      state.running = nextMember(&state)
      return state.members[state.running].baton
    }
    baton.signal()
  }

  /// Lets whoever is chosen go first, and goes on when it is this thread's turn again.
  private func takeTurns() {
    let mine = state.withLock { $0.members[$0.running].baton }
    passBaton()
    mine.wait()
  }

  private func nextMember(_ state: inout State) -> Int {
    var candidates = runnableMembers(state)
    let sleepers = state.members.indices.filter {
      state.members[$0].parked.map { $0.deadline != .never } ?? false
    }
    if candidates.isEmpty, sleepers.isEmpty {
      state.isStuck = true
      for index in state.members.indices { timeOut(index, &state) }
      candidates = runnableMembers(state)
    } else if candidates.isEmpty {
      let next = sleepers.compactMap { state.members[$0].parked?.deadline }.min()
      candidates = sleepers.filter { state.members[$0].parked?.deadline == next }
    } else if state.choice.letsDeadlinesPass {
      candidates += sleepers
    }
    let chosen = state.choice.next(of: candidates)
    timeOut(chosen, &state)
    return chosen
  }

  /// If the member is parked, its deadline passes.
  private func timeOut(_ index: Int, _ state: inout State) {
    guard let parked = state.members[index].parked else { return }
    if parked.deadline != .never { state.time = max(state.time, parked.deadline.nanoseconds) }
    state.members[index].parked = nil
    state.members[index].hasTimedOut = true
  }

  private func runnableMembers(_ state: State) -> [Int] {
    state.members.indices.filter {
      !state.members[$0].isFinished && state.members[$0].parked == nil
    }
  }
}

// What threads do.
extension TurnWorld {
  func begin(_ operation: Operation) {
    let isOutermost = state.withLock { state in
      state.depth[state.running, default: 0] += 1
      return state.depth[state.running] == 1
    }
    guard isOutermost else { return }
    takeTurns()
    state.withLock { state in
      let name = state.members[state.running].record?.name ?? "?"
      state.log.append("\(name) \(operation.kind.rawValue)")
    }
  }

  func end(_ operation: Operation, succeeded: Bool) {
    state.withLock { $0.depth[$0.running, default: 1] -= 1 }
  }

  func willAccess(_ access: WordAccess) {
    if level == .words { takeTurns() }
  }

  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?) {}

  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  )
    -> ParkOutcome
  {
    guard unsafe address.load(as: UInt32.self) == expected else { return .unexpected }
    let word = UInt(bitPattern: address)
    let index = state.withLock { state in
      state.members[state.running].parked = (word, deadline)
      state.members[state.running].hasTimedOut = false
      return state.running
    }
    takeTurns()
    return state.withLock { $0.members[index].hasTimedOut } ? .timedOut : .woken
  }

  func wake(_ count: Int, on address: UnsafeRawPointer) {
    let word = UInt(bitPattern: address)
    state.withLock { state in
      let parked = state.members.indices.filter { state.members[$0].parked?.address == word }
      for index in parked.prefix(count) { state.members[index].parked = nil }
    }
  }

  func now() -> Deadline { Deadline(nanoseconds: state.withLock { $0.time }) }

  func yield() { takeTurns() }
}
