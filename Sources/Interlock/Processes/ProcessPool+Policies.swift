import CInterlock

extension ProcessPool {
  /// When a worker process is replaced by a new one.
  ///
  /// A function that leaks, or leaves memory in pieces, gives it back when its process ends.
  ///
  ///     let pool = try ProcessPool(recycling: .init(afterInputs: 10_000, beyondMemory: 1 << 30))
  public struct Recycling: Hashable, Sendable {
    /// After so many inputs; `nil` for never.
    public let inputs: Int?
    /// When it has more bytes in memory than this after a call; `nil` for never.
    public let memory: Int?

    /// Never.
    public static let never = Recycling()

    /// Replaces a worker when one of these limits is reached.
    ///
    /// Limits are looked at after each call, which may be for a batch of inputs.
    ///
    /// - Precondition: Both are at least 1.
    public init(afterInputs inputs: Int? = nil, beyondMemory memory: Int? = nil) {
      guard inputs ?? 1 > 0, memory ?? 1 > 0 else {
        misuse("ProcessPool.Recycling: limits are 1 or more.")
      }
      self.inputs = inputs
      self.memory = memory
    }

    func isDue(_ link: WorkerLink) -> Bool {
      if let inputs, link.inputCount >= inputs { return true }
      guard let memory else { return false }
      // If the system does not tell, the worker stays.
      return interlock_process_memory(link.process.number) > memory
    }
  }

  /// Which failures are tried again, with the same input in whichever worker is free.
  ///
  ///     let pool = try ProcessPool(retrying: .crashes(attempts: 3))
  public struct Retrying: Sendable {
    /// How often a function is tried for one input, the first time included.
    public let attempts: Int
    private let isWorthwhile: @Sendable (ProcessError) -> Bool

    /// None.
    public static let never = Retrying(attempts: 1) { _ in false }

    /// Those in which the process ended while the function ran.
    ///
    /// - Parameter attempts: How often a function is tried for one input, the first time included.
    /// - Returns: What to give to a pool.
    public static func crashes(attempts: Int = 3) -> Retrying {
      Retrying(attempts: attempts) { error in
        if case .crashed = error.reason { true } else { false }
      }
    }

    /// Those that `isWorthwhile` says yes to.
    ///
    /// - Parameters:
    ///   - attempts: How often a function is tried for one input, the first time included.
    ///   - isWorthwhile: Called in this process, in one of the pool's threads or the caller's, after
    ///     each failure but the last.
    /// - Precondition: `attempts` is at least 1.
    public init(
      attempts: Int,
      if isWorthwhile: @escaping @Sendable (ProcessError) -> Bool
    ) {
      guard attempts > 0 else {
        misuse(
          "ProcessPool.Retrying(attempts: \(attempts)): it is 1 or more, the first one included."
        )
      }
      self.attempts = attempts
      self.isWorthwhile = isWorthwhile
    }

    /// Whether to try again after this failure of attempt number `attempt`, the first being 1.
    func triesAgain(after error: ProcessError, attempt: Int) -> Bool {
      guard attempt < attempts else { return false }
      switch error.reason {
      // Those would fail in the same way, or are asked for.
      case .closed, .cancelled: return false
      case .failed, .crashed, .timedOut, .refused, .cannotStart: return isWorthwhile(error)
      }
    }
  }
}
