extension LockHierarchy {
  /// A thread was about to acquire a lock although it held one of the same rank, or of a greater one.
  public struct Violation: Sendable {
    /// A lock, and where the thread has to do with it.
    public struct Side: Sendable {
      /// The lock, as in `RankedLock "account"`.
      public let lock: String
      /// Its rank.
      public let rank: Int
      private let stack: CallStack

      /// Where the thread called to acquire it; `nil` if that cannot be found out.
      ///
      /// Asking takes the time of reading the program's debug information: a tenth of a second or so.
      public var place: CodePlace? { stack.place }

      init(_ hold: RankedHold) {
        lock = hold.description
        rank = hold.rank
        stack = hold.stack
      }

      var description: String {
        "\(lock) of rank \(rank)" + (place.map { " (in \($0))" } ?? "")
      }
    }

    /// What the hierarchy was called.
    public let hierarchy: String?
    /// The thread.
    public let thread: ThreadIdentity
    /// What it was about to acquire.
    public let wanted: Side
    /// What it held; if there are several, that with the greatest rank.
    public let held: Side
  }
}

extension LockHierarchy.Violation: CustomStringConvertible {
  /// What happened, where, and what to do instead.
  public var description: String {
    let name = hierarchy.map { " \"\($0)\"" } ?? ""
    return "LockHierarchy\(name): \"\(thread.name)\" acquires \(wanted.description) while it holds "
      + "\(held.description). Acquire locks in the order of their ranks, the smallest first."
  }
}

/// A ranked lock that a thread holds.
struct RankedHold {
  let lock: ObjectIdentifier
  let hierarchy: UInt64
  let rank: Int
  /// The lock, as reports name it.
  let type: StaticString
  let name: String?
  /// Where it was acquired.
  let stack: CallStack

  var description: String { name.map { "\(type) \"\($0)\"" } ?? "\(type)" }
}
