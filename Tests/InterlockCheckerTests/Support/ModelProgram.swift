import InterlockChecker

/// A small program for searches: instructions for each of its threads.
///
/// All objects are numbers; which kind they are, the instructions say. Each thread has one register, in
/// which the result of its last operation is, and a list of results that belong to the outcome.
struct ModelProgram: Explorable, Sendable {
  /// Whom a signal wakes.
  enum Waking: Sendable {
    case oldest
    /// Whomever its label says.
    case any
  }

  let name: String
  let threads: [[Instruction]]
  /// What objects hold at first: values of cells and of semaphores.
  var values: [Int: Int] = [:]
  /// How many threads run from the beginning; the others are spawned.
  var started: Int?
  var waking = Waking.oldest

  init(
    _ name: String,
    _ threads: [[Instruction]],
    values: [Int: Int] = [:],
    started: Int? = nil,
    waking: Waking = .oldest
  ) {
    self.name = name
    self.threads = threads
    self.values = values
    self.started = started
    self.waking = waking
  }

  func begin() -> any Machine { ModelMachine(self) }
}

/// What a thread of a model does.
enum Instruction: Sendable {
  case read(Int)
  case write(Int, Int)
  /// Writes what is in the register, and so much more.
  case writeRegister(Int, plus: Int)
  case add(Int, Int)
  case lock(Int)
  case unlock(Int)
  case tryLock(Int)
  case wait(Int, with: Int)
  case timedWait(Int, with: Int)
  /// What a wait does when it goes on: has the lock again.
  case relock(Int, result: Int)
  case signal(Int)
  case broadcast(Int)
  case lockShared(Int)
  case unlockShared(Int)
  case lockExclusive(Int)
  case unlockExclusive(Int)
  case take(Int)
  case post(Int)
  /// Adds one, but waits while there are two.
  case put(Int)
  /// Lets others go first.
  case yield
  case choose(Int)
  case spawn(Int)
  case join(Int)

  // What follows is not seen by others and happens together with the operation before it.

  /// Goes on at another instruction if the register has a value for which the test holds.
  case jump(to: Int, if: Test)
  /// Ends the whole run if the register has a value for which the test holds.
  case fail(if: Test)
  /// Adds the register to the results.
  case keep
  /// Adds a value to the results.
  case keepValue(Int)
  /// Leaves out so many instructions if the last result is 0 or there is none.
  case skipUnlessResult(Int)
  /// Writes one more than the last result.
  case writeNextResult(Int)
  /// Does something with a lock if the thread does not have it already.
  indirect case unlessHolding(Int, Instruction)
  /// Does something with a lock if the thread has it.
  indirect case ifHolding(Int, Instruction)
  /// Releases a lock for readers and writers in the way in which it was acquired, if it was.
  case leave(Int)
  /// Releases all that the thread has.
  case releaseAll

  enum Test: Sendable {
    case equals(Int)
    case differs(Int)
    case isLess(Int)

    func holds(for value: Int) -> Bool {
      switch self {
      case .equals(let other): value == other
      case .differs(let other): value != other
      case .isLess(let other): value < other
      }
    }
  }
}
