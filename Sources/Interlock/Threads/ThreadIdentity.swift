/// Which thread it is: one that Interlock started, or any other that used it.
///
///     print("running on \(ThreadIdentity.current.name)")
///     for thread in ThreadIdentity.live { print(thread) }
public struct ThreadIdentity: Sendable {
  private let record: ThreadRecord

  init(_ record: ThreadRecord) {
    self.record = record
  }

  /// The calling thread.
  public static var current: ThreadIdentity { ThreadIdentity(.current) }

  /// The threads that live: those that Interlock started and those that have used it, in the order
  /// in which they were met.
  public static var live: [ThreadIdentity] { Seam.world.registry.live.map(ThreadIdentity.init) }

  /// A number that no other living thread has.
  public var number: Int { Int(record.number) }

  /// What the thread was called; something like `thread-7` if nobody did.
  ///
  /// The system keeps the first 15 bytes.
  public var name: String { record.name }

  /// The system's number of the thread, as debuggers and `/proc` show it; 0 before it has started.
  public var nativeID: Int32 { record.nativeID }

  /// Whether the thread is the one on which the program began.
  public var isMain: Bool { nativeID == Processors.processID }

  /// The call for which the thread sleeps, as in `Lock.acquire() on "accounts"`; `nil` if it runs.
  public var wait: String? { record.currentWait }
}

extension ThreadIdentity: Hashable {
  /// Whether both are the same thread.
  public static func == (left: ThreadIdentity, right: ThreadIdentity) -> Bool {
    left.record === right.record
  }

  /// Feeds what makes threads different into `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(record))
  }
}

extension ThreadIdentity: CustomStringConvertible {
  /// Its name, and what it waits for.
  public var description: String {
    wait.map { "\(name), waiting in \($0)" } ?? name
  }
}
