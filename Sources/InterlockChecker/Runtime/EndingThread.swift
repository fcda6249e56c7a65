import Interlock

/// A thread that comes to its end; ``EndingWorld`` has the states.
final class EndingThread {
  enum State: Equatable {
    case ready, running, lost, over
    case asleep(on: UInt)
  }

  /// How many operations and accesses a thread may do: more than what is left of a run that is meant to be searched.
  static let mostDeeds = 10_000
  /// How often a thread is sent on from a wait that nobody ends.
  ///
  /// Who comes back so often waits for something that never comes.
  static let mostSendings = 100
  /// After how many deeds the next one has its turn.
  static let turn = 100

  let controlled: ControlledThread
  var state: State
  /// The operation that it is in, the outermost.
  var operation: Operation?
  /// In how many operations it is that began in this world.
  var depth = 0
  var deeds = 0
  var sendings = 0
  /// Whether somebody has ended its sleep.
  var isWoken = false

  init(_ thread: ControlledThread) {
    controlled = thread
    operation = thread.operation
    state =
      switch thread.pending {
      case .operation, .access, .choice: .ready
      case .resumption(let sleep) where sleep.address == 0 || thread.wokenBy != nil: .ready
      case .resumption(let sleep): .asleep(on: sleep.address)
      case .nothing: .over
      }
  }

  /// Whether it has not come to its end.
  var canGoOn: Bool { state != .over && state != .lost }

  /// 1 if it waits for a lock, else 0.
  var lock: Int { operation?.subject.isLock ?? false ? 1 : 0 }

  /// Somebody ends its sleep.
  func wake() {
    state = .ready
    isWoken = true
    // The world where it fell asleep looks there.
    if controlled.wokenBy == nil {
      controlled.wokenBy = EventID(thread: controlled.number, index: 0)
    }
  }
}
