import Interlock

/// An outage caused by a race that was introduced long ago and triggered last night.
///
/// A few customers order the last items of a small shop; a run fails if more was sold than there
/// was. In ordinary runs requests arrive some time after each other, and the racy store is in danger
/// for a few nanoseconds at each. So ten thousand runs pass, and prove nothing.
///
///     let verdict = try Outage().run(.racy, times: 10_000)
///     print(verdict.failures)  // 0, nearly always
public struct Outage: Hashable, Sendable {
  /// Which store is open.
  public enum Mode: String, CaseIterable, Sendable {
    /// The one that looks first and takes later.
    case racy
    /// The one that does both under a lock.
    case fixed
  }

  /// What came of many runs.
  public struct Verdict: Hashable, Sendable {
    /// How many runs there were.
    public internal(set) var runs = 0
    /// In how many of them more was sold than there was.
    public internal(set) var failures = 0

    /// Creates the verdict on no runs at all.
    public init() {}
  }

  /// How many items there are.
  public var stock: Int
  /// How many customers want one.
  public var customers: Int
  /// How long after one customer the next one comes, at least.
  public var spacing: Duration

  /// Creates a shop where not all customers can have what they want.
  public init(stock: Int = 2, customers: Int = 3, spacing: Duration = .microseconds(20)) {
    self.stock = stock
    self.customers = customers
    self.spacing = spacing
  }

  /// Makes many ordinary runs.
  ///
  /// - Parameters:
  ///   - mode: Which store to open.
  ///   - times: How many runs to make.
  ///   - deadline: When to make no more of them.
  ///   - progress: Is told now and then how far it has come.
  /// - Returns: How many were made, and how many failed.
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func run(
    _ mode: Mode,
    times: Int,
    until deadline: Deadline = .never,
    progress: (Verdict) -> Void = { _ in }
  ) throws -> Verdict {
    switch mode {
    case .racy:
      try run(RacyOrderStore.self, times: times, until: deadline, progress: progress)
    case .fixed:
      try run(FixedOrderStore.self, times: times, until: deadline, progress: progress)
    }
  }

  private func run(
    _ store: (some OrderStore).Type,
    times: Int,
    until deadline: Deadline,
    progress: (Verdict) -> Void
  ) throws -> Verdict {
    var verdict = Verdict()
    while verdict.runs < times, !deadline.hasPassed {
      let sold = try itemsSold(by: store.init(stock: stock))
      verdict.runs += 1
      if sold > stock { verdict.failures += 1 }
      if verdict.runs.isMultiple(of: Self.runsBetweenProgress) { progress(verdict) }
    }
    return verdict
  }

  private static let runsBetweenProgress = 100

  /// Makes one run: every customer comes on a thread of their own, and orders one item.
  ///
  /// - Parameter store: A store with `stock` items. More than that must never be sold.
  /// - Returns: How many customers were told that they have one.
  /// - Throws: `ThreadError` if the system gives the process no other thread.
  public func itemsSold(by store: some OrderStore) throws -> Int {
    try withThreads { threads in
      var requests: [ThreadHandle<Bool, Never>] = []
      for customer in 0..<customers {
        if customer > 0, spacing > .zero { CurrentThread.sleep(for: spacing) }
        requests.append(try threads.spawn(name: "request \(customer + 1)") { store.order() })
      }
      return requests.count { $0.join() }
    }
  }
}
