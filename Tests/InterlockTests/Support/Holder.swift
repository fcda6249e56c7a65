import Interlock

/// A thread that is inside of something until it is told to leave.
struct Holder {
  let thread: ThreadHandle<Void, Never>
  private let mayLeave = Event()

  /// Starts the thread and waits until it is inside.
  ///
  /// `enter` goes inside, runs what it is given there, and comes out.
  init(_ crew: Crew, _ enter: @escaping @Sendable (_ inside: () -> Void) -> Void) throws {
    let isInside = Event()
    let mayLeave = mayLeave
    thread = try crew.spawn("holder") {
      enter {
        isInside.set()
        mayLeave.wait()
      }
    }
    try eventually { isInside.isSet }
  }

  init(_ crew: Crew, of exclusion: any Excluding) throws {
    try self.init(crew) { exclusion.withLock($0) }
  }

  var identity: ThreadIdentity { thread.identity }

  /// Lets the thread leave, and waits until it has.
  func leave() throws {
    mayLeave.set()
    try thread.result()
  }
}
