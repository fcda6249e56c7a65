import Interlock

/// Threads each of which waits for what the next one holds, and the last for what the first holds.
///
/// It is what remains of a `Deadlock` when its threads have gone.
public struct WaitingCircle: Sendable {
  /// A thread of the circle, and what it waits for.
  public struct Link: Hashable, Sendable {
    /// The thread's name.
    public let thread: String
    /// What it waits for, as in `Lock "left"`.
    public let waitsFor: String
    /// The name of the thread that holds it: the next one of the circle.
    public let heldBy: String

    /// Creates a link from words.
    ///
    /// - Parameters:
    ///   - thread: The thread's name.
    ///   - waitsFor: What it waits for.
    ///   - heldBy: The name of the thread that holds it.
    public init(thread: String, waitsFor: String, heldBy: String) {
      self.thread = thread
      self.waitsFor = waitsFor
      self.heldBy = heldBy
    }
  }

  /// The threads, in the order of the circle.
  public let links: [Link]
  private let explain: @Sendable () -> String

  /// Creates a circle from words.
  ///
  /// - Parameters:
  ///   - links: The threads, in the order of the circle.
  ///   - explain: Gives the circle in prose.
  public init(links: [Link], explain: @escaping @Sendable () -> String) {
    self.links = links
    self.explain = explain
  }

  /// Describes a deadlock.
  init(_ deadlock: Deadlock) {
    let links = deadlock.links.map { link in
      Link(thread: link.thread.name, waitsFor: link.resource, heldBy: link.holder.name)
    }
    self.init(links: links) { deadlock.description }
  }

  /// The circle in prose, with the places in the code that are known.
  ///
  /// To find these out may take a second, and happens every time.
  public var explanation: String { explain() }
}

extension WaitingCircle: Hashable {
  /// Whether both have the same threads that wait for the same things, in the same order.
  public static func == (left: WaitingCircle, right: WaitingCircle) -> Bool {
    left.links == right.links
  }

  /// Feeds what makes circles different into `hasher`.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(links)
  }
}
