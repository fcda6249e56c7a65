import Interlock

/// The stingy and the spendy share an account.
///
/// The stingy deposits as often as the spendy withdraws, the same amount each time. In the end the
/// account holds what it held in the beginning, unless money got lost on the way. How the account
/// is kept is the lesson: the siblings of ``RacyAccount`` differ in nothing else.
///
///     let statement = try Bank().run(.mutex)
///     print(statement.balance, statement.expected)
public struct Bank: Hashable, Sendable {
  /// How the account is kept.
  public enum Mode: String, CaseIterable, Sendable {
    /// Without any synchronisation: money gets lost.
    case racy
    /// Behind a mutex.
    case mutex
    /// Behind a lock, with a condition that the spendy waits for: never below zero.
    case condition
    /// As an atomic number.
    case atomic
    /// Behind a lock that spins.
    case spinlock
  }

  /// What the account holds when everybody has gone home.
  public struct Statement: Hashable, Sendable {
    /// What the account holds.
    public let balance: Int
    /// What it should hold.
    public let expected: Int

    /// Whether no money got lost, and none came from nowhere.
    public var isCorrect: Bool { balance == expected }
  }

  /// How many stingy people there are, and how many spendy ones.
  public var couples = 1
  /// How often each of them goes to the bank.
  public var visits: Int
  /// What each visit adds or takes.
  public var amount = 10
  /// What the account holds in the beginning.
  public var openingBalance = 100

  /// Creates a bank.
  ///
  /// - Parameter visits: How often each customer comes. The default takes a quarter of a second or
  ///   so: time enough for dozens of preemptions, so that two threads get in each other's way even
  ///   if they share one CPU.
  public init(visits: Int = 1_000_000) {
    self.visits = visits
  }

  /// Lets everybody make all their visits.
  ///
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func run(_ mode: Mode) throws -> Statement {
    switch mode {
    case .racy: try run(on: RacyAccount(balance: openingBalance))
    case .mutex: try run(on: MutexAccount(balance: openingBalance))
    case .condition: try run(on: ConditionAccount(balance: openingBalance))
    case .atomic: try run(on: AtomicAccount(balance: openingBalance))
    case .spinlock: try run(on: SpinLockAccount(balance: openingBalance))
    }
  }

  /// Lets everybody make all their visits, to an account that holds `openingBalance`.
  ///
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func run(on account: some Account) throws -> Statement {
    try withThreads { threads in
      for _ in 0..<couples {
        try threads.spawn(name: "stingy") {
          for _ in 0..<visits { account.deposit(amount) }
        }
        try threads.spawn(name: "spendy") {
          for _ in 0..<visits { account.withdraw(amount) }
        }
      }
    }
    return Statement(balance: account.balance, expected: openingBalance)
  }
}
