/// What stands behind the toolkit: the system, a recording of it, or a checker that decides.
///
/// Every operation that can block, wake, start, finish, read a clock or touch a shared word goes
/// through the world of the thread that does it. The toolkit's own code is the same in all of them.
///
/// A controlled world runs one thread at a time. It may let others go first in ``begin(_:)``, and in
/// ``willAccess(_:)`` if it looks at words; ``park(on:while:until:)`` never blocks the thread of the
/// system that runs the world.
package protocol World: AnyObject, Sendable {
  /// A thread is about to do `operation`; whatever it does until ``end(_:succeeded:)`` is part of it.
  func begin(_ operation: Operation)

  /// The operation is done, or was given up.
  func end(_ operation: Operation, succeeded: Bool)

  /// Code of the toolkit's user runs in the middle of the operation that is being done, and has run.
  func beginForeign()
  func endForeign()

  /// Whether it is told with which values operations are done; asked each time.
  var takesNotes: Bool { get }

  /// The operation that is being done puts a value, or has got one.
  func note(_ value: Any, isResult: Bool)

  /// A thread is about to touch a shared word.
  func willAccess(_ access: WordAccess)

  /// It has, and found or left these bits (the low ones, as many as the word has).
  func didAccess(_ access: WordAccess, read: UInt128?, written: UInt128?)

  /// Parks the calling thread while the 32-bit word at `address` equals `expected`.
  func park(
    on address: UnsafeRawPointer,
    while expected: UInt32,
    until deadline: Deadline
  )
    -> ParkOutcome

  /// Wakes up to `count` threads that are parked on the word at `address`.
  func wake(_ count: Int, on address: UnsafeRawPointer)

  /// Whether the threads only go on to come to their ends: what they do means nothing any more, nobody
  /// keeps anybody out, and who waits in vain is sent on with nothing.
  var isEnding: Bool { get }

  /// The calling thread cannot go on in a world that is ending: it does not come back.
  func leaveForGood()

  /// The threads that live here.
  var registry: ThreadRegistry { get }

  /// The same, oldest first, if the registry does not list them.
  var threads: [ThreadRecord] { get }

  /// The present moment.
  func now() -> Deadline

  /// Lets other threads go first, if there are any.
  func yield()

  /// Starts a thread that runs `body`, and is finished when `body` returns.
  func start(
    _ thread: ThreadRecord,
    stackSize: Int?,
    body: @escaping @Sendable () -> Void
  )
    throws(ThreadError)
}

extension World {
  package var threads: [ThreadRecord] { [] }
  package func beginForeign() {}
  package func endForeign() {}
  package var takesNotes: Bool { false }
  package func note(_ value: Any, isResult: Bool) {}
  package var isEnding: Bool { false }
  package func leaveForGood() {}
}

/// How a call of ``World/park(on:while:until:)`` ended.
package enum ParkOutcome: Sendable {
  /// Somebody woke the thread, or the system did for reasons of its own.
  case woken
  /// The word was not as expected, so the thread did not park.
  case unexpected
  /// The deadline passed.
  case timedOut
}

/// Binds threads to a world that is not the real one.
///
/// Threads are bound one by one; while no binding exists, nobody looks for one.
package final class WorldBinding: Sendable {
  package let world: any World

  package init(_ world: any World) {
    self.world = world
    Seam.announceWorld()
  }

  deinit {
    Seam.dismissWorld()
  }
}
